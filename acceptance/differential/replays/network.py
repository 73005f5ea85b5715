"""Neutron: networks, subnets, security groups, ports, routers and floating IPs of one project, from the first to the last."""
import re

from replays import common
from transcript import shape

# There is neither IPv6 here nor a pool of addresses: the one subnet is left out, the other one made without its pool.
SUBNET_V6 = "77d72438-f07b-47ea-966b-9c57bf85ae2a"
SUBNET_OF_POOL, NETWORK_OF_POOL = "a56a58ee-d98a-4cab-aeea-382927268625", "4ca102c1-3909-41cb-a095-5885900531cc"
# Addresses that the requests name, or that follow from them.
GIVEN = re.compile(r"^(host-)?10[.-](66|200)[.-]0[.-](1|50|60)$")
# What the installation has, whoever asks.
INSTALLED = ("extensions", "availability_zones", "resources", "versions")


class Script(common.Script):
    service, url = "network", "http://127.0.0.1:9696"
    admin, other, nobody, garbage = "011 013-015 033 100 107 110 154-156", "163-165", "001 002 004", "005"
    ids = {"owner": "c66dbae9df474098aaf7d9a82a13f49f", "other": "4753352e74604a17bab959edb53086b2"}

    def begin(self, replay):
        super().begin(replay)
        public = replay.owner.ask("network", "GET", "/v2.0/networks?router:external=true").at("networks", 0, "id")
        replay.call_same("63b7d4b4-a705-4cd6-84bf-38ce1fd661ff", public)
        for transcript in (replay.real, replay.here):
            # Agents of the real one change things, too; who asks for no address gets any.
            transcript.mask(mac_address="mac", revision_number="number", standard_attr_id="number", fqdn="name",
                            floating_ip_address="address")
            transcript.unordered("networks", "subnets", "ports", "routers", "floatingips", "security_groups", "tags", "routes")

    def prepare(self, replay, name):
        if name.startswith("017"):  # the default security group comes when somebody asks
            replay.owner.ask("network", "GET", "/v2.0/security-groups")
        elif name.startswith("074"):
            subnet = replay.owner.ask("network", "POST", "/v2.0/subnets", {"subnet": {
                "network_id": replay.ours[NETWORK_OF_POOL], "ip_version": 4, "cidr": "10.200.0.0/27"}})
            replay.call_same(SUBNET_OF_POOL, subnet.at("subnet", "id"))

    def normal(self, body):
        if isinstance(body, dict):
            body = {key: shape(value) if key in INSTALLED else self.normal(value) for key, value in body.items()}
            if body.get("router:external"):
                body["description"] = "<text>"
            if isinstance(body.get("security_group_rules"), list):
                body["security_group_rules"].sort(key=rule_order)
            for key in ("ip_address", "hostname"):
                if key in body and not GIVEN.search(body[key]):
                    body[key] = "<address>"
            return body
        if isinstance(body, list):
            return [self.normal(item) for item in body if item != SUBNET_V6 and not is_v6(item) and not of_address_group(item)]
        return body


def rule_order(rule):
    return [str(rule[key]) for key in ("direction", "ethertype", "protocol", "port_range_min", "remote_group_id")]


def of_address_group(item):
    return isinstance(item, dict) and item.get("remote_address_group_id")


def is_v6(item):
    return isinstance(item, dict) and (item.get("ip_version") == 6 or ":" in str(item.get("ip_address", "")))
