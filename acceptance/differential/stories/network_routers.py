"""Ways out of a network: routers and floating IPs."""
from cloud import wait
from stories.common import NOBODY, pages
from stories.network_common import V, listings, missing, network, refuse_bodies, subnet, tags


def routers(t, public):
    path = V + "/routers"
    with t.story("routers"):
        t.mask(ip_address="address")
        net = network(t)
        sub = subnet(t, net)
        made = t.post("create", path, {"router": {"name": t.name("router"), "description": "of a test"}}, save="router")
        one = "%s/%s" % (path, made.id)
        t.get("show", one)
        listings(t, path, "routers", "router")
        gateway = t.post("create with a gateway", path, {"router": {
            "name": t.name("gate"), "external_gateway_info": {"network_id": public}}}, save="gate")
        t.states("a router's state", "%s/%s" % (path, gateway.id), lambda body: body["router"]["status"],
                 lambda state: state == "ACTIVE", seconds=60)
        refuse_bodies(t, path, "router")
        t.post("create with a gateway into an inner network", path, {"router": {
            "external_gateway_info": {"network_id": net}}})
        t.post("create with a gateway into an unknown network", path, {"router": {
            "external_gateway_info": {"network_id": NOBODY}}})
        t.post("create with a gateway that is text", path, {"router": {"external_gateway_info": "x"}})
        t.post("create with a long name", path, {"router": {"name": "n" * 256}})
        t.put("change", one, {"router": {"description": "changed"}})
        t.put("change with an unknown member", one, {"router": {"no_such": 1}})
        t.put("give a gateway", one, {"router": {"external_gateway_info": {"network_id": public}}})
        t.put("take the gateway", one, {"router": {"external_gateway_info": {}}})
        t.put("give it again", one, {"router": {"external_gateway_info": {"network_id": public}}})
        t.put("take it by null", one, {"router": {"external_gateway_info": None}})
        add, remove = one + "/add_router_interface", one + "/remove_router_interface"
        inner = t.put("add an interface", add, {"subnet_id": sub})
        t.alias(inner.at("port_id"), "inner port")
        t.after(lambda: t.cloud.ask("network", "PUT", remove, {"subnet_id": sub}))
        t.put("add it again", add, {"subnet_id": sub})
        t.put("add an unknown subnet", add, {"subnet_id": NOBODY})
        t.put("add a subnet whose ID is none", add, {"subnet_id": "x"})
        t.put("add an unknown port", add, {"port_id": NOBODY})
        t.put("add neither", add, {})
        t.put("add both", add, {"subnet_id": sub, "port_id": NOBODY})
        t.put("add to no router", "%s/%s/add_router_interface" % (path, NOBODY), {"subnet_id": sub})
        t.put("add without a body", add)
        # The agent takes its time to bring it up.
        wait(lambda: all(port["status"] == "ACTIVE" for port in t.cloud.ask(
            "network", "GET", "%s/ports?device_id=%s" % (V, made.id)).at("ports") or []), 60)
        t.get("ports of the router", "%s/ports?device_id=%s" % (V, made.id))
        t.delete("delete the port of the router", "%s/ports/%s" % (V, inner.at("port_id")))
        t.delete("delete the router with interfaces", one)
        t.delete("delete the subnet of the router", "%s/subnets/%s" % (V, sub))
        other = network(t, "other net")
        overlapping = subnet(t, other, name="overlapping")
        t.put("add a subnet that overlaps", add, {"subnet_id": overlapping})
        far = subnet(t, other, "10.99.2.0/24", "far")
        port = t.cloud.ask("network", "POST", V + "/ports", {"port": {
            "name": t.name("by port"), "network_id": other, "fixed_ips": [{"subnet_id": far}]}}).at("port", "id")
        t.alias(port, "port")
        t.removed_by("DELETE", "%s/ports/%s" % (V, port))
        t.put("add an interface by port", add, {"port_id": port})
        t.after(lambda: t.cloud.ask("network", "PUT", remove, {"port_id": port}))
        t.put("add the port again", add, {"port_id": port})
        t.put("routes", one, {"router": {"routes": [{"destination": "10.98.0.0/16", "nexthop": "10.99.1.9"}]}})
        t.put("routes to where nothing is", one, {"router": {"routes": [{"destination": "10.98.0.0/16",
                                                                         "nexthop": "10.1.1.1"}]}})
        t.put("routes that are none", one, {"router": {"routes": [{"destination": "x", "nexthop": "y"}]}})
        t.put("remove an interface that a route needs", remove, {"subnet_id": sub})
        t.put("no routes", one, {"router": {"routes": []}})
        t.put("remove an interface by port", remove, {"port_id": port})
        t.put("remove the port again", remove, {"port_id": port})
        t.put("remove an interface", remove, {"subnet_id": sub})
        t.put("remove it again", remove, {"subnet_id": sub})
        t.put("remove nothing", remove, {})
        missing(t, path, "router")
        tags(t, one)
        t.delete("delete", one)
        t.delete("delete again", one)
        del t.masked["ip_address"]


