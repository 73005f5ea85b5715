"""Nova v2.1: flavors, keypairs, limits, servers that are refused, at several microversions; the others are in compute_servers.py."""
from cloud import wait
from stories.common import NOBODY, gates
from stories.compute_common import KEY, V, at, wanted
from stories.compute_servers import servers, pairs


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


def refusals(t):
    """Servers that never come to be; nothing is scheduled."""
    path = V + "/servers"
    with t.story("servers that are refused"):
        def create(case, version="2.93", **changes):
            answer = t.post(case, path, wanted(t, **changes), headers=at(version))
            if answer.status == 202:  # not refused after all
                one = "%s/%s" % (path, answer.at("server", "id"))
                t.cloud.ask("compute", "DELETE", one)
                wait(lambda: t.cloud.ask("compute", "GET", one).status == 404, 300)
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
