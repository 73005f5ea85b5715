"""Nova: flavors, keypairs and quotas as their administrator and a member see them, and the servers of one project."""
import json
import time

from cloud import wait
from replays import common

IMAGE, DEBIAN = "f04b3495-a72d-454b-98e5-11833cda619a", "3b48c588-bf6f-46c5-a7b6-16b9d575a25e"
NETWORK, PORT = "4c18bed7-a244-4a04-a101-177ee6cc6ff4", "69608646-3753-49a2-872d-7db26c81c43e"
SECOND_NETWORK, SECOND_PROJECT = "48d4056e-4aa5-4e84-b6c3-8989b6e43346", "9e8dcfc2e45b4961b59806d5d9b90161"
SERVER, API_SERVER = "0c4eaa79-f685-4a77-970a-fe896611b8fd", "1213f89c-d5ea-4a92-bc67-383984214ad8"

FLAVORS = {"m1.nano": "48cb0af4-440f-4df3-a54c-ee3f1f731daa",
           "m1.medium": "51b7c42d-b0ae-4363-9db4-89e9b1ecf3af",
           "m1.large": "7f2baaa5-827e-4baa-bef6-501ba5c47ff6",
           "m1.small": "9d09aaa0-38ee-492f-91eb-0a87d0fd78d8",
           "m1.tiny": "b2b755eb-aa98-4ac7-ad8d-314afb173c87"}

# What of a server belongs to the host.
INSTALLED = ("host", "hypervisor_hostname", "instance_name", "reservation_id")

BUILDING = ("rec-guest", "rec-x")


