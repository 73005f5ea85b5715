"""Octavia's API and worker above its no-op drivers: load balancers from their creation to their deletion."""
import copy
import re

from cloud import wait
from replays import common

# The recorded one kept its times in SQLite; MySQL, as in stories/, rounds them to seconds.
FRACTION = re.compile(r"(?<=^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}$")


class Script(common.Script):
    service, url = "load-balancer", "http://127.0.0.1:9877"
    pending_delay = "1500"
    admin, other, nobody, garbage = "010-012 106", "037", "002", "003"
    ids = {"owner": "2aabbfc86d6e4acb83849ec6a922c9d8"}

    def begin(self, replay):
        """The subnet of the recordings."""
        super().begin(replay)
        owner = replay.owner
        network = owner.ask("network", "POST", "/v2.0/networks", {"network": {"name": "rec-net"}}).at("network", "id")
        subnet = owner.ask("network", "POST", "/v2.0/subnets", {"subnet": {
            "name": "rec-subnet", "network_id": network, "cidr": "10.68.0.0/24", "ip_version": 4}}).at("subnet", "id")
        replay.call_same("d8811efc-563e-4919-98c8-87fdeb53eaad", subnet)
        for transcript in (replay.real, replay.here):
            # Of the second one: any free address; and no-op drivers invent a network for each.
            transcript.mask(vip_address="address", vip_network_id="network")
        replay.admin.ask("load-balancer", "DELETE", "/v2/lbaas/quotas/" + owner.project)

    def prepare(self, replay, name):
        """Who recorded waited for the end of a change, except where an exchange is about the time before it."""
        if "023" <= name[:3] <= "037" or "immutable" in name or "pending" in name:
            return
        wait(lambda: all(not state.startswith("PENDING") for state in states(
            replay.owner.ask("load-balancer", "GET", "/v2/lbaas/loadbalancers").body)), 10)

    def wanted(self, name, body):
        body = copy.deepcopy(body)
        if isinstance(body, dict):
            for listener in body.get("loadbalancer", {}).get("listeners", []):
                listener.pop("l7policies", None)
        return body

    def normal(self, body):
        if isinstance(body, dict):
            return {key: self.normal(value) for key, value in body.items() if key != "l7policies"}
        if isinstance(body, list):
            return [self.normal(item) for item in body]
        if isinstance(body, str):
            return FRACTION.sub("", body)
        return body

    def is_as_far(self, request, response, answer):
        if request["method"] != "GET":
            return True
        return answer.status == response["status"] and states(answer.body) == states(response["body"])


def states(body):
    """Of the load balancers that an answer is about."""
    body = body if isinstance(body, dict) else {}
    found = body.get("loadbalancers", [body["loadbalancer"]] if "loadbalancer" in body else [])
    return sorted(balancer.get("provisioning_status", "") for balancer in found)
