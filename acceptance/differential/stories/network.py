"""Neutron v2.0: networks, subnets, ports, security groups; routers and floating IPs are in network_routers.py."""
from cloud import wait
from stories.common import NOBODY, gates, own, pages
from stories.network_common import V, listings, missing, network, refuse_bodies, subnet, tags
from stories.network_routers import floating_ips, routers


def run(t):
    t.mask(revision_number="number", mtu="number", standard_attr_id="number", fqdn="name")
    t.unordered("networks", "subnets", "ports", "routers", "security_groups", "security_group_rules", "floatingips",
                "tags", "fixed_ips", "dns_assignment", "dns_nameservers")
    cloud = t.cloud
    t.alias(cloud.project, "project")
    public = cloud.ask("network", "GET", V + "/networks?router:external=true").at("networks", 0)
    t.alias(public["id"], "public")
    for number, subnet in enumerate(public["subnets"]):
        t.alias(subnet, "subnet %d of public" % number)
    default = cloud.ask("network", "GET", V + "/security-groups?name=default").at("security_groups", 0, "id")
    t.alias(default, "default group")
    networks(t)
    subnets(t)
    groups(t)
    ports(t)
    routers(t, public["id"])
    floating_ips(t, public["id"])
    rest(t)
    gates(t, V + "/networks", "PATCH", V + "/no-such-things")
    sweep(t)


def sweep(t):
    """What a story could not remove, because the cloud took what it should have refused."""
    for network in t.cloud.ask("network", "GET", V + "/networks").at("networks"):
        if network["name"].startswith(t.cloud.prefix):
            for port in t.cloud.ask("network", "GET", "%s/ports?network_id=%s" % (V, network["id"])).at("ports"):
                t.cloud.ask("network", "DELETE", "%s/ports/%s" % (V, port["id"]))
            t.cloud.ask("network", "DELETE", "%s/networks/%s" % (V, network["id"]))


def networks(t):
    path = V + "/networks"
    with t.story("networks"):
        made = t.post("create", path, {"network": {"name": t.name("net"), "description": "of a test"}}, save="net")
        one = "%s/%s" % (path, made.id)
        t.post("create two", path, {"networks": [{"name": t.name("two-1")}, {"name": t.name("two-2"),
                                                                            "admin_state_up": False}]})
        for tail in ("two-1", "two-2"):
            for network in t.cloud.ask("network", "GET", "%s?name=%s" % (path, t.name(tail))).at("networks"):
                t.removed_by("DELETE", "%s/%s" % (path, network["id"]))
        t.get("show", one)
        t.get("show with fields", one + "?fields=id&fields=name")
        t.get("show with an unknown field", one + "?fields=no_such_field")
        listings(t, path, "networks", "net")
        pages(t, "list backwards", "%s?name=%s&limit=1&page_reverse=True" % (path, t.name("net")), "networks")
        t.get("list by a boolean", path + "?admin_state_up=False", pick=own(t, "networks"))
        t.get("list by a boolean that is none", path + "?admin_state_up=maybe")
        t.get("list those from outside", path + "?router:external=True", pick=own(t, "networks"))
        t.get("list the shared ones", path + "?shared=True", pick=own(t, "networks"))
        t.put("change", one, {"network": {"name": t.name("net"), "description": "changed"}})
        t.put("change with an unknown member", one, {"network": {"no_such": 1}})
        t.put("change with nothing", one, {"network": {}})
        t.put("change what only administrators may", one, {"network": {"shared": True}})
        t.put("change what nobody may", one, {"network": {"status": "ACTIVE"}})
        t.put("change the ID", one, {"network": {"id": NOBODY}})
        t.put("change with the revision of long ago", one, {"network": {"description": "x"}},
              headers={"If-Match": "revision_number=0"})
        t.put("change with a revision that is none", one, {"network": {"description": "x"}},
              headers={"If-Match": "revision_number=x"})
        refuse_bodies(t, path, "network")
        t.post("create without a name", path, {"network": {}}, save="nameless")
        t.post("create with a long name", path, {"network": {"name": "n" * 256}})
        t.post("create with a name that is a number", path, {"network": {"name": 17}})
        t.post("create with a state that is none", path, {"network": {"name": t.name("x"), "admin_state_up": "maybe"}})
        t.post("create an odd name", path, {"network": {"name": t.name("ä/ 'n\"%2e")}}, save="odd")
        t.post("create for another project", path, {"network": {"name": t.name("x"), "project_id": "f" * 32}})
        t.post("create a shared one", path, {"network": {"name": t.name("x"), "shared": True}})
        t.post("create one from outside", path, {"network": {"name": t.name("x"), "router:external": True}})
        t.post("create of a provider", path, {"network": {"name": t.name("x"),
                                                          "provider:network_type": "local"}})
        missing(t, path, "network")
        tags(t, one)
        t.delete("delete", one)
        t.delete("delete again", one)