class Script(common.Script):
    service, url = "compute", "http://127.0.0.1:8774"
    headers = ("allow", "content-type", "location", "openstack-api-version", "x-openstack-nova-api-version", "vary")
    admin = "021-024 026-035 037 039 060 062 064 129 156 161 206 208 279 288-289 294 336-337 342"
    other, nobody, garbage = "164", "001-005 295", "006"
    ids = {"owner": "d248a64c6b1b4bf2986a6635cc0ab2e3"}

    def begin(self, replay):
        super().begin(replay)
        owner, admin = replay.owner, replay.admin
        replay.call_same("215ae741fe6049c49fb262397e4d0cb5", owner.user)
        replay.call_same(NETWORK, self.network_of(owner, "rec-private", "10.69.0.0/24"))
        replay.call_same(PORT, owner.ask("network", "POST", "/v2.0/ports", {"port": {
            "network_id": replay.ours[NETWORK], "name": "rec-p"}}).at("port", "id"))
        image = owner.ask("image", "POST", "/v2/images", {
            "name": "rec-blank", "disk_format": "raw", "container_format": "bare"}).at("id")
        owner.ask("image", "PUT", "/v2/images/%s/file" % image, b"boots", headers={"Content-Type": "application/octet-stream"})
        replay.call_same(IMAGE, image)
        debian = owner.ask("image", "GET", "/v2/images?name=debian-12").at("images")
        if debian:
            replay.call_same(DEBIAN, debian[0]["id"])
        for flavor in owner.ask("compute", "GET", "/v2.1/flavors").at("flavors"):
            replay.call_same(FLAVORS[flavor["name"]], flavor["id"])
        for transcript in (replay.real, replay.here):
            transcript.unordered("flavors")
            transcript.mask(adminPass="password", private_key="private key", public_key="public key", fingerprint="fingerprint",
                            addr="address", ip_address="address", reservation_id="reservation", hostId="host",
                            details="text", output="output", **{"OS-EXT-SRV-ATTR:" + key: key for key in INSTALLED})

    @staticmethod
    def network_of(person, name, cidr):
        network = person.ask("network", "POST", "/v2.0/networks", {"network": {"name": name}}).at("network", "id")
        person.ask("network", "POST", "/v2.0/subnets", {"subnet": {"network_id": network, "ip_version": 4, "cidr": cidr}})
        return network

    def prepare(self, replay, name):
        number, admin, owner = name[:3], replay.admin, replay.owner
        quotas = "/v2.1/os-quota-sets/" + owner.project
        if number == "055":
            admin.ask("compute", "PUT", quotas, {"quota_set": {"instances": 20, "metadata_items": 5}})
        elif number == "102":
            owner.ask("network", "POST", "/v2.0/security-groups", {"security_group": {"name": "rec-web"}})
            owner.ask("compute", "POST", "/v2.1/servers", {"server": {
                "name": "rec-guest", "imageRef": replay.ours[DEBIAN], "flavorRef": replay.ours[FLAVORS["m1.small"]],
                "networks": [{"uuid": replay.ours[NETWORK]}]}})
        elif number == "121":
            admin.ask("image", "PATCH", "/v2/images/" + replay.ours[DEBIAN], json.dumps(
                [{"op": "add", "path": "/min_ram", "value": 256}]).encode(),
                headers={"Content-Type": "application/openstack-images-v2.1-json-patch"})
        elif number == "125":  # who recorded needed a second for all the refusals
            time.sleep(1.1)
        elif number == "254":  # a stopped server
            self.act(owner, replay.ours[SERVER], "os-stop", "SHUTOFF")
        elif number == "275":
            self.act(owner, replay.ours[SERVER], "os-start", "ACTIVE")
        elif number == "337":
            listed = "/v2.1/servers"
            for server in owner.ask("compute", "GET", listed).at("servers"):
                owner.ask("compute", "DELETE", listed + "/" + server["id"])
            wait(lambda: not owner.ask("compute", "GET", listed).at("servers"), 10)
            replay.call_same(SECOND_PROJECT, owner.project)
        elif number == "338":
            replay.call_same(SECOND_NETWORK, self.network_of(owner, "rec-quota", "10.71.0.0/24"))
        elif number in ("339", "340"):
            quota = {"339": {"instances": 5, "cores": 0}, "340": {"key_pairs": 0}}[number]
            admin.ask("compute", "PUT", quotas, {"quota_set": {**quota, "force": True}})

    @staticmethod
    def act(person, server, action, status):
        path = "/v2.1/servers/" + server
        person.ask("compute", "POST", path + "/action", {action: None})
        wait(lambda: person.ask("compute", "GET", path).at("server", "status") == status, 10)

    def wanted(self, name, body):
        """There are no groups of servers."""
        if name.startswith("105"):
            body = {key: value for key, value in body.items() if key != "os:scheduler_hints"}
        return body

    def normal(self, body):
        """Security groups come in no order, nor do servers that were made at once; some were still being built."""
        if isinstance(body, list):
            return [self.normal(item) for item in body]
        if not isinstance(body, dict):
            return body
        body = {key: self.normal(value) for key, value in body.items()}
        for key in ("server_groups", "maxServerGroups"):  # there are none
            if key in body:
                body[key] = "<server groups>"
        if isinstance(body.get("security_groups"), list):
            body["security_groups"].sort(key=lambda group: group["name"])
        if isinstance(body.get("servers"), list):
            twins = [server for server in body["servers"] if "rec-none" in server["name"]]
            twins.sort(key=lambda server: server["name"])
            body["servers"] = [twins.pop(0) if "rec-none" in server["name"] else server for server in body["servers"]
                               if not ("status" in server and server["name"] in BUILDING)]
        if isinstance(body.get("id"), int):
            body["id"] = "<number>"
        return body

    def is_as_far(self, request, response, answer):
        """Who recorded waited for the end of each change."""
        def state(body):
            server = body.get("server", {}) if isinstance(body, dict) else {}
            return server.get("status"), server.get("OS-EXT-STS:task_state")
        if request["method"] != "GET":
            return True
        return answer.status == response["status"] and state(answer.body) == state(response["body"])
