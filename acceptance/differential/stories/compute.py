"""Nova v2.1: flavors, keypairs, limits, servers and what is done with them, at several microversions."""
from cloud import wait
from stories.common import NOBODY, gates, pages

V = "/v2.1"
KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a key")


def at(version):
    """Both headers, as openstacksdk sends them."""
    return {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}


def run(t):
    t.mask(adminPass="password", private_key="private key", hostId="host", version_id="number", addr="address", reservation_id="reservation",
           ip_address="address")
    cloud = t.cloud
    t.alias(cloud.project, "project")
    t.alias(cloud.user, "user")
    flavors_now = cloud.ask("compute", "GET", V + "/flavors").at("flavors")
    by_name = {flavor["name"]: flavor["id"] for flavor in flavors_now}
    for name, identifier in by_name.items():
        t.alias(identifier, "flavor " + name)
    # Large enough for localcloud's own image, small enough for a machine that emulates.
    t.flavor = by_name["m1.tiny"]
    images = cloud.ask("image", "GET", "/v2/images?name=debian-12&status=active").at("images")
    if images:
        t.image = images[0]["id"]
    else:
        made = cloud.ask("image", "POST", "/v2/images", {
            "name": t.name("image"), "disk_format": "raw", "container_format": "bare"})
        t.image = made.at("id")
        cloud.ask("image", "PUT", "/v2/images/%s/file" % t.image, b"boots",
                  headers={"Content-Type": "application/octet-stream"})
    t.alias(t.image, "image")
    documents(t)
    microversions(t)
    flavors(t)
    keypairs(t)
    quotas(t)
    refusals(t)
    servers(t)
    pairs(t)
    gates(t, V + "/servers", "PATCH", V + "/no-such-things")
    if not images:
        cloud.ask("image", "DELETE", "/v2/images/" + t.image)


def documents(t):
    with t.story("documents"):
        t.get("versions", "/", token="", only_shape=True)
        t.get("version 2.1", V, token="")
        t.get("version 2.1 with a slash", V + "/", token="")
        t.get("version 2.1 with a token", V)


def microversions(t):
    with t.story("microversions"):
        path = V + "/servers?name=no-such-server"
        t.get("none", path)
        for version in ("2.1", "2.26", "2.93", "latest", "2.0", "2.94", "2.999", "3.0", "1.1", "2", "2.01", "x", "2.1.1"):
            t.get(version, path, headers={"OpenStack-API-Version": "compute " + version})
        t.get("the old header only", path, headers={"X-OpenStack-Nova-API-Version": "2.26"})
        t.get("the old header too high", path, headers={"X-OpenStack-Nova-API-Version": "2.94"})
        t.get("the old header says nothing useful", path, headers={"X-OpenStack-Nova-API-Version": "x"})
        t.get("of another service", path, headers={"OpenStack-API-Version": "volume 3.50"})
        t.get("without its service", path, headers={"OpenStack-API-Version": "2.26"})
        t.get("of two services", path, headers={"OpenStack-API-Version": "volume 3.50, compute 2.26"})
        t.get("two headers that disagree", path, headers={
            "OpenStack-API-Version": "compute 2.26", "X-OpenStack-Nova-API-Version": "2.30"})


