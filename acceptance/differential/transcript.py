"""What a cloud answered, without what is different each time: a transcript, made story by story.

Of every answer stay: status, headers, body. In them names, IDs, times, addresses and the cloud's URLs are replaced by
words that say what stood there: <net> for the network that the story calls so, <uuid> for an ID that it does not know,
0000-00-00T00:00:00Z for a time in that format. All other text stays as it is.
"""
import contextlib
import json
import re
import time
import traceback

from cloud import wait

# Headers of the connection, of the machine, or of the time.
IGNORED_HEADERS = {"date", "server", "connection", "keep-alive", "transfer-encoding", "content-length",
                   "x-distribution", "strict-transport-security"}
PATTERNS = [
    (re.compile(r"\breq-[0-9a-f]{8}-[0-9a-f-]{27}"), "<request>"),
    (re.compile(r"\btx[0-9a-f]{12,21}-\w+"), "<transaction>"),
    (re.compile(r"\bdhcp[0-9a-f]{8}-[0-9a-f-]{27}-"), "dhcp<uuid>-"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hex>"),
    (re.compile(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){15}\b"), "<fingerprint>"),
    (re.compile(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b"), "<mac>"),
    (re.compile(r'uri="https?://[^"/]+'), 'uri="<identity>'),
    (re.compile(r"floating IP [0-9.]{7,}"), "floating IP <address>"),
    (re.compile(r"gAAAA[\w-]+=*"), "<token>"),
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "<date>"),
    (re.compile(r"\b\d{10}\.\d{5}\b"), "<timestamp>"),
]
# Nobody's business, and in each cloud of another form.
SECRETS = {"x-subject-token": "<token>"}
# Python's sets have another order in each process.
CHOICES = re.compile(r"(?<=Value should be one of: )[\w-]+(?:, [\w-]+)+")
# Several IDs in a sentence come in no order.
IDS = re.compile(r"<[^<>,]+>(?:, ?<[^<>,]+>)+")
TIME = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")


def kind(value):
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}[type(value)]


def shape(value):
    """Only keys and types; the items of a list become one that stands for all. For what belongs to the installation."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [merge([shape(item) for item in value])] if value else []
    return kind(value)


def merge(shapes):
    if all(isinstance(item, dict) for item in shapes):
        keys = {key: None for item in shapes for key in item}
        merged = {}
        for key in keys:
            with_key = [item[key] for item in shapes if key in item]
            merged[key if len(with_key) == len(shapes) else key + "?"] = merge(with_key)
        return merged
    if all(isinstance(item, list) for item in shapes):
        items = [member for item in shapes for member in item]
        return [merge(items)] if items else []
    kinds = sorted({item if isinstance(item, str) else kind(item) for item in shapes})
    return "|".join(kinds)


class Transcript:
    """The stories of one service on one cloud, while they happen."""

    def __init__(self, cloud, service, tell=lambda text: None):
        self.cloud, self.service, self.tell = cloud, service, tell
        self.cases = []
        self.aliases = {}
        self.masked = {}
        self.without_order = set()
        self._story, self._cleanups = "", []

    # ---- stories

    @contextlib.contextmanager
    def story(self, name):
        """Cases of one kind of resource. What fails here leaves the other stories alone, and is seen in the comparison."""
        self._story, self._cleanups, known = name, [], dict(self.aliases)
        started = time.monotonic()
        try:
            yield self
        except Exception as problem:  # a story whose ground is missing: the cloud answered something unexpected
            self.tell("%s: %s" % (name, "".join(traceback.format_exception(problem)[-2:])))
            self.cases.append({"case": "%s: the story ends early" % name})
        finally:
            for cleanup in reversed(self._cleanups):
                cleanup()
            self.aliases = known
            self.tell("%s %s: %.1f s" % (self.service, name, time.monotonic() - started))

    def name(self, tail):
        return "%s-%s" % (self.cloud.prefix, tail)

    def alias(self, value, name):
        if value:
            self.aliases[str(value)] = "<%s>" % name
        return value

    def mask(self, **words):
        """Members of these names say what the installation or the moment says: the word stands for any value but null."""
        self.masked.update(words)

    def unordered(self, *names):
        """Lists of these names have no order of their own, unless one was asked for."""
        self.without_order.update(names)

    def removed_by(self, method, path, **arguments):
        """Sent when the story ends, until the thing is gone."""
        def gone():
            status = self.cloud.ask(self.service, method, path, **arguments).status
            return status in (204, 404) or status not in (409, 500, 503)
        self._cleanups.append(lambda: wait(gone, 10))

    def after(self, action):
        self._cleanups.append(action)

    # ---- cases

    def call(self, case, method, path, body=None, pick=None, save=None, only_shape=False, **arguments):
        """One request, kept. `pick` takes from the body what belongs to the story; `save` calls the created thing so."""
        answer = self.cloud.ask(self.service, method, path, body, **arguments)
        if save:
            self._save(answer, save, path)
        content = answer.body
        if pick and content is not None:
            content = pick(content)
        if only_shape:
            content = shape(content)
        kept = {"case": "%s: %s" % (self._story, case), "request": "%s %s" % (method, self.words(path)),
                "status": answer.status, "headers": self._headers(method, answer)}
        if content is not None:
            kept["body"] = self.normal(content, ordered="sort_key" in path)
        self.cases.append(kept)
        return answer

    def get(self, case, path, **arguments):
        return self.call(case, "GET", path, **arguments)

    def post(self, case, path, body=None, **arguments):
        return self.call(case, "POST", path, body, **arguments)

    def put(self, case, path, body=None, **arguments):
        return self.call(case, "PUT", path, body, **arguments)

    def delete(self, case, path, **arguments):
        return self.call(case, "DELETE", path, **arguments)

    def states(self, case, path, state, until, **arguments):
        """The order of states: asks until `until(state)`, keeps each state once when it changes. Gone is "404"."""
        return self.states_of(self.service, case, path, state, until, **arguments)

    def states_of(self, service, case, path, state, until, seconds=200):
        seen, last = [], None

        def ask():
            nonlocal last
            last = self.cloud.ask(service, "GET", path)
            now = state(last.body) if last.status == 200 else str(last.status)
            if not seen or seen[-1] != now:
                seen.append(now)
            return until(now)
        wait(ask, seconds)
        self.cases.append({"case": "%s: %s" % (self._story, case), "states": seen})
        return last

    # ---- words for what is different each time

    def _save(self, answer, name, path):
        body = answer.body
        if isinstance(body, dict) and len(body) == 1 and isinstance(next(iter(body.values())), dict):
            body = next(iter(body.values()))
        if not isinstance(body, dict) or "id" not in body:
            return  # refused: that is in the transcript, and whoever needs answer.id ends the story
        self.alias(body["id"], name)
        answer.id = body["id"]
        self.removed_by("DELETE", "%s/%s" % (path.split("?")[0], body["id"]))

    def words(self, text):
        for value, word in sorted(self.aliases.items(), key=lambda item: -len(item[0])):
            text = text.replace(value, word)
        text = text.replace(self.cloud.prefix, "<p>")
        for service, url in sorted(self.cloud.endpoints.items(), key=lambda item: -len(item[1])):
            text = text.replace(url, "<%s>" % service)
        for pattern, word in PATTERNS:
            text = pattern.sub(word, text)
        text = IDS.sub(lambda match: ",".join(sorted(re.split(", ?", match[0]))), text)
        text = CHOICES.sub(lambda match: ", ".join(sorted(match[0].split(", "))), text)
        return TIME.sub(lambda match: re.sub(r"\d", "0", match[0]), text)

    def normal(self, value, key="", ordered=False):
        if value is not None and key in self.masked and not isinstance(value, (dict, list)):
            return "<%s>" % self.masked[key]
        if isinstance(value, dict):
            return {self.words(name): self.normal(member, name, ordered) for name, member in value.items()}
        if isinstance(value, list):
            items = [self.normal(item, key, ordered) for item in value]
            if key in self.without_order and not ordered:
                items.sort(key=lambda item: json.dumps(item, sort_keys=True))
            return items
        if not isinstance(value, str):
            return value
        # What a validator of JSON schemas adds to its sentence: the schema itself, as Python writes it.
        return re.sub(r"\n\nFailed validating.*", " …", self.words(value), flags=re.S)

    def _headers(self, method, answer):
        kept = {}
        for name, value in answer.headers:
            name = name.lower()
            if name.startswith("x-account-meta-"):
                continue  # what others keep at the account is not in the story
            if name not in IGNORED_HEADERS or (name == "content-length" and method == "HEAD" and self.service in ("object-store", "image")):
                # What belongs to the account is not ours to tell, and differs.
                value = "<account>" if name.startswith("x-account-") else SECRETS.get(name) or self.words(value)
                kept[name] = kept[name] + ", " + value if name in kept else value
                if name == "allow":
                    kept[name] = ", ".join(sorted(set(value.replace(" ", "").split(",")) - {"OPTIONS"}))
        return dict(sorted(kept.items()))
