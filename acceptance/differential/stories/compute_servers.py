"""Servers and what is done with them."""
from cloud import wait
from stories.common import NOBODY, pages
from stories.compute_common import KEY, V, at, wanted


def states(body):
    server = body["server"]
    task = server["OS-EXT-STS:task_state"]
    return "%s %s" % (server["status"], task) if task else server["status"]


def network_with_port(t):
    """Where the server is to be; as a project's member makes it."""
    cloud = t.cloud
    net = cloud.ask("network", "POST", "/v2.0/networks", {"network": {"name": t.name("net")}}).at("network", "id")
    t.alias(net, "net")
    t.after(lambda: cloud.ask("network", "DELETE", "/v2.0/networks/" + net))
    subnet = cloud.ask("network", "POST", "/v2.0/subnets", {"subnet": {
        "name": t.name("subnet"), "network_id": net, "cidr": "10.99.1.0/24", "ip_version": 4}}).at("subnet", "id")
    t.alias(subnet, "subnet")
    port = cloud.ask("network", "POST", "/v2.0/ports", {"port": {"name": t.name("port"), "network_id": net}})
    t.alias(port.at("port", "id"), "port")
    t.after(lambda: cloud.ask("network", "DELETE", "/v2.0/ports/" + port.at("port", "id")))
    group = cloud.ask("network", "POST", "/v2.0/security-groups", {"security_group": {"name": t.name("group")}})
    t.alias(group.at("security_group", "id"), "group")
    t.after(lambda: cloud.ask("network", "DELETE", "/v2.0/security-groups/" + group.at("security_group", "id")))
    return port.at("port", "id"), group.at("security_group", "id")


def gone(t, one):
    def after():
        t.cloud.ask("compute", "DELETE", one)
        wait(lambda: t.cloud.ask("compute", "GET", one).status == 404, 300)
    t.after(after)


def missing(t):
    path = "%s/servers/%s" % (V, NOBODY)
    t.get("show none", path)
    t.get("show with an ID that is none", V + "/servers/x")
    t.put("change none", path, {"server": {"name": "x"}})
    t.delete("delete none", path)
    t.delete("delete with an ID that is none", V + "/servers/x")
    t.post("act on none", path + "/action", {"os-stop": None})
    t.post("act on one whose ID is none", V + "/servers/x/action", {"os-stop": None})
    for part in ("metadata", "ips", "os-interface", "os-security-groups", "os-instance-actions",
                 "os-volume_attachments", "metadata/key"):
        t.get("%s of none" % part, "%s/%s" % (path, part))
    t.get("tags of none", path + "/tags", headers=at("2.26"))


def servers(t):
    path = V + "/servers"
    with t.story("servers"):
        missing(t)
        port, group = network_with_port(t)
        key = t.name("key")
        t.cloud.ask("compute", "POST", V + "/os-keypairs", {"keypair": {"name": key, "public_key": KEY}})
        t.after(lambda: t.cloud.ask("compute", "DELETE", "%s/os-keypairs/%s" % (V, key)))
        made = t.post("create", path, wanted(
            t, name=t.name("server"), networks=[{"port": port}], key_name=key, user_data="IyEvYmluL3NoCg==", metadata={"role": "web"},
            tags=["blue", "green"], description="of a test", hostname="diff-host"), headers=at("2.93"))
        server = made.body["server"]["id"]
        t.alias(server, "server")
        one = "%s/%s" % (path, server)
        gone(t, one)
        t.get("show at once", one, headers=at("2.93"), pick=lambda body: {"server": {
            name: value for name, value in body["server"].items() if name not in (
                "OS-EXT-STS:task_state", "addresses", "updated", "created", "hostId",
                "OS-EXT-AZ:availability_zone", "security_groups")}})
        t.states("a new server", one, states, lambda state: state in ("ACTIVE", "ERROR") or state[:3].isdigit())
        for version in ("2.1", "2.3", "2.9", "2.16", "2.19", "2.26", "2.47", "2.63", "2.69", "2.71", "2.73", "2.90",
                        "2.93"):
            t.get("show at " + version, one, headers=at(version))
        port_path = "/v2.0/ports/" + port
        t.states_of("network", "the port of a server", port_path, lambda body: body["port"]["status"],
                    lambda state: state == "ACTIVE")
        lists(t, path, server)
        parts(t, one, port, group)
        actions(t, one)
        t.delete("delete", one)
        t.states("a server that is deleted", one, states, lambda state: state == "404")
        t.get("show the deleted", one)
        t.delete("delete again", one)
        t.get("list with the deleted", "%s?deleted=true&name=%s" % (path, t.name("server")))
        t.get("list changed since, with the deleted", "%s?changes-since=2020-01-01T00:00:00Z&name=%s"
              % (path, t.name("server")))