def subnets(t):
    path = V + "/subnets"
    with t.story("subnets"):
        net = network(t)

        def wanted(**changes):
            body = {"name": t.name("subnet"), "network_id": net, "cidr": "10.99.1.0/24", "ip_version": 4}
            body.update(changes)
            return {"subnet": {key: value for key, value in body.items() if value is not None}}
        made = t.post("create", path, wanted(), save="subnet")
        one = "%s/%s" % (path, made.id)
        t.get("show", one)
        listings(t, path, "subnets", "subnet")
        t.get("list by network", "%s?network_id=%s" % (path, net))
        t.get("list by CIDR", "%s?network_id=%s&cidr=10.99.1.0/24" % (path, net))
        t.get("list by version", "%s?network_id=%s&ip_version=6" % (path, net))
        t.get("list by a version that is none", "%s?network_id=%s&ip_version=x" % (path, net))
        t.get("the network with it", "%s/networks/%s" % (V, net))
        t.post("create one that overlaps", path, wanted(cidr="10.99.1.128/25"))
        t.post("create one with all", path, wanted(
            name=t.name("all"), cidr="10.99.2.0/24", gateway_ip="10.99.2.254", enable_dhcp=False,
            description="of a test", dns_nameservers=["10.99.2.2", "10.99.2.3"],
            allocation_pools=[{"start": "10.99.2.10", "end": "10.99.2.20"}],
            host_routes=[{"destination": "10.98.0.0/16", "nexthop": "10.99.2.9"}]), save="all")
        t.post("create one without a gateway", path, {"subnet": {
            "name": t.name("no-gateway"), "network_id": net, "cidr": "10.99.3.0/24", "ip_version": 4,
            "gateway_ip": None}}, save="no gateway")
        t.post("create a small one", path, wanted(cidr="10.99.4.0/30"), save="small")
        refuse_bodies(t, path, "subnet")
        t.post("create without a network", path, wanted(network_id=None))
        t.post("create in an unknown network", path, wanted(network_id=NOBODY))
        t.post("create in a network whose ID is none", path, wanted(network_id="x"))
        t.post("create without a CIDR", path, wanted(cidr=None))
        t.post("create with a CIDR that is none", path, wanted(cidr="x"))
        t.post("create with an address and no size", path, wanted(cidr="10.99.9.0"))
        t.post("create with host bits", path, wanted(cidr="10.99.9.7/24"), save="host bits")
        t.post("create without a version", path, wanted(ip_version=None))
        t.post("create with version 5", path, wanted(ip_version=5))
        t.post("create with the CIDR of the other version", path, wanted(ip_version=6))
        t.post("create with a gateway outside", path, wanted(cidr="10.99.5.0/24", gateway_ip="10.1.1.1"), save="outside")
        t.post("create with a gateway that is none", path, wanted(cidr="10.99.6.0/24", gateway_ip="x"))
        t.post("create with the gateway in a pool", path, wanted(
            cidr="10.99.6.0/24", gateway_ip="10.99.6.10",
            allocation_pools=[{"start": "10.99.6.5", "end": "10.99.6.20"}]))
        t.post("create with a pool outside", path, wanted(
            cidr="10.99.6.0/24", allocation_pools=[{"start": "10.1.1.1", "end": "10.1.1.2"}]))
        t.post("create with a pool that ends before it starts", path, wanted(
            cidr="10.99.6.0/24", allocation_pools=[{"start": "10.99.6.9", "end": "10.99.6.5"}]))
        t.post("create with pools that overlap", path, wanted(cidr="10.99.6.0/24", allocation_pools=[
            {"start": "10.99.6.5", "end": "10.99.6.9"}, {"start": "10.99.6.8", "end": "10.99.6.20"}]))
        t.post("create with a pool that is none", path, wanted(cidr="10.99.6.0/24", allocation_pools=[{"a": "b"}]))
        t.post("create with name servers that are none", path, wanted(cidr="10.99.6.0/24", dns_nameservers=["x"]))
        t.post("create with name servers twice", path, wanted(cidr="10.99.6.0/24",
                                                              dns_nameservers=["10.0.0.1", "10.0.0.1"]))
        t.post("create with routes that are none", path, wanted(cidr="10.99.6.0/24",
                                                                host_routes=[{"destination": "x", "nexthop": "y"}]))
        t.put("change", one, {"subnet": {"description": "changed", "dns_nameservers": ["10.99.1.9"]}})
        t.put("take the gateway", one, {"subnet": {"gateway_ip": None}})
        t.put("give a gateway", one, {"subnet": {"gateway_ip": "10.99.1.1"}})
        t.put("change the CIDR", one, {"subnet": {"cidr": "10.99.7.0/24"}})
        t.put("change the version", one, {"subnet": {"ip_version": 6}})
        t.put("change with an unknown member", one, {"subnet": {"no_such": 1}})
        missing(t, path, "subnet")
        tags(t, one)
        t.delete("delete", one)
        t.delete("delete again", one)


