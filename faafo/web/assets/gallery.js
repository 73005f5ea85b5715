// Keeps the page up to date while fractals finish, and asks for new ones. Without scripts the page works too.
'use strict';

const gallery = document.getElementById('gallery');
const order = document.getElementById('order');
const message = document.getElementById('message');
let shown = null;

async function refresh() {
  // The server answers "not modified" unless something changed.
  const response = await fetch(location.href, {cache: 'no-cache'});
  if (!response.ok) return;
  const text = await response.text();
  if (text === shown) return;
  shown = text;
  const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('gallery');
  if (fresh.innerHTML !== gallery.innerHTML) gallery.replaceChildren(...fresh.childNodes);
}

async function watch() {
  for (;;) {
    if (!document.hidden) await refresh().catch(() => {});
    const busy = gallery.querySelector('.waiting .queued, .waiting .drawing') !== null;
    await new Promise((resolve) => setTimeout(resolve, busy ? 1000 : 3000));
  }
}

function between(low, high) {
  return low + Math.random() * (high - low);
}

function integerBetween(low, high) {
  return Math.floor(between(low, high + 1));
}

// The ranges of the command line.
function parameters(side) {
  return {
    width: integerBetween(Math.min(256, side), side),
    height: integerBetween(Math.min(256, side), side),
    iterations: integerBetween(128, 512),
    xa: between(-1, -4),
    xb: between(1, 4),
    ya: between(-0.5, -3),
    yb: between(0.5, 3),
  };
}

async function request(side) {
  const response = await fetch('/v1/fractal', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(parameters(side)),
  });
  if (response.ok) return;
  const answer = await response.json().catch(() => ({}));
  throw new Error(answer.message || `the server answered ${response.status}`);
}

order.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = order.querySelector('button');
  button.disabled = true;
  try {
    for (let task = 0; task < Number(order.tasks.value); ++task) await request(Number(order.side.value));
    message.value = '';
    if (location.pathname !== '/') location.assign('/');
    await refresh();
  } catch (error) {
    message.value = `No new fractals: ${error.message}`;
  } finally {
    button.disabled = false;
  }
});

order.hidden = false;
watch();