def floating_ips(t, public):
    path = V + "/floatingips"
    with t.story("floating IPs"):
        t.mask(floating_ip_address="address", ip_address="address")
        net = network(t)
        sub = subnet(t, net)
        router = t.cloud.ask("network", "POST", V + "/routers", {"router": {
            "name": t.name("router"), "external_gateway_info": {"network_id": public}}}).at("router", "id")
        t.alias(router, "router")
        t.removed_by("DELETE", "%s/routers/%s" % (V, router))

        def port(name, address, network_id=net):
            made = t.cloud.ask("network", "POST", V + "/ports", {"port": {
                "name": t.name(name), "network_id": network_id, "fixed_ips": [{"ip_address": address}]}})
            t.alias(made.at("port", "id"), name)
            t.removed_by("DELETE", "%s/ports/%s" % (V, made.at("port", "id")))
            return made.at("port", "id")
        first, second = port("first", "10.99.1.50"), port("second", "10.99.1.51")
        made = t.post("create", path, {"floatingip": {"floating_network_id": public, "description": "of a test"}},
                      save="fip")
        one = "%s/%s" % (path, made.id)
        address = t.alias(made.at("floatingip", "floating_ip_address"), "address")
        t.get("show", one)
        t.get("list by address", "%s?floating_ip_address=%s" % (path, address))
        t.get("list by an unknown address", "%s?floating_ip_address=192.0.2.1" % path)
        t.get("list by status", "%s?status=DOWN&floating_ip_address=%s" % (path, address))
        t.get("list by port", "%s?port_id=%s" % (path, first))
        t.get("list by an unknown key", path + "?no_such_key=1")
        t.get("list with fields", "%s?floating_ip_address=%s&fields=status" % (path, address))
        t.get("list sorted by an unknown key", path + "?sort_key=no_such&sort_dir=asc")
        pages(t, "list by address", "%s?floating_ip_address=%s&limit=1" % (path, address), "floatingips")
        t.put("give it to a port without a router", one, {"floatingip": {"port_id": first}})
        t.cloud.ask("network", "PUT", "%s/routers/%s/add_router_interface" % (V, router), {"subnet_id": sub})
        t.after(lambda: t.cloud.ask("network", "PUT", "%s/routers/%s/remove_router_interface" % (V, router),
                                    {"subnet_id": sub}))
        t.put("give it to a port", one, {"floatingip": {"port_id": first}})
        t.states("a floating IP that is given", one, lambda body: body["floatingip"]["status"],
                 lambda state: state == "ACTIVE", seconds=60)
        t.get("show it with its port", one)
        t.get("list by its port", "%s?port_id=%s" % (path, first))
        t.get("list by its router", "%s?router_id=%s" % (path, router))
        t.get("list by its inner address", "%s?fixed_ip_address=10.99.1.50&port_id=%s" % (path, first))
        t.put("give it to another port", one, {"floatingip": {"port_id": second, "fixed_ip_address": "10.99.1.51"}})
        t.put("give it an address that the port has not", one, {"floatingip": {
            "port_id": first, "fixed_ip_address": "10.99.1.99"}})
        t.put("give it to an unknown port", one, {"floatingip": {"port_id": NOBODY}})
        t.put("give it to a port whose ID is none", one, {"floatingip": {"port_id": "x"}})
        t.put("change its description", one, {"floatingip": {"description": "changed"}})
        t.put("change its address", one, {"floatingip": {"floating_ip_address": "192.0.2.1"}})
        t.put("change with an unknown member", one, {"floatingip": {"no_such": 1}})
        t.post("create for a port that has one", path, {"floatingip": {
            "floating_network_id": public, "port_id": second}})
        t.put("remove the router's interface below it", "%s/routers/%s/remove_router_interface" % (V, router),
              {"subnet_id": sub})
        t.put("take it from the port", one, {"floatingip": {"port_id": None}})
        t.states("a floating IP that is taken", one, lambda body: body["floatingip"]["status"],
                 lambda state: state == "DOWN", seconds=60)
        t.put("a change of nothing", one, {"floatingip": {}})
        t.post("create with a port", path, {"floatingip": {"floating_network_id": public, "port_id": first}},
               save="with port")
        refuse_bodies(t, path, "floatingip")
        t.post("create in an inner network", path, {"floatingip": {"floating_network_id": net}})
        t.post("create in an unknown network", path, {"floatingip": {"floating_network_id": NOBODY}})
        t.post("create in a network whose ID is none", path, {"floatingip": {"floating_network_id": "x"}})
        t.post("create with an address outside", path, {"floatingip": {
            "floating_network_id": public, "floating_ip_address": "192.0.2.1"}})
        t.post("create with an inner address and no port", path, {"floatingip": {
            "floating_network_id": public, "fixed_ip_address": "10.99.1.50"}})
        t.post("create for an unknown port", path, {"floatingip": {"floating_network_id": public, "port_id": NOBODY}})
        missing(t, path, "floatingip")
        tags(t, one)
        t.delete("delete", one)
        t.delete("delete again", one)
        # A port that goes takes its association with it.
        t.cloud.ask("network", "DELETE", "%s/ports/%s" % (V, first))
        t.get("the other one when its port is gone", "%s?router_id=%s" % (path, router))
        del t.masked["floating_ip_address"], t.masked["ip_address"]
