#!/usr/bin/python3
"""The guide's third step as a script of its time would do it: openstacksdk, one call after the other, each server
waited for before the next is asked for, addresses looked up through all ports and networks.

    deploy_bench_original.py deploy POLL_INTERVAL | describe

The cloud comes from OS_CLOUD. `describe` says in JSON what the project holds, whoever made it.
"""
import base64
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import openstack  # noqa: E402  (which warns at being imported)

KEYPAIR = "demokey"
WORKERS = 3
APIS = 2


def open_port(cloud, group, port, source=None):
    cloud.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", ethertype="IPv4", protocol="tcp", port_range_min=port,
        port_range_max=port, remote_group_id=source.id if source else None)


def make_group(cloud, name, description, ports=()):
    group = cloud.network.find_security_group(name)
    if group:
        cloud.network.delete_security_group(group)
    group = cloud.network.create_security_group(name=name, description=description)
    for port in ports:
        open_port(cloud, group, port)
    return group


def make_groups(cloud):
    groups = {"worker": make_group(cloud, "worker", "for services that run on a worker node", [22]),
              "control": make_group(cloud, "control", "for services that run on a control node", [22, 80]),
              "api": make_group(cloud, "api", "for API services only", [22, 80]),
              "services": make_group(cloud, "services", "for DB and AMQP services only", [22])}
    open_port(cloud, groups["control"], 5672, groups["worker"])
    open_port(cloud, groups["services"], 3306, groups["api"])
    open_port(cloud, groups["services"], 5672, groups["worker"])
    open_port(cloud, groups["services"], 5672, groups["api"])
    return groups


def user_data(arguments):
    script = "#!/usr/bin/env bash\n/opt/faafo/install.sh %s\n" % arguments
    return base64.b64encode(script.encode()).decode()


class Deployment:
    def __init__(self, cloud, poll_interval):
        self.cloud, self.poll_interval = cloud, poll_interval
        self.image = cloud.image.find_image("debian-12")
        self.flavor = cloud.compute.find_flavor("m1.small")
        self.network = cloud.network.find_network("private")
        self.external = cloud.network.find_network("public")
        if not cloud.compute.find_keypair(KEYPAIR):
            cloud.compute.create_keypair(name=KEYPAIR)

    def boot(self, name, group, arguments):
        server = self.cloud.compute.create_server(
            name=name, image_id=self.image.id, flavor_id=self.flavor.id, networks=[{"uuid": self.network.id}],
            key_name=KEYPAIR, security_groups=[{"name": group}], user_data=user_data(arguments))
        return self.cloud.compute.wait_for_server(server, interval=self.poll_interval, wait=900)

    def fixed_address(self, server):
        return server.addresses[self.network.name][0]["addr"]

    def port_of(self, server):
        """The port whose first address is the server's, in the network that we know."""
        address = self.fixed_address(server)
        for port in self.cloud.network.ports():
            network = self.cloud.network.get_network(port.network_id)
            if network.name == self.network.name and port.fixed_ips and port.fixed_ips[0]["ip_address"] == address:
                return port
        raise LookupError("no port has the address " + address)

    def give_address(self, server):
        free = [ip for ip in self.cloud.network.ips() if not ip.port_id]
        ip = free[0] if free else self.cloud.network.create_ip(floating_network_id=self.external.id)
        self.cloud.network.update_ip(ip, port_id=self.port_of(server).id)

    def make(self):
        make_groups(self.cloud)
        services = self.boot("app-services", "services", "-i database -i messaging")
        urls = "-m amqp://faafo:secret@{0}:5672/ -d mysql://faafo:secret@{0}:3306/faafo".format(
            self.fixed_address(services))
        entrance = None
        for number in range(1, APIS + 1):
            server = self.boot("app-api-%d" % number, "api", "-i faafo -r api " + urls)
            self.give_address(server)
            entrance = entrance or self.fixed_address(server)
        for number in range(1, WORKERS + 1):
            self.boot("app-worker-%d" % number, "worker", "-i faafo -r worker -e http://%s %s" % (entrance, urls))


def describe(cloud):
    groups = {group.name: group.security_group_rules for group in cloud.network.security_groups()}
    servers = {server.id: server for server in cloud.compute.servers()}
    ports = {port.id: port for port in cloud.network.ports()}
    return {"servers": sorted(server.name for server in servers.values()),
            "rules": {name: sum(rule["direction"] == "ingress" for rule in rules) for name, rules in groups.items()
                      if name != "default"},
            "addresses": sorted(servers[ports[ip.port_id].device_id].name for ip in cloud.network.ips())}


def main():
    cloud = openstack.connect()
    if sys.argv[1] == "deploy":
        Deployment(cloud, float(sys.argv[2])).make()
    else:
        print(json.dumps(describe(cloud)))


if __name__ == "__main__":
    main()