def lists(t, path, server):
    name = t.name("server")
    t.get("list by name", "%s?name=%s" % (path, name))
    for version in ("2.1", "2.47", "2.69", "2.93"):
        t.get("list in detail at " + version, "%s/detail?name=%s" % (path, name), headers=at(version))
    pages(t, "list by name", "%s?name=%s&limit=1" % (path, name), "servers")
    pages(t, "list in detail by name", "%s/detail?name=%s&limit=1" % (path, name), "servers")
    t.get("list by a name that is a pattern", "%s?name=%s.*ver$" % (path, t.cloud.prefix))
    t.get("list by a name that is a broken pattern", path + "?name=%5B")
    for query in ("status=ACTIVE", "status=active", "status=ERROR", "status=no-such-status", "vm_state=active",
                  "flavor=" + t.flavor, "flavor=no-such-flavor", "image=" + t.image, "image=" + NOBODY,
                  "ip=10.99.1", "host=x", "no_such_key=1", "key_name=" + t.name("key"), "project_id=" + "f" * 32,
                  "uuid=" + server, "availability_zone=nova", "power_state=1", "config_drive=True", "locked=False",
                  "deleted=false", "all_tenants=1", "all_tenants=0", "all_tenants=x",
                  "changes-since=2020-01-01T00:00:00Z", "changes-since=2039-01-01T00:00:00", "changes-since=x",
                  "reservation_id=x", "user_id=" + "f" * 32, "description=test", "task_state=none"):
        t.get("list by " + t.words(query), "%s?name=%s&%s" % (path, name, query))
    for query in ("tags=blue", "tags=blue,green", "tags=blue,red", "tags-any=blue,red", "not-tags=blue",
                  "not-tags-any=red", "no_such_key=1", "locked=true", "changes-before=2020-01-01T00:00:00Z", "ip=10.99",
                  "host=x", "created_at=x"):
        t.get("list at 2.93 by " + query, "%s?name=%s&%s" % (path, name, query), headers=at("2.93"))
    t.get("list with a limit that is none", path + "?limit=x")
    t.get("list with a negative limit", path + "?limit=-1")
    t.get("list with limit 0", "%s?limit=0&name=%s" % (path, name))
    t.get("list with a limit above the highest", "%s?limit=5000&name=%s" % (path, name))
    t.get("list after an unknown marker", path + "?marker=" + NOBODY)
    t.get("list after itself", "%s?name=%s&marker=%s" % (path, name, server))
    t.get("list sorted", "%s?name=%s&sort_key=display_name&sort_dir=asc" % (path, name))
    t.get("list sorted by an unknown key", path + "?sort_key=no_such_key")
    t.get("list sorted by a key of administrators", path + "?sort_key=host")
    t.get("list sorted in an unknown direction", path + "?sort_dir=sideways")


