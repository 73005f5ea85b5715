"""A cloud as a program sees it that knows HTTP and nothing else: signing in, requests, and what came back."""
import http.client
import json
import os
import secrets
import time
import urllib.parse

import yaml

# Where a service type is found in the catalog, by the name that this folder calls the service.
SERVICES = ("identity", "compute", "network", "image", "object-store", "load-balancer", "dns")


class Answer:
    """One HTTP answer; `body` is parsed JSON, text, or None."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers  # pairs, in their order
        self.raw = raw
        self.body = None
        if raw:
            text = raw.decode("utf-8", "replace")
            try:
                self.body = json.loads(text)
            except ValueError:
                self.body = text

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def at(self, *keys):
        """body[key][key]…; None where there is no such thing."""
        value = self.body
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def send(url, method, headers, body=None, timeout=120):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=timeout)
    try:
        target = parts.path or "/"
        if url.split("#")[0].rstrip("/") == parts.scheme + "://" + parts.netloc and not url.endswith("/"):
            target = "/"
        if parts.query or url.endswith("?"):
            target += "?" + parts.query
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def cloud_entry(name, file=None):
    """The entry of clouds.yaml, from where every OpenStack client looks for it, or of that file."""
    places = [file, os.environ.get("OS_CLIENT_CONFIG_FILE"), "clouds.yaml",
              os.path.expanduser("~/.config/openstack/clouds.yaml"), "/etc/openstack/clouds.yaml"]
    for place in filter(None, places):
        if os.path.exists(place):
            with open(place) as file:
                entry = yaml.safe_load(file)["clouds"].get(name)
            if entry is None:
                raise SystemExit("There is no cloud %s in %s." % (name, place))
            return entry
    raise SystemExit("There is no clouds.yaml; OS_CLIENT_CONFIG_FILE says where it is.")


class Cloud:
    """One project of one cloud, with a token."""

    def __init__(self, name, file=None):
        entry = cloud_entry(name, file)
        self.auth = entry["auth"]
        self.identity = self.auth["auth_url"].rstrip("/")
        if self.identity.endswith("/v3"):
            self.identity = self.identity[:-3]
        # All that is made here carries it: other things in the project are left alone.
        self.prefix = "diff%s" % secrets.token_hex(3)
        answer = self.sign_in()
        if answer.status != 201:
            raise SystemExit("Signing in to %s failed with status %d." % (self.identity, answer.status))
        self.token = answer.header("X-Subject-Token")
        self.signed_in = answer.body["token"]
        self.project = self.signed_in["project"]["id"]
        self.user = self.signed_in["user"]["id"]
        self.endpoints = self._endpoints(entry.get("region_name"))

    def _endpoints(self, region):
        found = {"identity": self.identity}
        for service in self.signed_in["catalog"]:
            for endpoint in service["endpoints"]:
                if endpoint["interface"] == "public" and region in (None, endpoint["region"]):
                    found.setdefault(service["type"], endpoint["url"].rstrip("/"))
        # Paths are written as the services' documents write them: with their version.
        for service, tails in {"compute": ("/v2.1",), "network": ("/v2.0",), "image": ("/v2",),
                               "load-balancer": ("/v2.0", "/v2"), "dns": ("/v2",)}.items():
            for tail in tails:
                if found.get(service, "").endswith(tail):
                    found[service] = found[service][:-len(tail)]
        return found

    def credentials(self, **more):
        user = {"name": self.auth["username"], "password": self.auth["password"],
                "domain": {"name": self.auth.get("user_domain_name", "Default")}}
        user.update(more)
        return {"methods": ["password"], "password": {"user": user}}

    def scope(self):
        return {"project": {"name": self.auth["project_name"],
                            "domain": {"name": self.auth.get("project_domain_name", "Default")}}}

    def sign_in(self):
        body = {"auth": {"identity": self.credentials(), "scope": self.scope()}}
        return send(self.identity + "/v3/auth/tokens", "POST", {"Content-Type": "application/json"},
                    json.dumps(body))

    def ask(self, service, method, path, body=None, headers=None, token=None):
        """`body`: anything JSON can say, or bytes. `token`: "" for none."""
        sent = {"Accept": "application/json"}
        token = self.token if token is None else token
        if token:
            sent["X-Auth-Token"] = token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        sent = {key: value for key, value in sent.items() if value is not None}
        return send(self.endpoints[service] + path, method, sent, body)


def wait(condition, seconds):
    """Asks until condition() is true, often at first and then more seldom; whether it ever was."""
    end, pause = time.monotonic() + seconds, 0.03
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.2, 1.0)
    return True
