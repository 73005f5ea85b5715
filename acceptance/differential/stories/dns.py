"""Designate v2: zones and record sets."""
from stories.common import NOBODY, gates, own, pages

V = "/v2/zones"


def run(t):
    t.alias(t.cloud.project, "project")
    t.mask(serial="number", version="number", pool_id="pool", hostname="name server", ttl_default="number",
           total_count="number")
    with t.story("documents"):
        t.get("versions", "/", token="", only_shape=True)
        t.get("limits", "/v2/limits", only_shape=True)
    zones(t)
    gates(t, V, "PUT", "/v2/no-such-things")


def status(body):
    return body["status"]


def zones(t):
    with t.story("zones"):
        name = t.name("zone") + ".example."

        def wanted(**changes):
            body = {"name": name, "email": "admin@example.org"}
            body.update(changes)
            return {key: value for key, value in body.items() if value is not None}
        made = t.post("create", V, wanted(description="of a test", ttl=600), save="zone")
        one = "%s/%s" % (V, made.id)
        t.states("a new zone", one, status, lambda state: state in ("ACTIVE", "ERROR"))
        t.get("show", one)
        t.get("list by name", "%s?name=%s" % (V, name))
        t.get("list by an unknown name", V + "?name=no-such.example.")
        pages(t, "list by name", "%s?name=%s&limit=1" % (V, name), "zones", 3)
        for query in ("status=ACTIVE", "type=PRIMARY", "type=SECONDARY", "ttl=600", "sort_key=name&sort_dir=asc"):
            t.get("list by " + query, "%s?name=%s&%s" % (V, name, query))
        for query in ("limit=x", "limit=-1", "limit=0", "marker=x", "marker=" + NOBODY, "sort_key=no_such",
                      "sort_dir=sideways", "no_such_key=1"):
            t.get("list by " + query, "%s?%s" % (V, query), pick=own(t, "zones"))
        t.post("create again", V, wanted())
        t.post("create a part of it", V, wanted(name="sub." + name), save="part")
        t.post("create without a dot", V, wanted(name="x.example"))
        t.post("create without a name", V, wanted(name=None))
        t.post("create without an address", V, wanted(name="x." + name, email=None))
        t.post("create with an address that is none", V, wanted(name="x." + name, email="x"))
        t.post("create with a bad TTL", V, wanted(name="x." + name, ttl=-1))
        t.post("create with a TTL that is text", V, wanted(name="x." + name, ttl="x"))
        t.post("create of an unknown type", V, wanted(name="x." + name, type="TERTIARY"))
        t.post("create with an unknown member", V, wanted(name="x." + name, no_such=1))
        t.post("create a top-level domain", V, wanted(name="example."))
        t.post("create with a long name", V, wanted(name="n" * 64 + ".example."))
        t.post("create from nothing", V, {})
        t.post("create from a list", V, [])
        t.post("create from no JSON", V, b"{not json", headers={"Content-Type": "application/json"})
        t.post("create without a body", V)
        t.call("change", "PATCH", one, {"description": "changed", "ttl": 700})
        t.states("a changed zone", one, status, lambda state: state in ("ACTIVE", "ERROR"))
        t.call("change its name", "PATCH", one, {"name": "x.example."})
        t.call("change with an unknown member", "PATCH", one, {"no_such": 1})
        t.get("name servers", one + "/nameservers")
        for method in ("GET", "PATCH", "DELETE"):
            body = {"ttl": 600} if method == "PATCH" else None
            t.call(method + " none", method, "%s/%s" % (V, NOBODY), body)
            t.call(method + " with an ID that is none", method, V + "/x", body)
        record_sets(t, one, name)
        t.delete("delete with a zone below it", one)


def record_sets(t, zone, name):
    path = zone + "/recordsets"

    def wanted(**changes):
        body = {"name": "www." + name, "type": "A", "records": ["192.0.2.1"]}
        body.update(changes)
        return {key: value for key, value in body.items() if value is not None}
    made = t.post("create a record set", path, wanted(ttl=300), save="record set")
    one = "%s/%s" % (path, made.id)
    t.states("a new record set", one, status, lambda state: state in ("ACTIVE", "ERROR"))
    t.get("show a record set", one)
    t.get("list record sets by name", "%s?name=www.%s" % (path, name))
    t.get("list record sets by type", path + "?type=A")
    t.get("list record sets by data", path + "?data=192.0.2.1")
    t.get("list all record sets by name", "/v2/recordsets?name=www." + name)
    pages(t, "list record sets", "%s?name=www.%s&limit=1" % (path, name), "recordsets", 3)
    t.get("list record sets with a bad limit", path + "?limit=x")
    t.post("create the same record set", path, wanted())
    t.post("create a CNAME beside it", path, wanted(type="CNAME", records=["x.example."]))
    t.post("create without a dot in a zone", path, wanted(name="www"))
    t.post("create outside of the zone", path, wanted(name="www.example."))
    t.post("create with a bad address", path, wanted(name="a." + name, records=["x"]))
    t.post("create with a bad address of IPv6", path, wanted(name="a." + name, type="AAAA", records=["192.0.2.1"]))
    t.post("create a bad MX", path, wanted(name="a." + name, type="MX", records=["x"]))
    t.post("create of an unknown type in a zone", path, wanted(name="a." + name, type="X"))
    t.post("create without a type", path, wanted(name="a." + name, type=None))
    t.post("create without records", path, wanted(name="a." + name, records=None))
    t.post("create with records that are text", path, wanted(name="a." + name, records="192.0.2.1"))
    t.post("create with a bad TTL in a zone", path, wanted(name="a." + name, ttl=-1))
    t.post("create with an unknown member in a zone", path, wanted(name="a." + name, no_such=1))
    t.post("create a record twice", path, wanted(name="a." + name, records=["192.0.2.1", "192.0.2.1"]))
    t.post("create from nothing in a zone", path, {})
    t.put("change a record set", one, {"records": ["192.0.2.2"], "ttl": 60})
    t.states("a changed record set", one, status, lambda state: state in ("ACTIVE", "ERROR"))
    t.put("change the name of a record set", one, {"name": "x." + name})
    t.put("change its records badly", one, {"records": ["x"]})
    t.get("show no record set", "%s/%s" % (path, NOBODY))
    t.put("change no record set", "%s/%s" % (path, NOBODY), {"ttl": 60})
    t.delete("delete no record set", "%s/%s" % (path, NOBODY))
    t.get("record sets of no zone", "%s/%s/recordsets" % (V, NOBODY))
    t.delete("delete a record set", one)
    t.states("a record set that is deleted", one, status, lambda state: state == "404")