def parts(t, one, port, group):
    meta = one + "/metadata"
    t.get("metadata", meta)
    t.post("add metadata", meta, {"metadata": {"a": "b"}})
    t.put("replace metadata", meta, {"metadata": {"role": "db"}})
    t.put("set an item", meta + "/role", {"meta": {"role": "web"}})
    t.put("set an item under another name", meta + "/role", {"meta": {"other": "web"}})
    t.put("set two items at one", meta + "/role", {"meta": {"role": "a", "other": "b"}})
    t.put("set an item to a number", meta + "/role", {"meta": {"role": 1}})
    t.put("set an item from nothing", meta + "/role", {})
    t.get("an item", meta + "/role")
    t.get("an item that is not there", meta + "/none")
    t.delete("delete an item", meta + "/role")
    t.delete("delete it again", meta + "/role")
    t.post("add metadata that is text", meta, {"metadata": "x"})
    t.post("add metadata that is a number", meta, {"metadata": {"a": 1}})
    t.post("add no metadata", meta, {})
    t.post("add a long key", meta, {"metadata": {"k" * 256: "v"}})
    t.post("add too much metadata", meta, {"metadata": {"k%d" % n: "v" for n in range(129)}})
    tags = one + "/tags"
    new = {"headers": at("2.26")}
    t.get("tags", tags, **new)
    t.get("tags at 2.25", tags, headers=at("2.25"))
    t.put("replace tags", tags, {"tags": ["red"]}, **new)
    t.put("add a tag", tags + "/blue", **new)
    t.put("add a tag again", tags + "/blue", **new)
    t.get("check a tag", tags + "/blue", **new)
    t.get("check a tag that is not there", tags + "/none", **new)
    t.delete("delete a tag", tags + "/blue", **new)
    t.delete("delete a tag again", tags + "/blue", **new)
    t.put("replace tags by text", tags, {"tags": "red"}, **new)
    t.put("replace tags by numbers", tags, {"tags": [1]}, **new)
    t.put("replace too many tags", tags, {"tags": ["t%d" % n for n in range(51)]}, **new)
    t.put("add a long tag", tags + "/" + "t" * 61, **new)
    t.put("add a tag with a comma", tags + "/a,b", **new)
    t.delete("delete all tags", tags, **new)
    t.get("addresses", one + "/ips")
    t.get("addresses of an unknown network", one + "/ips/no-such-net")
    t.get("addresses of a network", "%s/ips/%s" % (one, t.name("net")))
    t.get("interfaces", one + "/os-interface")
    t.get("an interface", "%s/os-interface/%s" % (one, port))
    t.get("interfaces at 2.70", one + "/os-interface", headers=at("2.70"))
    t.get("an unknown interface", "%s/os-interface/%s" % (one, NOBODY))
    t.get("volumes", one + "/os-volume_attachments")
    t.get("groups", one + "/os-security-groups", pick=without_rules)
    add, remove = "addSecurityGroup", "removeSecurityGroup"
    act = one + "/action"
    t.post("add a group", act, {add: {"name": t.name("group")}})
    t.post("add a group again", act, {add: {"name": t.name("group")}})
    t.get("groups after that", one + "/os-security-groups", pick=without_rules)
    t.post("add an unknown group", act, {add: {"name": "no-such-group"}})
    t.post("add a group without its name", act, {add: {}})
    t.post("remove a group by its ID", act, {remove: {"name": group}})
    t.post("remove it again", act, {remove: {"name": t.name("group")}})
    t.post("remove an unknown group", act, {remove: {"name": "no-such-group"}})
    groups_of_all_kinds(t)
    t.get("groups of the project at 2.1", V + "/os-security-groups", only_shape=True)
    t.get("groups of the project at 2.36", V + "/os-security-groups", headers=at("2.36"))
    for action in ("addFloatingIp", "removeFloatingIp"):
        t.post(action, act, {action: {"address": "192.0.2.1"}})
    t.put("rename", one, {"server": {"name": t.name("server")}})
    t.put("describe", one, {"server": {"description": "changed"}}, headers=at("2.93"))
    t.put("describe at 2.1", one, {"server": {"description": "changed"}})
    t.put("rename to nothing", one, {"server": {"name": ""}})
    t.put("rename to a long name", one, {"server": {"name": "n" * 256}})
    t.put("change with an unknown member", one, {"server": {"no_such": 1}})
    t.put("change nothing", one, {"server": {}})
    t.put("change from nothing", one, {})


def groups_of_all_kinds(t):
    """Rules for addresses and for groups, mixed and not, so that the shape of them all does not depend on others."""
    def ask(path, key, body):
        return t.cloud.ask("network", "POST", "/v2.0/" + path, {key: body}).at(key, "id")

    for name in ("mixed", "addresses"):
        group = ask("security-groups", "security_group", {"name": t.name(name)})
        t.after(lambda group=group: t.cloud.ask("network", "DELETE", "/v2.0/security-groups/" + group))
        rule = {"security_group_id": group, "direction": "ingress", "protocol": "tcp",
                "port_range_min": 80, "port_range_max": 80}
        ask("security-group-rules", "security_group_rule", {**rule, "remote_ip_prefix": "10.0.0.0/8"})
        if name == "mixed":
            ask("security-group-rules", "security_group_rule", {**rule, "remote_group_id": group})


def without_rules(body):
    """Of groups only what identifies them."""
    for group in body.get("security_groups", []):
        group["rules"] = "<rules>"
    body.get("security_groups", []).sort(key=lambda one: one["name"])
    return body


