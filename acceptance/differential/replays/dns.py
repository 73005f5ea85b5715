"""Designate with BIND: three zones of one project, their record sets, quotas."""
from cloud import wait

ADMIN = {"009", "032", "101", "103"}
OTHER = {"013", "014", "034"}
TOKENS = {"001": "", "002": "", "003": "", "004": "no-token-at-all", "111": ""}
# What there is no path for, or only one that says 501.
NOT_HERE = {
    "010": "there is one process and no statuses of services",
    "069 070 071 072 073 074 075 076 077 078 079 080 081 082 083 084 085": "zones have no tasks",
    "086 087 088 089 090 091 092": "zones are not given away",
    "093 094 095 096 097": "there are no TSIG keys",
    "098 099 100": "there are no black lists",
    "058": "in which order record sets of one name come is not defined",
    "104": "there are no SECONDARY zones",
    "106 107 108 109 110": "floating IPs have no PTR records",
}
REASONS = {number: reason for numbers, reason in NOT_HERE.items() for number in numbers.split()}
PENDING_DELAY = "2000"  # milliseconds


class Recorded:
    """What a transcript asks a cloud for."""
    prefix = "nothing-is-named-so"
    endpoints = {"dns": "http://127.0.0.1:9001"}


def begin(replay):
    replay.call_same("2db43fae851342029a0bedb76aae7a76", replay.owner.project)
    for transcript in (replay.real, replay.here):
        transcript.mask(serial="number", version="number", hostname="name server", total_count="number")


def reason_against(name):
    return REASONS.get(name[:3])


def prepare(replay, name):
    """Who recorded made two more zones, and waited for the end of changes, except in a hurry to see them."""
    if name.startswith("023"):
        for zone in ("rec-two", "rec-three"):
            replay.owner.ask("dns", "POST", "/v2/zones", {"name": zone + ".example.", "email": "hostmaster@example.com"})
    in_a_hurry = "011" <= name[:3] <= "021" or "023" <= name[:3] <= "028" or "040" <= name[:3] <= "061" or "pending" in name
    if not in_a_hurry:
        wait(lambda: all(zone["status"] != "PENDING" for zone in replay.owner.ask(
            "dns", "GET", "/v2/zones").at("zones") or []), 10)


def token(replay, name):
    number = name[:3]
    if number in TOKENS:
        return TOKENS[number]
    return (replay.admin if number in ADMIN else replay.other if number in OTHER else replay.owner).token


def wanted(body):
    return body


def normal(body):
    """Zones are served by other name servers; record sets, and records in them, come in no order."""
    if isinstance(body, dict):
        if body.get("type") in ("SOA", "NS") and "records" in body:
            body = {**body, "records": ["<%s>" % body["type"]] * len(body["records"])}
        body = {key: normal(value) for key, value in body.items()}
        if "ns_records" in body:  # the one pool: who made it says what it is and when it was changed
            body.update(description="<text>", updated_at="<time>")
        body.get("records", []).sort()
        body.get("recordsets", []).sort(key=lambda item: (item["name"], item["type"]))
        return body
    return [normal(item) for item in body] if isinstance(body, list) else body


def is_as_far(request, response, answer):
    if request["method"] != "GET" or not isinstance(response["body"], dict):
        return True
    state = answer.body.get("status") if isinstance(answer.body, dict) else None
    return answer.status == response["status"] and state == response["body"].get("status")
