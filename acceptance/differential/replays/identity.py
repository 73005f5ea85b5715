"""Keystone as its administrator sees it: projects, users, roles and what they have where; the story has a member's view."""
import re

from replays import common
from transcript import shape

# Of these lists the installation has items of its own.
LISTS = ("domains", "projects", "users", "roles", "services", "endpoints")

MEMBER = "024-025 044-046 057 066"


class Script(common.Script):
    service, url = "identity", "http://127.0.0.1:5000"

    nobody, garbage = "030-042", "043"
    ids = {"owner": "de56a383a181437bae8a517b28a3d780"}

    def begin(self, replay):
        super().begin(replay)
        replay.call_same("d0f76214cbe94a09b9c9b447b5a43961", replay.owner.user)
        replay.call_same("a9781ff6d1b94d78873a7d5a072a97a1", replay.owner.roles["reader"])
        # Who recorded made a domain and two roles; here there are the ones that there are.
        replay.call_same("26de3457290245cb972a669dfe062531", replay.owner.roles["member"])
        replay.call_same("39ca649680734731b341a943b6054c7f", replay.owner.roles["admin"])
        replay.ours["3aa2d9cb83984d4fb57fd256e5f26c23"] = "default"
        for transcript in (replay.real, replay.here):
            transcript.mask(domain_id="domain")

    def token(self, replay, name):
        """Of the administrator where the story is not enough."""
        token = super().token(replay, name)
        return replay.admin.token if token == replay.owner.token and not common.among(name[:3], MEMBER) else token

    def normal(self, body):
        """Of what somebody may list only what was made here, or its shape."""
        if isinstance(body, str):
            return re.sub(r"(?<=domain ID )\w+", "<domain>", body)
        if isinstance(body, list):
            return [self.normal(item) for item in body]
        if not isinstance(body, dict):
            return body
        if isinstance(body.get("roles"), list):  # what they are for is the installation's business
            body = {**body, "roles": [{**role, "description": "<text>", "options": "<options>"} for role in body["roles"]]}
        if isinstance(body.get("role_assignments"), list):  # those of groups and inherited ones are not there
            body = {**body, "role_assignments": [item for item in body["role_assignments"]
                                                 if not {"membership", "group"} & {*item, *item["links"]}
                                                 and "OS-INHERIT:inherited_to" not in item["scope"]]}
        for key in LISTS:
            if isinstance(body.get(key), list):
                made = [item for item in body[key] if item.get("name", "").startswith("rec-")]
                kept = made if key in ("projects", "users") else shape(body[key])
                return {**body, key: [self.normal(item) for item in kept], "links": shape(body.get("links"))}
        for key in ("role", "domain"):
            if isinstance(body.get(key), dict) and "name" in body[key] and "links" not in body[key]:
                body = {**body, key: {member: "<%s>" % key for member in body[key]}}
        if "parent_id" in body and body["parent_id"] == body["domain_id"]:
            return {**body, "parent_id": "<domain>"}
        return {key: self.normal(value) for key, value in body.items()}
