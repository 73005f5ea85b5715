"""Kinds of exchanges: service, method, path without what names one thing, status. Which of the recorded ones are compared.

A kind is compared where a story asks for it; replays ask for each exchange of theirs.
"""
import fnmatch
import glob
import json
import os
import re

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


def not_compared(folder, services, stories, reasons):
    """(number of recorded exchanges, those that nobody compares and no reason covers, reasons for nothing)."""
    compared = {found for service in services for found in of_story(service, stories(service))}
    number, open_ones, used = 0, [], set()
    for service in services:
        for file in sorted(glob.glob(os.path.join(folder, service, "*.json"))):
            with open(file) as text:
                exchange = json.load(text)
            number += 1
            found = kind(service, exchange["request"]["method"], exchange["request"]["path"],
                         exchange["response"]["status"])
            if found in compared:
                continue
            covering = {pattern for entry in reasons for pattern in entry["kinds"] if fnmatch.fnmatchcase(found, pattern)}
            used |= covering
            if not covering:
                open_ones.append("%s: %s" % (os.path.basename(file), found))
    return number, open_ones, [pattern for entry in reasons for pattern in entry["kinds"] if pattern not in used]
