"""What the stories of the network service share: calls that each collection gets, a network and a subnet to work on."""
from stories.common import NOBODY, own, pages

V = "/v2.0"


def refuse_bodies(t, path, key):
    """Bodies that no resource takes."""
    t.post("create from nothing", path, {})
    t.post("create from null", path, {key: None})
    t.post("create from text", path, {key: "x"})
    t.post("create from a list", path, [])
    t.post("create from no JSON", path, b"{not json", headers={"Content-Type": "application/json"})
    t.post("create without a body", path)
    t.post("create with an unknown member", path, {key: {"no_such_member": 1}})


def missing(t, path, key):
    """What there is not."""
    t.get("show none", "%s/%s" % (path, NOBODY))
    t.get("show with an ID that is none", path + "/no-such-id")
    t.put("change none", "%s/%s" % (path, NOBODY), {key: {"name": "x"}})
    t.delete("delete none", "%s/%s" % (path, NOBODY))
    t.call("a method that is not there", "PATCH", "%s/%s" % (path, NOBODY), {key: {}})


def listings(t, path, key, first):
    """Filters, fields, order, pages and what is wrong with them."""
    mine = own(t, key)
    t.get("list by name", "%s?name=%s" % (path, t.name(first)))
    t.get("list by an unknown name", path + "?name=no-such-name-at-all")
    t.get("list by two names", "%s?name=%s&name=nothing" % (path, t.name(first)))
    t.get("list by ID that is none", path + "?id=no-such-id")
    t.get("list with fields", "%s?name=%s&fields=name&fields=id" % (path, t.name(first)))
    t.get("list with an unknown field", "%s?name=%s&fields=no_such_field" % (path, t.name(first)))
    t.get("list by an unknown key", path + "?no_such_key=1")
    t.get("list sorted", path + "?sort_key=name&sort_dir=desc", pick=mine)
    t.get("list sorted by an unknown key", path + "?sort_key=no_such_key&sort_dir=asc")
    t.get("list sorted in an unknown direction", path + "?sort_key=name&sort_dir=sideways")
    t.get("list sorted by two keys in one direction", path + "?sort_key=name&sort_key=id&sort_dir=asc")
    t.get("list with a limit that is none", path + "?limit=x")
    t.get("list with a negative limit", path + "?limit=-1")
    t.get("list with an unknown marker", "%s?limit=1&marker=%s" % (path, NOBODY),
          pick=lambda body: body if "NeutronError" in body else sorted(body))  # in the order of random IDs
    pages(t, "list by name", "%s?name=%s&limit=1" % (path, t.name(first)), key)


def tags(t, one):
    t.put("set tags", one + "/tags", {"tags": ["red", "blue"]})
    t.get("list tags", one + "/tags")
    t.put("add a tag", one + "/tags/green")
    t.put("add a tag again", one + "/tags/green")
    t.get("check a tag", one + "/tags/green")
    t.get("check a tag that is not there", one + "/tags/none")
    t.get("list by tags", "%s?tags=red,blue" % one.rsplit("/", 1)[0], pick=own(t, one.split("/")[-2].replace("-", "_")))
    t.get("list without a tag", "%s?not-tags=red" % one.rsplit("/", 1)[0], pick=own(t, one.split("/")[-2].replace("-", "_")))
    t.delete("remove a tag", one + "/tags/green")
    t.delete("remove a tag again", one + "/tags/green")
    t.put("set tags that are text", one + "/tags", {"tags": "red"})
    t.put("set tags that are numbers", one + "/tags", {"tags": [1]})
    t.put("set a long tag", one + "/tags", {"tags": ["t" * 256]})
    t.put("set no tags member", one + "/tags", {})
    t.put("add a long tag", one + "/tags/" + "t" * 256)
    t.delete("remove all tags", one + "/tags")


def network(t, name="net"):
    """A network to work in, not looked at itself."""
    answer = t.cloud.ask("network", "POST", V + "/networks", {"network": {"name": t.name(name)}})
    t.alias(answer.at("network", "id"), name)
    t.removed_by("DELETE", "%s/networks/%s" % (V, answer.at("network", "id")))
    return answer.at("network", "id")


def subnet(t, net, cidr="10.99.1.0/24", name="subnet"):
    answer = t.cloud.ask("network", "POST", V + "/subnets", {"subnet": {
        "name": t.name(name), "network_id": net, "cidr": cidr, "ip_version": 4}})
    t.alias(answer.at("subnet", "id"), name)
    t.removed_by("DELETE", "%s/subnets/%s" % (V, answer.at("subnet", "id")))
    return answer.at("subnet", "id")