def flavors(t):
    path = V + "/flavors"
    with t.story("flavors"):
        one = "%s/%s" % (path, t.flavor)
        # Their sizes are the installation's.
        t.mask(ram="number", disk="number", vcpus="number")
        for version in ("2.1", "2.55", "2.61", "2.93"):
            t.get("show at " + version, one, headers=at(version))
        t.get("list", path, only_shape=True)
        t.get("list at 2.61", path, only_shape=True, headers=at("2.61"))
        for version in ("2.1", "2.61"):
            t.get("list in detail at " + version, path + "/detail", only_shape=True, headers=at(version))
        t.get("show none", path + "/no-such-flavor")
        t.get("list with a limit", path + "?limit=1", only_shape=True)
        t.get("list with limit 0", path + "?limit=0", only_shape=True)
        t.get("list with a limit that is none", path + "?limit=x")
        t.get("list with a negative limit", path + "?limit=-1")
        t.get("list with an unknown marker", path + "?marker=no-such-flavor")
        t.get("list sorted by an unknown key", path + "?sort_key=no_such_key")
        t.get("list sorted in an unknown direction", path + "?sort_dir=sideways")
        t.get("list with an unknown key", path + "?no_such_key=1", only_shape=True)
        t.get("list by much memory", path + "?minRam=99999999")
        t.get("list by memory that is none", path + "?minRam=x")
        t.get("extra specs", one + "/os-extra_specs")
        t.get("extra specs of none", path + "/no-such-flavor/os-extra_specs")
        t.post("create", path, {"flavor": {"name": t.name("flavor"), "ram": 64, "vcpus": 1, "disk": 1}})
        t.put("change", one, {"flavor": {"description": "x"}}, headers=at("2.55"))
        t.delete("delete", one)
        t.post("add extra specs", one + "/os-extra_specs", {"extra_specs": {"a": "b"}})
        for key in ("ram", "disk", "vcpus"):
            del t.masked[key]


def keypairs(t):
    path = V + "/os-keypairs"
    with t.story("keypairs"):
        t.mask(id="number")
        names = []

        def remove(name):
            names.append(name)
            t.removed_by("DELETE", "%s/%s" % (path, name))
        for version in ("2.1", "2.2", "2.35", "2.92"):
            name = t.name("key-" + version.replace(".", "-"))
            remove(name)
            t.post("import at " + version, path, {"keypair": {"name": name, "public_key": KEY}}, headers=at(version))
        for version in ("2.1", "2.2"):
            name = t.name("made-" + version.replace(".", "-"))
            remove(name)
            answer = t.post("generate at " + version, path, {"keypair": {"name": name}}, headers=at(version),
                            pick=without_public_key)
            t.alias(answer.at("keypair", "fingerprint"), "fingerprint of " + version)
        t.post("generate at 2.92", path, {"keypair": {"name": t.name("x")}}, headers=at("2.92"))
        t.post("import with its type", path, {"keypair": {"name": names[0], "type": "ssh", "public_key": KEY}},
               headers=at("2.2"))
        t.post("import for a user", path, {"keypair": {"name": t.name("x"), "public_key": KEY, "user_id": t.cloud.user}},
               headers=at("2.10"))
        t.post("of a type that is unknown", path, {"keypair": {"name": t.name("x"), "type": "gpg", "public_key": KEY}},
               headers=at("2.2"))
        t.post("with an unknown member", path, {"keypair": {"name": t.name("x"), "public_key": KEY, "no_such": 1}})
        t.post("with a type at 2.1", path, {"keypair": {"name": t.name("x"), "public_key": KEY, "type": "ssh"}})
        t.post("of a key that is none", path, {"keypair": {"name": t.name("x"), "public_key": "ssh-rsa x"}})
        t.post("of an empty key", path, {"keypair": {"name": t.name("x"), "public_key": ""}})
        t.post("with a bad name", path, {"keypair": {"name": "a/b", "public_key": KEY}})
        t.post("with a name of other letters", path, {"keypair": {"name": "schlüssel", "public_key": KEY}})
        t.post("with an empty name", path, {"keypair": {"name": "", "public_key": KEY}})
        t.post("with a blank in front", path, {"keypair": {"name": " x", "public_key": KEY}})
        t.post("with a long name", path, {"keypair": {"name": "n" * 256, "public_key": KEY}})
        t.post("with a name that is a number", path, {"keypair": {"name": 17, "public_key": KEY}})
        t.post("without a name", path, {"keypair": {"public_key": KEY}})
        t.post("from nothing", path, {})
        t.post("from null", path, {"keypair": None})
        t.post("from no JSON", path, b"{not json", headers={"Content-Type": "application/json"})
        t.post("without a body", path)
        for version in ("2.1", "2.2", "2.10"):
            t.get("show at " + version, "%s/%s" % (path, names[0]), headers=at(version))

        def mine(body):
            return {**body, "keypairs": [pair for pair in body["keypairs"]
                                         if pair["keypair"]["name"].startswith(t.cloud.prefix + "-key")]}
        for version in ("2.1", "2.2", "2.35"):
            t.get("list at " + version, path, headers=at(version), pick=mine)
        t.get("list with an unknown key", path + "?no_such_key=1", pick=mine)
        t.get("list with a limit at 2.35", path + "?limit=1", headers=at("2.35"), only_shape=True)
        t.get("list with a limit at 2.2", path + "?limit=1", headers=at("2.2"), pick=mine)
        t.get("list after a marker", "%s?marker=%s" % (path, names[-1]), headers=at("2.35"), pick=mine)
        t.get("list after an unknown marker", path + "?marker=no-such-key", headers=at("2.35"))
        t.get("list with a limit that is none", path + "?limit=x", headers=at("2.35"))
        t.get("list of another user", "%s?user_id=%s" % (path, "f" * 32), headers=at("2.10"))
        t.get("list with an unknown key at 2.75", path + "?no_such_key=1", headers=at("2.75"))
        t.get("show none", path + "/no-such-key")
        t.delete("delete none", path + "/no-such-key")
        t.delete("delete at 2.1", "%s/%s" % (path, names[0]))
        t.delete("delete at 2.2", "%s/%s" % (path, names[1]), headers=at("2.2"))
        t.delete("delete again", "%s/%s" % (path, names[0]))
        del t.masked["id"]


