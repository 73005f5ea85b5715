"""Which of the recorded exchanges are compared: each is asked again, or has a reason against that in uncovered.json.

Such a reason may be that a story asks for the same kind of exchange: method, path without what names one thing, status.
"""
import collections
import glob
import json
import os
import re

UNCOVERED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uncovered.json")
ID = re.compile(r"<|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-|%[0-9A-F]{2}")
# What follows one of them names one of its items, whatever it looks like.
COLLECTIONS = {"os-keypairs", "os-quota-sets", "images", "servers", "networks", "subnets", "ports", "routers", "flavors",
               "tags", "metadata", "ips", "os-security-groups", "security-groups", "os-interface", "os-extra_specs",
               "extensions", "os-instance-actions"}
# But for these.
PARTS = {"detail", "file", "tasks"}
SWIFT = ("account", "container", "object")


def kind(service, method, path, status):
    path = path.split("?")[0]
    if service == "object-store":
        parts = [part for part in re.sub(r"^/v1/[^/]+", "", path).split("/", 2) if part]
        place = path if path in ("/info", "/healthcheck") else SWIFT[min(len(parts), 2)]
    else:
        parts = path.rstrip("/").split("/")
        named = [bool(ID.search(part)) or (before in COLLECTIONS and part not in PARTS)
                 for before, part in zip([""] + parts, parts)]
        place = "/".join("{}" if name else part for name, part in zip(named, parts)) or "/"
    return "%s %s %s %d" % (service, method, place, status)


def of_story(service, cases):
    return {kind(service, *case["request"].split(" ", 1), case["status"]) for case in cases if "request" in case}


def each(numbers):
    """Of "003 007-009": 003, 007, 008, 009."""
    for part in numbers.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield "%03d" % number


def among(number, numbers):
    return number in set(each(numbers))


def entries(service, file=UNCOVERED):
    with open(file) as text:
        return json.load(text).get(service, [])


def reasons(service, file=UNCOVERED):
    """Why a recording is not compared, by its number: the entry of uncovered.json."""
    return {number: entry for entry in entries(service, file) for number in each(entry["recordings"])}


# Of one service: how many recordings are asked again, are compared by a story that has their kind, are not compared; how
# many kinds are in neither a story nor a replay; what uncovered.json says that is not true.
Coverage = collections.namedtuple("Coverage", "asked in_story reasoned open_kinds problems")


def coverage(folder, service, cases, told):
    """`told`: the entries of uncovered.json."""
    story, problems = of_story(service, cases), []
    by_number = {number: entry for entry in told for number in each(entry["recordings"])}
    asked, in_story, reasoned, numbers = [], [], [], set()
    for file in sorted(glob.glob(os.path.join(folder, service, "*.json"))):
        name = os.path.basename(file)[:-len(".json")]
        with open(file) as text:
            exchange = json.load(text)
        numbers.add(name[:3])
        one = kind(service, exchange["request"]["method"], exchange["request"]["path"], exchange["response"]["status"])
        entry = by_number.get(name[:3])
        if entry and entry.get("story") and one not in story:
            problems.append("%s: no story has %s" % (name, one))
        (asked if not entry else in_story if entry.get("story") else reasoned).append(one)
    problems += ["%s: uncovered.json has a reason for what was not recorded: %s" % (service, number)
                 for number in sorted(set(by_number) - numbers)]
    problems += ["%s: uncovered.json has two reasons for %s" % (service, number) for number in sorted(by_number)
                 if sum(number in each(entry["recordings"]) for entry in told) > 1]
    open_kinds = set(reasoned) - set(asked) - story
    return Coverage(len(asked), len(in_story), len(reasoned), len(open_kinds), problems)
