"""Designate with BIND: three zones of one project, their record sets, quotas."""
from cloud import wait
from replays import common


class Script(common.Script):
    service, url = "dns", "http://127.0.0.1:9001"
    pending_delay = "3000"
    admin, other, nobody, garbage = "009 032 101 103", "013 014 034", "001-003 111", "004"
    ids = {"owner": "2db43fae851342029a0bedb76aae7a76"}

    def begin(self, replay):
        super().begin(replay)
        for transcript in (replay.real, replay.here):
            transcript.mask(serial="number", version="number", hostname="name server", total_count="number")

    def prepare(self, replay, name):
        """Who recorded made two more zones, and waited for the end of changes, except in a hurry to see them."""
        if name.startswith("023"):
            for zone in ("rec-two", "rec-three"):
                replay.owner.ask("dns", "POST", "/v2/zones", {"name": zone + ".example.", "email": "hostmaster@example.com"})
        in_a_hurry = "011" <= name[:3] <= "021" or "023" <= name[:3] <= "028" or "040" <= name[:3] <= "061" or "pending" in name
        if not in_a_hurry:
            wait(lambda: all(zone["status"] != "PENDING" for zone in replay.owner.ask(
                "dns", "GET", "/v2/zones").at("zones") or []), 10)

    def normal(self, body):
        """Zones are served by other name servers; record sets, and records in them, come in no order."""
        if isinstance(body, dict):
            if body.get("type") in ("SOA", "NS") and "records" in body:
                body = {**body, "records": ["<%s>" % body["type"]] * len(body["records"])}
            body = {key: self.normal(value) for key, value in body.items()}
            if "ns_records" in body:  # the one pool: who made it says what it is and when it was changed
                body.update(description="<text>", updated_at="<time>")
            body.get("records", []).sort()
            body.get("recordsets", []).sort(key=lambda item: (item["name"], item["type"]))
            return body
        return [self.normal(item) for item in body] if isinstance(body, list) else body

    def is_as_far(self, request, response, answer):
        if request["method"] != "GET" or not isinstance(response["body"], dict):
            return True
        state = answer.body.get("status") if isinstance(answer.body, dict) else None
        return answer.status == response["status"] and state == response["body"].get("status")