def actions(t, one):
    act = one + "/action"
    t.post("an unknown action", act, {"dance": {}})
    t.post("two actions", act, {"os-stop": None, "os-start": None})
    t.post("no action", act, {})
    t.post("an action that is a list", act, [])
    t.post("start what runs", act, {"os-start": None})
    t.post("reboot in an unknown way", act, {"reboot": {"type": "GENTLE"}})
    t.post("reboot without a way", act, {"reboot": {}})
    t.post("unlock what is not locked", act, {"unlock": None})
    t.post("lock", act, {"lock": None})
    t.post("lock with a reason at 2.72", act, {"lock": {"locked_reason": "x"}}, headers=at("2.72"))
    t.post("lock with a reason", act, {"lock": {"locked_reason": "mine"}}, headers=at("2.73"))
    t.get("show it locked", one, headers=at("2.73"))
    t.post("stop what is locked", act, {"os-stop": None})
    t.post("unlock", act, {"unlock": None})
    t.post("resume what is not suspended", act, {"resume": None})
    t.post("unpause what is not paused", act, {"unpause": None})
    t.post("confirm no resize", act, {"confirmResize": None})
    t.post("console output", act, {"os-getConsoleOutput": {}}, only_shape=True)
    t.post("console output, some lines", act, {"os-getConsoleOutput": {"length": 3}}, only_shape=True)
    t.post("console output of a length that is none", act, {"os-getConsoleOutput": {"length": "x"}})
    t.post("console output of a negative length", act, {"os-getConsoleOutput": {"length": -2}})
    t.post("console output with an unknown member", act, {"os-getConsoleOutput": {"no_such": 1}})
    t.post("migrate as a member", act, {"os-migrate": None})
    t.post("reset the state as a member", act, {"os-resetState": {"state": "error"}})
    t.post("stop", act, {"os-stop": None})
    t.states("a server that is stopped", one, states, lambda state: state == "SHUTOFF")
    t.get("show it stopped", one, headers=at("2.93"))
    t.post("stop what is stopped", act, {"os-stop": None})
    t.post("reboot what is stopped, softly", act, {"reboot": {"type": "SOFT"}})
    t.post("start", act, {"os-start": None})
    t.states("a server that is started", one, states, lambda state: state == "ACTIVE")
    t.post("reboot", act, {"reboot": {"type": "HARD"}})
    t.states("a server that is rebooted", one, states, lambda state: state == "ACTIVE")
    t.post("rebuild", act, {"rebuild": {"imageRef": t.image, "name": t.name("server"),
                                        "metadata": {"re": "built"}}}, headers=at("2.93"))
    t.states("a server that is rebuilt", one, states, lambda state: state == "ACTIVE")
    t.post("rebuild from an unknown image", act, {"rebuild": {"imageRef": NOBODY}})
    t.post("rebuild without an image", act, {"rebuild": {}})
    t.post("rebuild with an unknown member", act, {"rebuild": {"imageRef": t.image, "no_such": 1}})
    history = one + "/os-instance-actions"
    names = {"start", "stop", "create", "reboot", "rebuild", "lock", "unlock"}

    def told(body):
        return {**body, "instanceActions": [action for action in body["instanceActions"] if action["action"] in names]}
    t.get("what was done", history, pick=told)
    t.get("what was done at 2.93", history, headers=at("2.93"), pick=told)
    t.get("what was done, the first", history + "?limit=1", headers=at("2.58"), only_shape=True)
    t.get("what was done, a limit that is none", history + "?limit=x", headers=at("2.58"))
    t.get("what was done, an unknown key", history + "?no_such_key=1", headers=at("2.58"))
    listed = t.cloud.ask("compute", "GET", history).at("instanceActions") or []
    created = [action["request_id"] for action in listed if action["action"] == "create"]
    if created:
        t.get("what was done first", "%s/%s" % (history, created[0]), only_shape=True)
        t.get("what was done first, at 2.84", "%s/%s" % (history, created[0]), headers=at("2.84"), only_shape=True)
    t.get("what was never done", history + "/req-" + NOBODY)


def pairs(t):
    """Several by one request; one is deleted before it is there."""
    path = V + "/servers"
    with t.story("two servers"):
        t.post("create two at once", path, wanted(t, name=t.name("pair"), networks="none", min_count=2,
                                                         return_reservation_id=True), headers=at("2.37"))
        found = t.cloud.ask("compute", "GET", "%s?name=%s" % (path, t.name("pair"))).at("servers") or []
        for number, server in enumerate(sorted(found, key=lambda item: item["name"]), 1):
            t.alias(server["id"], "pair %d" % number)
            gone(t, "%s/%s" % (path, server["id"]))
        t.get("the two", "%s?name=%s&sort_key=display_name&sort_dir=asc" % (path, t.name("pair")))
        if found:
            one = "%s/%s" % (path, found[0]["id"])
            t.post("delete by force while it is built", one + "/action", {"forceDelete": None})
            t.states("a server that is deleted while it is built", one, states, lambda state: state == "404")
