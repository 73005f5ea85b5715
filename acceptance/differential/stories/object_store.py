"""Swift v1: the account, containers, objects, and temporary URLs."""
import hashlib
import hmac
import urllib.parse


def run(t):
    t.alias(t.cloud.project, "project")
    with t.story("account"):
        box = "/" + t.name("box")
        for path in (box, box + "/thing"):  # so that there is something in the account
            t.cloud.ask("object-store", "PUT", path, b"")
            t.removed_by("DELETE", path)
        t.get("list, its shape", "?format=json", only_shape=True)
        t.get("an unknown marker", "?format=json&prefix=" + t.name("no-such"))
        t.get("list as text", "?prefix=" + t.name("no-such"))
        t.get("without a token", "", token="")
        t.get("with a token that is none", "", token="nonsense")
        t.call("a method that is not there", "PATCH", "")
    containers(t)
    objects(t)
    temporary_urls(t)


def containers(t):
    one = "/" + t.name("box")
    with t.story("containers"):
        t.removed_by("DELETE", one)
        t.put("create", one, headers={"X-Container-Meta-Colour": "red"})
        t.put("create again", one)
        t.call("check", "HEAD", one)
        t.call("change", "POST", one, headers={"X-Container-Meta-Colour": "blue", "X-Container-Read": ".r:*"})
        t.call("check the change", "HEAD", one)
        t.get("list as JSON", one + "?format=json")
        t.get("list as text", one)
        t.get("list with a limit that is none", one + "?limit=x")
        t.get("list with a limit too high", one + "?limit=20000")
        t.put("a long name", "/" + "n" * 257)
        t.call("check none", "HEAD", "/" + t.name("none"))
        t.get("list none", "/" + t.name("none"))
        t.call("change none", "POST", "/" + t.name("none"))
        t.delete("delete none", "/" + t.name("none"))
        t.put("an object in none", "/%s/a" % t.name("none"), b"x")
        t.put("a bad ACL", one, headers={"X-Container-Read": ".x:y"})
        t.delete("delete", one)


def objects(t):
    box = "/" + t.name("box")
    one = box + "/a%20thing"
    with t.story("objects"):
        t.cloud.ask("object-store", "PUT", box)
        t.removed_by("DELETE", box)
        for tail in ("a%20thing", "b/c", "b/d", "copy"):
            t.removed_by("DELETE", "%s/%s" % (box, tail))
        t.put("create", one, b"content", headers={"Content-Type": "text/plain", "X-Object-Meta-Colour": "red"})
        t.put("create with its ETag", one, b"content", headers={
            "Content-Type": "text/plain", "ETag": hashlib.md5(b"content").hexdigest(), "X-Object-Meta-Colour": "red"})
        t.put("create with a wrong ETag", one, b"content", headers={"ETag": "0" * 32})
        t.put("create if there is none", one, b"other", headers={"If-None-Match": "*"})
        t.get("fetch", one)
        t.call("check", "HEAD", one)
        t.get("a range", one, headers={"Range": "bytes=0-2"})
        t.get("the end", one, headers={"Range": "bytes=-2"})
        t.get("a range that is none", one, headers={"Range": "bytes=90-99"})
        t.get("if it changed", one, headers={"If-None-Match": hashlib.md5(b"content").hexdigest()})
        t.get("if it is another", one, headers={"If-Match": "0" * 32})
        t.get("if it changed since", one, headers={"If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"})
        t.call("change", "POST", one, headers={"X-Object-Meta-Colour": "blue", "Content-Type": "text/html"})
        t.call("check the change", "HEAD", one)
        t.cloud.ask("object-store", "PUT", box + "/b/c", b"1")
        t.cloud.ask("object-store", "PUT", box + "/b/d", b"2")
        t.call("copy", "PUT", box + "/copy", b"", headers={"X-Copy-From": one})
        t.call("copy what is not there", "PUT", box + "/copy2", b"", headers={"X-Copy-From": box + "/none"})
        for query in ("format=json", "format=json&prefix=b/", "format=json&delimiter=/", "format=json&limit=1",
                      "format=json&marker=b/c", "format=json&end_marker=b/c", "format=json&reverse=true", "prefix=b/",
                      "delimiter=/"):
            t.get("list by " + query, "%s?%s" % (box, query))
        t.delete("delete a container with objects", box)
        t.get("fetch none", box + "/none")
        t.call("check none", "HEAD", box + "/none")
        t.call("change none", "POST", box + "/none")
        t.delete("delete none", box + "/none")
        t.put("a long name", box + "/" + "n" * 1025, b"x")
        t.put("one that expired", box + "/old", b"x", headers={"X-Delete-At": "1"})
        t.put("one that expires at no time", box + "/old", b"x", headers={"X-Delete-At": "x"})
        t.get("fetch without a token", one, token="")
        t.delete("delete", one)
        t.delete("delete again", one)


def temporary_urls(t):
    box = "/" + t.name("box")
    with t.story("temporary URLs"):
        key = "a key of this test"
        t.cloud.ask("object-store", "PUT", box, headers={"X-Container-Meta-Temp-URL-Key": key})
        t.removed_by("DELETE", box)
        t.removed_by("DELETE", box + "/thing")
        t.cloud.ask("object-store", "PUT", box + "/thing", b"content", headers={"Content-Type": "text/plain"})
        path = urllib.parse.urlsplit(t.cloud.endpoints["object-store"]).path + box + "/thing"
        path = path[path.index("/v1/"):]

        def signed(method, expires, hash_name="sha256"):
            text = "%s\n%d\n%s" % (method, expires, path)
            signature = hmac.new(key.encode(), text.encode(), hash_name).hexdigest()
            t.alias(signature, "signature")
            return "%s/thing?temp_url_sig=%s&temp_url_expires=%d" % (box, signature, expires)
        later = 4102444800
        t.get("fetch", signed("GET", later), token="")
        t.get("fetch with SHA-1", signed("GET", later, "sha1"), token="")
        t.call("check", "HEAD", signed("GET", later), token="")
        t.get("fetch under another name", signed("GET", later) + "&filename=other.txt", token="")
        t.get("fetch inline", signed("GET", later) + "&inline", token="")
        t.get("fetch too late", signed("GET", 1), token="")
        t.get("fetch with a URL for uploads", signed("PUT", later), token="")
        t.put("upload with a URL for downloads", signed("GET", later), b"x", token="")
        t.get("fetch with a wrong signature", box + "/thing?temp_url_sig=%s&temp_url_expires=%d" % ("0" * 64, later),
              token="")
        t.get("fetch without a signature", box + "/thing?temp_url_expires=%d" % later, token="")
