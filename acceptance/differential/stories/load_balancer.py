"""Octavia v2: a load balancer with all that hangs below it, and its states."""
from stories.common import NOBODY, gates, own, pages

V = "/v2/lbaas"
BASE = V + "/loadbalancers"


def run(t):
    cloud = t.cloud
    t.alias(cloud.project, "project")
    t.mask(provider="provider", vip_address="address", cached_zone="zone")
    with t.story("documents"):
        t.get("versions", "/", token="", only_shape=True)
        t.get("providers", V + "/providers", only_shape=True)
        t.get("quotas", "%s/quotas/%s" % (V, cloud.project), only_shape=True)
        t.get("default quotas", V + "/quotas/defaults", only_shape=True)
    with t.story("load balancers"):
        network = cloud.ask("network", "POST", "/v2.0/networks", {"network": {"name": t.name("net")}})
        network = t.alias(network.at("network", "id"), "net")
        t.after(lambda: cloud.ask("network", "DELETE", "/v2.0/networks/" + network))
        subnet = cloud.ask("network", "POST", "/v2.0/subnets", {"subnet": {
            "name": t.name("subnet"), "network_id": network, "cidr": "10.99.1.0/24", "ip_version": 4}})
        subnet = t.alias(subnet.at("subnet", "id"), "subnet")
        balancers(t, subnet)
    gates(t, BASE, "PATCH", V + "/no-such-things")


def status(key):
    # Not the operating status: no-op drivers have no balancer that could be ONLINE.
    return lambda body: body[key]["provisioning_status"]


def settled(state):
    return state in ("ACTIVE", "ERROR", "404")


def balancers(t, subnet):
    made = t.post("create", BASE, {"loadbalancer": {"name": t.name("lb"), "vip_subnet_id": subnet, "tags": ["red"]}})
    balancer = made.body["loadbalancer"]["id"]
    t.alias(balancer, "lb")
    t.alias(made.body["loadbalancer"]["vip_port_id"], "vip port")
    one = "%s/%s" % (BASE, balancer)
    t.removed_by("DELETE", one + "?cascade=true")
    t.put("change what is being created", one, {"loadbalancer": {"description": "x"}})
    t.post("create a listener below what is being created", V + "/listeners", {"listener": {
        "name": t.name("early"), "loadbalancer_id": balancer, "protocol": "HTTP", "protocol_port": 80}})
    t.delete("delete what is being created", one)

    def ready(case):
        t.states(case, one, status("loadbalancer"), settled)
    ready("a new load balancer")
    t.get("show", one)
    t.get("statistics", one + "/stats")
    t.get("status tree", one + "/status")
    listings(t, BASE, "loadbalancers", "lb")
    t.put("change", one, {"loadbalancer": {"description": "changed"}})
    ready("a changed load balancer")
    t.put("change with an unknown member", one, {"loadbalancer": {"no_such": 1}})
    t.put("change its address", one, {"loadbalancer": {"vip_address": "10.99.1.9"}})
    refusals(t, BASE, "loadbalancer", {"without a VIP": {"name": "x"}, "with an unknown subnet": {"vip_subnet_id": NOBODY},
                                       "with a subnet whose ID is none": {"vip_subnet_id": "x"},
                                       "with an unknown member": {"vip_subnet_id": subnet, "no_such": 1},
                                       "with an address outside": {"vip_subnet_id": subnet, "vip_address": "10.1.1.1"},
                                       "of an unknown provider": {"vip_subnet_id": subnet, "provider": "no-such"}})
    below(t, balancer, subnet, ready)
    t.get("status tree with all below it", one + "/status")
    t.get("show with all below it", one)
    t.delete("delete with children", one)
    t.delete("delete in cascade", one + "?cascade=true")
    t.states("a load balancer that is deleted", one, status("loadbalancer"),
             lambda state: state in ("404", "DELETED"))
    t.get("show the deleted", one)


def listings(t, path, key, name):
    t.get("list %s by name" % key, "%s?name=%s" % (path, t.name(name)))
    t.get("list %s by an unknown key" % key, path + "?no_such_key=1")
    t.get("list %s with fields" % key, "%s?name=%s&fields=name" % (path, t.name(name)))
    t.get("list %s with a limit that is none" % key, path + "?limit=x")
    t.get("list %s after an unknown marker" % key, "%s?marker=%s" % (path, NOBODY), pick=own(t, key))
    t.get("list %s after a marker that is none" % key, path + "?marker=x")
    t.get("list %s sorted by an unknown key" % key, path + "?sort=no_such:asc")
    t.get("list %s sorted in an unknown direction" % key, path + "?sort=name:up")
    t.get("list %s sorted in an unknown direction, the old way" % key, path + "?sort_key=name&sort_dir=up")
    t.get("list %s sorted with a word too many" % key, path + "?sort=name:asc:desc")
    pages(t, "list %s by name" % key, "%s?name=%s&limit=1" % (path, t.name(name)), key, 3)