def network_with_port(t):
    """A port in the default group, and its network, in the order in which they can go."""
    network = t.cloud.ask("network", "POST", V + "/networks", {"network": {"name": t.name("used")}}).at("network", "id")
    port = t.cloud.ask("network", "POST", V + "/ports", {"port": {"name": t.name("used"), "network_id": network}})
    return [("ports", port.at("port", "id")), ("networks", network)]


def groups(t):
    path, rules = V + "/security-groups", V + "/security-group-rules"

    def by_direction(body):
        """Rules in an order of their own: theirs is not defined."""
        group = body.get("security_group") if isinstance(body, dict) else None
        if group and "security_group_rules" in group:
            group["security_group_rules"].sort(key=lambda rule: (rule["direction"], rule["ethertype"],
                                                                 str(rule["port_range_min"])))
        for group in body.get("security_groups", []) if isinstance(body, dict) else []:
            by_direction({"security_group": group})
        return body

    with t.story("security groups"):
        made = t.post("create", path, {"security_group": {"name": t.name("group"), "description": "of a test"}},
                      save="group", pick=by_direction)
        one = "%s/%s" % (path, made.id)
        t.get("show", one, pick=by_direction)
        t.get("list by name", "%s?name=%s" % (path, t.name("group")), pick=by_direction)
        t.get("list by an unknown key", path + "?no_such_key=1")
        t.get("list with fields", "%s?name=%s&fields=name&fields=stateful" % (path, t.name("group")))
        pages(t, "list by name", "%s?name=%s&limit=1&fields=name" % (path, t.name("group")), "security_groups")
        t.post("create a second of the name", path, {"security_group": {"name": t.name("group")}}, save="second",
               pick=by_direction)
        t.post("create without a name", path, {"security_group": {}}, save="nameless", pick=by_direction)
        t.post("create one that is called default", path, {"security_group": {"name": "default"}})
        t.post("create with a long name", path, {"security_group": {"name": "n" * 256}})
        t.post("create without a state", path, {"security_group": {"name": t.name("stateless"), "stateful": False}},
               save="stateless", pick=by_direction)
        refuse_bodies(t, path, "security_group")
        t.put("change", one, {"security_group": {"description": "changed"}}, pick=by_direction)
        t.put("change with an unknown member", one, {"security_group": {"no_such": 1}})
        default = [value for value, word in t.aliases.items() if word == "<default group>"][0]
        used = network_with_port(t)
        t.put("rename the default group", "%s/%s" % (path, default), {"security_group": {"name": "x"}})
        t.delete("delete the default group", "%s/%s" % (path, default))
        for kind, identifier in used:
            t.cloud.ask("network", "DELETE", "%s/%s/%s" % (V, kind, identifier))
        missing(t, path, "security_group")
        tags(t, one)

    with t.story("rules"):
        group = t.cloud.ask("network", "POST", path, {"security_group": {"name": t.name("group")}}).at(
            "security_group", "id")
        t.alias(group, "group")
        t.removed_by("DELETE", "%s/%s" % (path, group))

        def wanted(**members):
            body = {"security_group_id": group, "direction": "ingress", "ethertype": "IPv4"}
            body.update(members)
            return {"security_group_rule": {key: value for key, value in body.items() if value is not None}}
        tcp = {"protocol": "tcp", "port_range_min": 80, "port_range_max": 80}
        made = t.post("create", rules, wanted(remote_ip_prefix="0.0.0.0/0", description="web", **tcp), save="rule")
        one = "%s/%s" % (rules, made.id)
        t.get("show", one)
        t.get("list of the group", "%s?security_group_id=%s&protocol=tcp" % (rules, group))
        t.get("list by an unknown key", rules + "?no_such_key=1")
        t.post("create the same", rules, wanted(remote_ip_prefix="0.0.0.0/0", **tcp))
        t.post("create the same with another description", rules,
               wanted(remote_ip_prefix="0.0.0.0/0", description="other", **tcp))
        t.post("create without a remote", rules, wanted(**tcp), save="no remote")
        t.post("create for a group", rules, wanted(remote_group_id=group, **tcp), save="of a group")
        t.post("create for all", rules, wanted(), save="for all")
        t.post("create with a protocol by number", rules, wanted(protocol="6", port_range_min=1, port_range_max=2),
               save="by number")
        t.post("create with a number as protocol", rules, wanted(protocol=17, port_range_min=1, port_range_max=2),
               save="a number")
        t.post("create ICMP", rules, wanted(protocol="icmp", port_range_min=8, port_range_max=0), save="icmp")
        t.post("create ICMP with a type that is none", rules, wanted(protocol="icmp", port_range_min=256))
        t.post("create ICMP with a code and no type", rules, wanted(protocol="icmp", port_range_max=3))
        t.post("create egress", rules, wanted(direction="egress", **tcp), save="egress")
        t.post("create for IPv6", rules, wanted(ethertype="IPv6", remote_ip_prefix="::/0", **tcp), save="six")
        t.post("create for an address alone", rules, wanted(remote_ip_prefix="10.1.2.3", **tcp), save="alone")
        t.post("create for an address with host bits", rules, wanted(remote_ip_prefix="10.1.2.3/24", **tcp), save="bits")
        t.post("create with an address of the other version", rules, wanted(remote_ip_prefix="::/0", **tcp))
        t.post("create with a remote that is none", rules, wanted(remote_ip_prefix="x", **tcp))
        t.post("create with two remotes", rules, wanted(remote_ip_prefix="0.0.0.0/0", remote_group_id=group, **tcp))
        t.post("create with an unknown remote group", rules, wanted(remote_group_id=NOBODY, **tcp))
        t.post("create in an unknown group", rules, wanted(security_group_id=NOBODY, **tcp))
        t.post("create in no group", rules, wanted(security_group_id=None, **tcp))
        t.post("create in no direction", rules, wanted(direction=None, **tcp))
        t.post("create in an unknown direction", rules, wanted(direction="sideways", **tcp))
        t.post("create of an unknown type", rules, wanted(ethertype="IPv5", **tcp))
        t.post("create with an unknown protocol", rules, wanted(protocol="no-such"))
        t.post("create with a port and no protocol", rules, wanted(port_range_min=80, port_range_max=80))
        t.post("create with a last port only", rules, wanted(protocol="tcp", port_range_max=81))
        t.post("create with a first port only", rules, wanted(protocol="tcp", port_range_min=81))
        t.post("create with ports the wrong way round", rules,
               wanted(protocol="tcp", port_range_min=81, port_range_max=80))
        t.post("create with port 0", rules, wanted(protocol="tcp", port_range_min=0, port_range_max=0))
        t.post("create with port 65536", rules, wanted(protocol="tcp", port_range_min=1, port_range_max=65536))
        t.post("create with a port that is none", rules, wanted(protocol="tcp", port_range_min="x", port_range_max="x"))
        t.post("create with ports as text", rules, wanted(protocol="tcp", port_range_min="90", port_range_max="91"),
               save="as text")
        refuse_bodies(t, rules, "security_group_rule")
        t.put("change", one, {"security_group_rule": {"description": "x"}})
        t.delete("delete", one)
        t.delete("delete again", one)
        t.get("show the deleted", one)
        t.get("show with an ID that is none", rules + "/x")


