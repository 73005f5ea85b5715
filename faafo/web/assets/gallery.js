// Keeps the page up to date while fractals finish, and asks for new ones. Without scripts the page works too.
'use strict';

const gallery = document.getElementById('gallery');
const order = document.getElementById('order');
const message = document.getElementById('message');
let shown = null;

// What a node is, on the page as on a newer one.
function key(node) {
  return [node.nodeName, node.dataset?.uuid ?? node.getAttribute?.('href') ?? node.className].join(' ');
}

// Makes a part of the page like a newer one. Nodes that stay are not replaced: the keyboard may be at one of them, and
// pictures would be loaded anew.
function update(part, newer) {
  if (part.isEqualNode(newer)) return;
  if (part.nodeType !== Node.ELEMENT_NODE) {
    part.data = newer.data;
    return;
  }
  for (const name of part.getAttributeNames()) if (!newer.hasAttribute(name)) part.removeAttribute(name);
  for (const {name, value} of newer.attributes) if (part.getAttribute(name) !== value) part.setAttribute(name, value);

  const wanted = new Set([...newer.childNodes].map(key));
  for (const node of [...part.childNodes]) if (!wanted.has(key(node))) node.remove();
  const left = [...part.childNodes];
  let place = part.firstChild;
  for (const node of [...newer.childNodes]) {
    const index = left.findIndex((each) => key(each) === key(node));
    if (index < 0) {
      part.insertBefore(node, place);
      continue;
    }
    const [same] = left.splice(index, 1);
    if (same === place) place = place.nextSibling;
    else part.insertBefore(same, place);
    update(same, node);
  }
  for (const node of left) node.remove();
}

async function refresh() {
  // The server answers "not modified" unless something changed.
  const response = await fetch(location.href, {cache: 'no-cache'});
  if (!response.ok) return;
  const text = await response.text();
  if (text === shown) return;
  shown = text;
  const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('gallery');
  update(gallery, fresh);
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
  const wanted = Number(order.tasks.value);
  const atButton = document.activeElement === button;
  let made = 0;
  button.disabled = true;
  try {
    for (; made < wanted; ++made) await request(Number(order.side.value));
    message.value = '';
    if (location.pathname !== '/') location.assign('/');
  } catch (error) {
    message.value = `${made === 0 ? 'No' : `${made} of ${wanted}`} new fractals: ${error.message}`;
  } finally {
    button.disabled = false;
    if (atButton) button.focus();
    await refresh().catch(() => {});
  }
});

order.hidden = false;
watch();