def refusals(t, path, key, bodies):
    for case, body in bodies.items():
        made = t.post("create a %s %s" % (key, case), path, {key: body}).at(key, "id")
        if made:  # no-op drivers take what Neutron would refuse
            t.removed_by("DELETE", "%s/%s" % (path, made))
    t.post("create a %s from nothing" % key, path, {})
    t.post("create a %s from no JSON" % key, path, b"{not json", headers={"Content-Type": "application/json"})
    if key != "member":
        for method in ("PUT", "DELETE"):
            t.call("%s %s without an ID" % (method, key), method, path, {key: {"name": "x"}} if method == "PUT" else None)
    for method in ("GET", "PUT", "DELETE"):
        t.call("%s no %s" % (method, key), method, "%s/%s" % (path, NOBODY),
               {key: {"name": "x"}} if method == "PUT" else None)
        t.call("%s a %s whose ID is none" % (method, key), method, path + "/x",
               {key: {"name": "x"}} if method == "PUT" else None)


def below(t, balancer, subnet, ready):
    path = V + "/listeners"
    wanted = {"name": t.name("listener"), "loadbalancer_id": balancer, "protocol": "HTTP", "protocol_port": 80}
    listener = t.post("create a listener", path, {"listener": wanted}).body["listener"]["id"]
    t.alias(listener, "listener")
    ready("a load balancer with a new listener")
    t.get("show a listener", "%s/%s" % (path, listener))
    listings(t, path, "listeners", "listener")
    refusals(t, path, "listener", {
        "on a port that is taken": wanted, "of an unknown protocol": {**wanted, "protocol": "X", "protocol_port": 81},
        "on port 0": {**wanted, "protocol_port": 0}, "on port 65536": {**wanted, "protocol_port": 65536},
        "of no load balancer": {**wanted, "loadbalancer_id": NOBODY},
        "without a port": {key: value for key, value in wanted.items() if key != "protocol_port"},
        "with an unknown member": {**wanted, "protocol_port": 82, "no_such": 1}})
    path = V + "/pools"
    wanted = {"name": t.name("pool"), "listener_id": listener, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    pool = t.post("create a pool", path, {"pool": wanted}).body["pool"]["id"]
    t.alias(pool, "pool")
    ready("a load balancer with a new pool")
    t.get("show a pool", "%s/%s" % (path, pool))
    refusals(t, path, "pool", {
        "for a listener that has one": wanted, "of an unknown algorithm": {**wanted, "lb_algorithm": "X"},
        "of another protocol": {**wanted, "protocol": "TCP"}, "of a listener whose ID is none": {**wanted, "listener_id": "x"},
        "of nothing": {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}})
    path = "%s/pools/%s/members" % (V, pool)
    wanted = {"name": t.name("member"), "address": "10.99.1.5", "protocol_port": 80, "subnet_id": subnet}
    member = t.post("create a member", path, {"member": wanted}).body["member"]["id"]
    t.alias(member, "member")
    ready("a load balancer with a new member")
    t.get("show a member", "%s/%s" % (path, member))
    for method, tail in (("GET", ""), ("POST", ""), ("PUT", ""), ("GET", "/" + NOBODY)):
        t.call("%s %s of no pool" % (method, "a member" if tail else "members"), method,
               "%s/pools/%s/members%s" % (V, NOBODY, tail),
               {"POST": {"member": wanted}, "PUT": {"members": [wanted]}}.get(method))
    t.put("change a member", "%s/%s" % (path, member), {"member": {"weight": 5}})
    ready("a load balancer with a changed member")
    refusals(t, path, "member", {
        "that is there": wanted, "with a bad address": {**wanted, "address": "x"},
        "with a bad weight": {**wanted, "address": "10.99.1.6", "weight": 257},
        "without a port": {"address": "10.99.1.6"}})
    t.put("replace the members", path, {"members": [wanted, {**wanted, "name": t.name("two"), "address": "10.99.1.6"}]})
    ready("a load balancer with other members")
    path = V + "/healthmonitors"
    wanted = {"name": t.name("monitor"), "pool_id": pool, "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 2}
    monitor = t.post("create a monitor", path, {"healthmonitor": wanted}).body["healthmonitor"]["id"]
    t.alias(monitor, "monitor")
    ready("a load balancer with a monitor")
    t.get("show a monitor", "%s/%s" % (path, monitor))
    refusals(t, path, "healthmonitor", {
        "for a pool that has one": wanted, "of an unknown type": {**wanted, "type": "X"},
        "with too many retries": {**wanted, "max_retries": 11}, "without a delay": {"pool_id": pool, "type": "HTTP"}})