def without_public_key(body):
    if isinstance(body.get("keypair"), dict) and "public_key" in body["keypair"]:
        key = body["keypair"]["public_key"]
        return {"keypair": {**body["keypair"], "public_key": key.split()[0] + " … " + " ".join(key.split()[2:])}}
    return body


def quotas(t):
    project = t.cloud.project
    with t.story("quotas and zones"):
        for version in ("2.1", "2.36", "2.57"):
            t.get("limits at " + version, V + "/limits", headers=at(version), only_shape=True)
            t.get("quotas at " + version, "%s/os-quota-sets/%s" % (V, project), headers=at(version), only_shape=True)
        t.get("limits with an unknown key", V + "/limits?no_such_key=1", only_shape=True)
        t.get("limits of another project", "%s/limits?tenant_id=%s" % (V, "f" * 32))
        t.get("limits reserved", V + "/limits?reserved=1", only_shape=True)
        t.get("quotas in detail", "%s/os-quota-sets/%s/detail" % (V, project), only_shape=True)
        t.get("default quotas", "%s/os-quota-sets/%s/defaults" % (V, project), only_shape=True)
        t.get("quotas of another project", "%s/os-quota-sets/%s" % (V, "f" * 32))
        t.put("change quotas", "%s/os-quota-sets/%s" % (V, project), {"quota_set": {"instances": 1}})
        t.delete("reset quotas", "%s/os-quota-sets/%s" % (V, project))
        t.get("zones", V + "/os-availability-zone")
        t.get("zones in detail", V + "/os-availability-zone/detail")


def wanted(t, **changes):
    server = {"name": t.name("refused"), "imageRef": t.image, "flavorRef": t.flavor, "networks": "none"}
    server.update(changes)
    return {"server": {key: value for key, value in server.items() if value is not None}}


