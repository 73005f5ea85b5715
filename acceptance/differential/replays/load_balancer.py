"""Octavia's API and worker above its no-op drivers: load balancers from their creation to their deletion."""
import copy
import re

from cloud import wait

PENDING_DELAY = "1500"  # milliseconds
# The recorded one kept its times in SQLite; MySQL, as in stories/, rounds them to seconds.
FRACTION = re.compile(r"(?<=^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}$")


class Recorded:
    """What a transcript asks a cloud for."""
    prefix = "nothing-is-named-so"
    endpoints = {"load-balancer": "http://127.0.0.1:9877"}


ADMIN = {"010", "011", "012", "106"}
# What there is no path for, or only one that says 501.
NOT_HERE = {
    "005 006 007": "there are no amphorae and no capabilities of them",
    "038 041": "there are no amphorae",
    "071 072 073 074 075 076 087 088": "there are no L7 policies",
    "084": "no L7 policy can use a pool",
    "086": "there is no failover",
}
REASONS = {number: reason for numbers, reason in NOT_HERE.items() for number in numbers.split()}


def begin(replay):
    """The subnet and the projects of the recordings."""
    cloud, owner = replay.admin, replay.owner
    network = owner.ask("network", "POST", "/v2.0/networks", {"network": {"name": "rec-net"}}).at("network", "id")
    subnet = owner.ask("network", "POST", "/v2.0/subnets", {"subnet": {
        "name": "rec-subnet", "network_id": network, "cidr": "10.68.0.0/24", "ip_version": 4}}).at("subnet", "id")
    replay.call_same("d8811efc-563e-4919-98c8-87fdeb53eaad", subnet)
    replay.call_same("2aabbfc86d6e4acb83849ec6a922c9d8", owner.project)
    for transcript in (replay.real, replay.here):
        # Of the second one: any free address; and no-op drivers invent a network for each.
        transcript.mask(vip_address="address", vip_network_id="network")
    cloud.ask("load-balancer", "DELETE", "/v2/lbaas/quotas/" + owner.project)


def reason_against(name):
    return REASONS.get(name[:3])


def prepare(replay, name):
    """Who recorded waited for the end of a change, except where an exchange is about the time before it."""
    if "023" <= name[:3] <= "037" or "immutable" in name or "pending" in name:
        return
    wait(lambda: all(not state.startswith("PENDING") for state in states(
        replay.owner.ask("load-balancer", "GET", "/v2/lbaas/loadbalancers").body)), 10)


def token(replay, name):
    number = name[:3]
    if number in ("002", "003"):
        return {"002": "", "003": "no-token-at-all"}[number]
    if number in ADMIN:
        return replay.admin.token
    return (replay.other if number == "037" else replay.owner).token


def wanted(body):
    """The request without what there is not."""
    body = copy.deepcopy(body)
    if isinstance(body, dict):
        for listener in body.get("loadbalancer", {}).get("listeners", []):
            listener.pop("l7policies", None)
    return body


def normal(body):
    if isinstance(body, dict):
        return {key: normal(value) for key, value in body.items() if key != "l7policies"}
    if isinstance(body, list):
        return [normal(item) for item in body]
    if isinstance(body, str):
        return FRACTION.sub("", body)
    return body


def states(body):
    """Of the load balancers that an answer is about."""
    body = body if isinstance(body, dict) else {}
    found = body.get("loadbalancers", [body["loadbalancer"]] if "loadbalancer" in body else [])
    return sorted(balancer.get("provisioning_status", "") for balancer in found)


def is_as_far(request, response, answer):
    if request["method"] != "GET":
        return True
    return answer.status == response["status"] and states(answer.body) == states(response["body"])