def ports(t):
    path = V + "/ports"

    with t.story("ports"):
        net = network(t)
        sub = subnet(t, net)
        made = t.post("create with an address", path, {"port": {
            "name": t.name("port"), "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.50"}]}}, save="port")
        one = "%s/%s" % (path, made.id)
        t.get("show", one)
        listings(t, path, "ports", "port")
        t.get("list by network and owner", "%s?network_id=%s&device_owner=" % (path, net))
        t.get("list by address", "%s?network_id=%s&fixed_ips=ip_address%%3D10.99.1.50" % (path, net))
        t.get("list by another address", "%s?network_id=%s&fixed_ips=ip_address%%3D10.99.1.51" % (path, net))
        t.get("list by a part of the address", "%s?network_id=%s&fixed_ips=ip_address_substr%%3D99.1.5" % (path, net))
        # The port of DHCP is made, and becomes ACTIVE, when its agent finds the time.
        wait(lambda: ["ACTIVE"] == [port["status"] for port in t.cloud.ask(
            "network", "GET", "%s?network_id=%s&device_owner=network:dhcp" % (path, net)).at("ports") or []], 60)
        t.get("list by subnet", "%s?network_id=%s&fixed_ips=subnet_id%%3D%s" % (path, net, sub))
        t.get("list by addresses that are none", "%s?network_id=%s&fixed_ips=x" % (path, net))
        t.get("list by device", "%s?device_id=%s" % (path, NOBODY))
        t.get("list by MAC", "%s?mac_address=%s" % (path, made.at("port", "mac_address")))
        t.get("list by status", "%s?network_id=%s&status=DOWN&name=%s" % (path, net, t.name("port")))
        second = t.post("create with all", path, {"port": {
            "name": t.name("all"), "network_id": net, "description": "of a test", "admin_state_up": False,
            "mac_address": "fa:16:3e:99:01:77", "device_id": "some-device", "device_owner": "some:owner",
            "fixed_ips": [{"subnet_id": sub, "ip_address": "10.99.1.60"}, {"ip_address": "10.99.1.61"}],
            "allowed_address_pairs": [{"ip_address": "10.99.1.200"}], "security_groups": [],
            "port_security_enabled": True,
            "extra_dhcp_opts": [{"opt_name": "mtu", "opt_value": "1400"}]}}, save="all")
        t.post("create two", path, {"ports": [
            {"name": t.name("two-1"), "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.71"}]},
            {"name": t.name("two-2"), "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.72"}]}]})
        for tail in ("two-1", "two-2"):
            for port in t.cloud.ask("network", "GET", "%s?name=%s" % (path, t.name(tail))).at("ports"):
                t.removed_by("DELETE", "%s/%s" % (path, port["id"]))
        t.post("create two, one of which fails", path, {"ports": [
            {"name": t.name("fails"), "network_id": net}, {"name": t.name("fails"), "network_id": NOBODY}]})
        t.get("list what the failed one left", "%s?name=%s" % (path, t.name("fails")))
        t.post("create with an address in use", path, {"port": {
            "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.50"}]}})
        t.post("create with the gateway's address", path, {"port": {
            "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.1"}]}}, save="at the gateway")
        t.post("create with an address outside", path, {"port": {
            "network_id": net, "fixed_ips": [{"ip_address": "10.1.1.1"}]}})
        t.post("create with the network's address", path, {"port": {
            "network_id": net, "fixed_ips": [{"ip_address": "10.99.1.0"}]}})
        t.post("create with an address that is none", path, {"port": {
            "network_id": net, "fixed_ips": [{"ip_address": "x"}]}})
        t.post("create with an unknown subnet", path, {"port": {
            "network_id": net, "fixed_ips": [{"subnet_id": NOBODY}]}})
        t.post("create with addresses that are text", path, {"port": {"network_id": net, "fixed_ips": "x"}})
        t.post("create with a MAC in use", path, {"port": {"network_id": net, "mac_address": "fa:16:3e:99:01:77"}})
        t.post("create with a MAC that is none", path, {"port": {"network_id": net, "mac_address": "x"}})
        t.post("create in an unknown network", path, {"port": {"network_id": NOBODY}})
        t.post("create in no network", path, {"port": {"name": "x"}})
        t.post("create with an unknown group", path, {"port": {"network_id": net, "security_groups": [NOBODY]}})
        t.post("create with groups that are none", path, {"port": {"network_id": net, "security_groups": ["x"]}})
        t.post("create with groups and without security", path, {"port": {
            "network_id": net, "port_security_enabled": False,
            "security_groups": [[v for v, w in t.aliases.items() if w == "<default group>"][0]]}})
        t.post("create without security", path, {"port": {
            "name": t.name("open"), "network_id": net, "port_security_enabled": False,
            "fixed_ips": [{"ip_address": "10.99.1.80"}]}}, save="open")
        t.post("create without addresses", path, {"port": {"name": t.name("bare"), "network_id": net,
                                                           "fixed_ips": []}}, save="bare")
        t.post("create with a pair that is none", path, {"port": {
            "network_id": net, "allowed_address_pairs": [{"ip_address": "x"}]}})
        t.post("create with a pair twice", path, {"port": {"network_id": net, "allowed_address_pairs": [
            {"ip_address": "10.99.1.200"}, {"ip_address": "10.99.1.200"}]}})
        t.post("create bound to a host", path, {"port": {"network_id": net, "binding:host_id": "x"}})
        refuse_bodies(t, path, "port")
        t.put("change", one, {"port": {"name": t.name("port"), "description": "changed"}})
        t.put("change the addresses", one, {"port": {"fixed_ips": [{"ip_address": "10.99.1.55"}]}})
        t.put("change the groups", one, {"port": {"security_groups": []}})
        t.put("take security", one, {"port": {"port_security_enabled": False}})
        t.put("change the network", one, {"port": {"network_id": net}})
        t.put("change the MAC", one, {"port": {"mac_address": "fa:16:3e:99:01:78"}})
        t.put("change the status", one, {"port": {"status": "ACTIVE"}})
        t.put("change with an unknown member", one, {"port": {"no_such": 1}})
        missing(t, path, "port")
        tags(t, one)
        t.delete("delete the network with ports", "%s/networks/%s" % (V, net))
        t.delete("delete the subnet with ports", "%s/subnets/%s" % (V, sub))
        t.delete("delete", one)
        t.delete("delete again", one)
        t.get("the second is still there", "%s/%s" % (path, second.id))