def refusals(t):
    """Servers that never come to be; nothing is scheduled."""
    path = V + "/servers"
    with t.story("servers that are refused"):
        def create(case, version="2.93", **changes):
            answer = t.post(case, path, wanted(t, **changes), headers=at(version))
            if answer.status == 202:  # not refused after all
                t.cloud.ask("compute", "DELETE", "%s/%s" % (path, answer.at("server", "id")))
        create("without a name", name=None)
        create("with an empty name", name="")
        create("with a name of blanks", name="  ")
        create("with a long name", name="n" * 256)
        create("with a name that is a number", name=17)
        create("without a flavor", flavorRef=None)
        create("with an unknown flavor", flavorRef="no-such-flavor")
        create("with an unknown flavor's ID", flavorRef=NOBODY)
        create("with an unknown image", imageRef=NOBODY)
        create("with an image whose ID is none", imageRef="x")
        create("without an image", imageRef=None)
        create("with an empty image", imageRef="")
        create("without networks at 2.37", networks=None)
        create("with networks none at 2.36", "2.36")
        create("with networks that are none", networks="some")
        create("with networks that are a number", networks=1)
        create("in an unknown network", networks=[{"uuid": NOBODY}])
        create("in a network whose ID is none", networks=[{"uuid": "x"}])
        create("with an unknown port", networks=[{"port": NOBODY}])
        create("with a network and nothing in it", networks=[{}])
        create("with a network twice", "2.1", networks=[{"uuid": NOBODY}, {"uuid": NOBODY}])
        create("with an unknown member of a network", networks=[{"uuid": NOBODY, "no_such": 1}])
        create("with an unknown group", security_groups=[{"name": "no-such-group"}])
        create("with groups that are text", security_groups=["default"])
        create("with an unknown key", key_name="no-such-key")
        create("with a zone that is unknown", availability_zone="no-such-zone")
        create("with user data that is too long", user_data="QQ==" * 20000)
        create("with user data that is no Base64", user_data="not base64!")
        create("with metadata that is a list", metadata=[])
        create("with metadata that is a number", metadata={"a": 1})
        create("with a long key of metadata", metadata={"k" * 256: "v"})
        create("with a long value of metadata", metadata={"k": "v" * 256})
        create("with an empty key of metadata", metadata={"": "v"})
        create("with too much metadata", metadata={"k%d" % n: "v" for n in range(129)})
        create("with 0 of them", min_count=0)
        create("with fewer at most than at least", min_count=2, max_count=1)
        create("with a count that is text", min_count="x")
        create("with tags at 2.51", "2.51", tags=["a"])
        create("with a tag that has a comma", tags=["a,b"])
        create("with a long tag", tags=["t" * 61])
        create("with a tag twice", tags=["a", "a"])
        create("with too many tags", tags=["t%d" % n for n in range(51)])
        create("with a description at 2.1", "2.1", networks=[{"uuid": NOBODY}], description="x")
        create("with a long description", description="d" * 256)
        create("with a host name at 2.89", "2.89", hostname="x")
        create("with a host name that is none", hostname="a_b!")
        create("with an unknown member", no_such=1)
        create("with an unknown member at 2.1", "2.1", networks=[{"uuid": NOBODY}], no_such=1)
        create("with files at 2.57", personality=[{"path": "/a", "contents": "QQ=="}])
        create("with an address that is none", accessIPv4="x")
        create("with a config drive that is none", config_drive="maybe")
        create("with a disk config that is none", **{"OS-DCF:diskConfig": "SOMETIMES"})
        create("with a volume that is unknown", block_device_mapping_v2=[
            {"boot_index": 0, "uuid": NOBODY, "source_type": "volume", "destination_type": "volume"}])
        t.post("with a group that is unknown", path, {**wanted(t), "os:scheduler_hints": {"group": NOBODY}},
               headers=at("2.93"))
        t.post("with hints that are text", path, {**wanted(t), "os:scheduler_hints": "x"}, headers=at("2.93"))
        t.post("with an unknown member beside it", path, {**wanted(t), "no_such": 1}, headers=at("2.93"))
        t.post("from nothing", path, {})
        t.post("from null", path, {"server": None})
        t.post("from text", path, {"server": "x"})
        t.post("from a list", path, [])
        t.post("from no JSON", path, b"{not json", headers={"Content-Type": "application/json"})
        t.post("without a body", path)
        t.post("of another media type", path, b"<server/>", headers={"Content-Type": "application/xml"})
        t.get("none was made", "%s?name=%s" % (path, t.name("refused")))


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
