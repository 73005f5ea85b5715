"""Glance v2: images, their data, properties and tags."""
from stories.common import NOBODY, gates, own, pages

V = "/v2/images"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
DATA = {"Content-Type": "application/octet-stream"}


def run(t):
    t.alias(t.cloud.project, "project")
    # Where the file lies is the installation's affair.
    t.mask(stores="store", direct_url="url", locations="locations")
    t.unordered("tags")
    with t.story("documents"):
        t.get("versions", "/versions", token="", only_shape=True)
        t.get("versions at the root", "/", token="", only_shape=True)
    images(t)
    refusals(t)
    gates(t, V, "PATCH", "/v2/no-such-things")


def change(t, case, one, *operations, **arguments):
    return t.call(case, "PATCH", one, list(operations), headers=PATCH, **arguments)


def images(t):
    with t.story("images"):
        made = t.post("create", V, {"name": t.name("image"), "disk_format": "raw", "container_format": "bare",
                                    "tags": ["red"], "os_distro": "debian", "min_ram": 1}, save="image")
        one = "%s/%s" % (V, made.id)
        t.get("show", one)
        t.get("data before there is any", one + "/file")
        t.put("upload", one + "/file", b"some data", headers=DATA)
        t.states("an image with its data", one, lambda body: body["status"], lambda state: state == "active")
        t.get("show it active", one)
        t.get("download", one + "/file")
        t.get("download a range", one + "/file", headers={"Range": "bytes=0-3"})
        t.get("download a range that is none", one + "/file", headers={"Range": "bytes=90-99"})
        t.put("upload again", one + "/file", b"other data", headers=DATA)
        mine = own(t, "images")
        t.get("list by name", "%s?name=%s" % (V, t.name("image")))
        pages(t, "list by name", "%s?name=%s&limit=1" % (V, t.name("image")), "images")
        for query in ("status=active", "status=queued", "tag=red", "tag=none", "os_distro=debian", "visibility=shared",
                      "visibility=public", "visibility=no-such", "size_min=1", "size_min=x", "no_such_key=1",
                      "sort_key=name&sort_dir=asc", "sort=name:asc", "member_status=all", "name=in:a,b"):
            t.get("list by " + query, "%s?%s" % (V, query), pick=mine)
        for query in ("sort_key=no_such_key", "sort_dir=sideways", "sort=no_such:asc", "limit=x", "limit=-1",
                      "marker=" + NOBODY, "created_at=x", "protected=maybe"):
            t.get("list by " + query, "%s?%s" % (V, query), pick=mine)
        change(t, "rename", one, {"op": "replace", "path": "/name", "value": t.name("image")})
        change(t, "add a property", one, {"op": "add", "path": "/colour", "value": "red"})
        change(t, "remove a property", one, {"op": "remove", "path": "/colour"})
        change(t, "remove it again", one, {"op": "remove", "path": "/colour"})
        change(t, "replace what is not there", one, {"op": "replace", "path": "/colour", "value": "x"})
        change(t, "change the status", one, {"op": "replace", "path": "/status", "value": "queued"})
        change(t, "change the ID", one, {"op": "replace", "path": "/id", "value": NOBODY})
        change(t, "change the format of an active one", one, {"op": "replace", "path": "/disk_format", "value": "qcow2"})
        change(t, "make it public", one, {"op": "replace", "path": "/visibility", "value": "public"})
        change(t, "protect", one, {"op": "replace", "path": "/protected", "value": True})
        t.delete("delete a protected one", one)
        change(t, "unprotect", one, {"op": "replace", "path": "/protected", "value": False})
        change(t, "an unknown operation", one, {"op": "dance", "path": "/name", "value": "x"})
        change(t, "no path", one, {"op": "replace", "value": "x"})
        t.call("a change of another media type", "PATCH", one, [])
        t.call("a change that is no list", "PATCH", one, {}, headers=PATCH)
        t.put("add a tag", one + "/tags/blue")
        t.put("add a long tag", one + "/tags/" + "t" * 256)
        t.delete("remove a tag", one + "/tags/blue")
        t.delete("remove the tag again", one + "/tags/blue")
        t.post("deactivate as a member", one + "/actions/deactivate")
        t.delete("delete", one)
        t.delete("delete again", one)
        t.get("show the deleted", one)
        t.get("data of the deleted", one + "/file")


def refusals(t):
    with t.story("images that are refused"):
        t.post("a bad disk format", V, {"name": t.name("x"), "disk_format": "paper"})
        t.post("a bad container format", V, {"name": t.name("x"), "container_format": "box"})
        t.post("a long name", V, {"name": "n" * 256})
        t.post("a name that is a number", V, {"name": 17})
        t.post("a negative size", V, {"name": t.name("x"), "min_disk": -1})
        t.post("a read-only member", V, {"name": t.name("x"), "status": "active"})
        t.post("a property that is a number", V, {"name": t.name("x"), "colour": 1})
        t.post("an ID that is none", V, {"id": "x"})
        t.post("public, as a member", V, {"name": t.name("x"), "visibility": "public"})
        t.post("an unknown visibility", V, {"name": t.name("x"), "visibility": "odd"})
        t.post("from a list", V, [])
        t.post("from no JSON", V, b"{not json", headers={"Content-Type": "application/json"})
        t.post("without a body", V)
        one = "%s/%s" % (V, NOBODY)
        t.get("show none", one)
        t.get("show with an ID that is none", V + "/x")
        t.delete("delete none", one)
        t.put("upload to none", one + "/file", b"x", headers=DATA)
        t.get("download none", one + "/file")
        t.put("tag none", one + "/tags/a")
        change(t, "change none", one, {"op": "replace", "path": "/name", "value": "x"})