def rest(t):
    project = t.cloud.project
    with t.story("the rest"):
        t.get("versions", "/")
        t.get("versions without a token", "/", token="")
        t.get("resources", V, only_shape=True)
        t.get("resources with a slash", V + "/", only_shape=True)
        t.get("extensions", V + "/extensions", only_shape=True)
        t.get("an extension", V + "/extensions/router")
        t.get("an unknown extension", V + "/extensions/no-such-extension")
        t.get("availability zones", V + "/availability_zones", only_shape=True)
        t.get("quotas", "%s/quotas/%s" % (V, project), only_shape=True)
        t.get("quotas in detail", "%s/quotas/%s/details.json" % (V, project), only_shape=True)
        t.get("default quotas", "%s/quotas/%s/default" % (V, project), only_shape=True)
        t.get("quotas of another project", "%s/quotas/%s" % (V, "f" * 32))
        t.put("change quotas", "%s/quotas/%s" % (V, project), {"quota": {"network": 5}})
        t.delete("reset quotas", "%s/quotas/%s" % (V, project))
        t.get("list with a suffix", V + "/networks.json?name=no-such-name-at-all")
        t.get("list as XML", V + "/networks?name=no-such-name-at-all", headers={"Accept": "application/xml"})
        t.call("HEAD of a list", "HEAD", V + "/networks?name=no-such-name-at-all")
        t.get("a slash at the end", V + "/networks/?name=no-such-name-at-all")
