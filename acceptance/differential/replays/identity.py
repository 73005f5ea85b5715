"""Keystone as its administrator sees it: projects, users, roles and what they have where; the story has a member's view."""
from transcript import shape

# Of these lists the installation has items of its own.
LISTS = ("domains", "projects", "users", "roles", "services", "endpoints")
NOT_HERE = {
    "069 071 072 106 107 108 109 110 112 113 114 121 141 147 148 150 153": "domains, roles, services and endpoints cannot be changed, and these are about changed ones",
    "132": "there is one way to sign in at a time",
    "167": "there are no trusts",
    "052": "there are no access rules of application credentials",
    "017": "it is about a user with a system's role",
    "002 003 006 190": "documents of versions are in the story",
    "008 009 010 011 012 015 016 020 021 023 026 027 051 053 054 055 058 059 126 127 191 192":
        "it needs a password or a token, and recordings have none; the story has the same request",
}
REASONS = {number: reason for numbers, reason in NOT_HERE.items() for number in numbers.split()}
PENDING_DELAY = "0"  # milliseconds


class Recorded:
    """What a transcript asks a cloud for."""
    prefix = "nothing-is-named-so"
    endpoints = {"identity": "http://127.0.0.1:5000"}


def begin(replay):
    # Who recorded made a domain; here there is the one.
    replay.ours["3aa2d9cb83984d4fb57fd256e5f26c23"] = "default"
    for transcript in (replay.real, replay.here):
        transcript.mask(domain_id="domain")


def reason_against(name):
    return REASONS.get(name[:3])


def prepare(replay, name):
    pass


def token(replay, name):
    return replay.admin.token


def wanted(body):
    return body


def normal(body):
    """Of what somebody may list only what was made here, or its shape."""
    if not isinstance(body, dict):
        return body
    for key in LISTS:
        if isinstance(body.get(key), list):
            made = [item for item in body[key] if item.get("name", "").startswith("rec-")]
            kept = made if key in ("projects", "users") else shape(body[key])
            return {**body, key: [normal(item) for item in kept], "links": shape(body.get("links"))}
    if "parent_id" in body and body["parent_id"] == body["domain_id"]:
        return {**body, "parent_id": "<domain>"}
    return {key: normal(value) for key, value in body.items()}


def is_as_far(request, response, answer):
    return True
