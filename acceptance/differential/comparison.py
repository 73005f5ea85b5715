"""Two transcripts side by side, and which of their differences somebody has accepted."""
import fnmatch
import json

ABSENT = "(absent)"


def differences(real, ours):
    """(case, where, what the real service says, what we say), for each difference."""
    by_name = {case["case"]: case for case in ours}
    for case in real:
        other = by_name.pop(case["case"], None)
        if other is None:
            yield case["case"], "case", "asked", "not asked"
        elif "states" in case or "states" in other:
            yield from states(case, other)
        else:
            for where, left, right in walk(case, other, ""):
                yield case["case"], where, left, right
    for name in by_name:
        yield name, "case", "not asked", "asked"


def states(real, ours):
    """Who asks now and then misses states, so ours have to come in the real order and end alike, but may be fewer."""
    wanted, seen = real.get("states", []), ours.get("states", [])
    rest = iter(wanted)
    in_order = all(state in rest for state in seen)
    if not in_order or seen[-1:] != wanted[-1:]:
        yield real["case"], "states", " → ".join(wanted), " → ".join(seen)


def walk(real, ours, where):
    if isinstance(real, dict) and isinstance(ours, dict):
        for key in sorted(set(real) | set(ours)):
            place = "%s.%s" % (where, key) if where else key
            if key not in ours:
                yield place, real[key], ABSENT
            elif key not in real:
                yield place, ABSENT, ours[key]
            else:
                yield from walk(real[key], ours[key], place)
    elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        for number, (left, right) in enumerate(zip(real, ours)):
            yield from walk(left, right, "%s[%d]" % (where, number))
    elif real != ours or isinstance(real, bool) != isinstance(ours, bool):
        yield where, real, ours


class Accepted:
    """accepted.json: each entry says in one sentence what is different and why, and which differences that is about.

    {"says": "…", "where": [["service: case", "place in the answer", "optional: what the real one says"], …]}; * and ?
    stand for anything. With "status": only where the real answer has one of these. With "texts": only where both say
    something, in text.
    """

    def __init__(self, file):
        with open(file) as text:
            self.entries = json.load(text)
        self.used = set()

    def covers(self, service, case, where, real, ours, status=None):
        found = False
        for number, entry in enumerate(self.entries):
            if status not in entry.get("status", [status]):
                continue
            if entry.get("texts") and not (is_text(real) and is_text(ours)):
                continue
            for position, place in enumerate(entry["where"]):
                cases, places, value = (place + ["*"])[:3]
                if (match(service + ": " + case, cases) and match(where, places)
                        and (value == "*" or match(as_text(real), value))):
                    self.used.add((number, position))
                    found = True
        return found

    def unused(self):
        """What each place that covers nothing is said to be."""
        return [entry["says"] for number, entry in enumerate(self.entries)
                for position in range(len(entry["where"])) if (number, position) not in self.used]


def is_text(value):
    return isinstance(value, str) and value not in ("", ABSENT)


def match(text, pattern):
    # Brackets are indices here, not sets of letters.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
