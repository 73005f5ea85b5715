#!/usr/bin/python3
"""Debian's `openstack` client and openstacksdk, unchanged, against a cloud with the fake driver.

Every command runs in this process (a start of the client costs a second). What goes over the wire meanwhile is
compared, field by field, with what the real services answered to the same kind of request: recordings/ holds those
answers. A field must be there if all recordings of the request have it, may be there if one has it, and has a type
that one of them has.

    openstack_client_test.py /path/to/localcloud
"""
import contextlib
import glob
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
PREFIXES = {"/identity": "identity", "/compute": "compute", "/network": "network", "/image": "image",
            "/object-store": "object-store", "/load-balancer": "load-balancer", "/dns": "dns"}
ID = re.compile(r"^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|default)$")
# Members whose names are data, not fields.
DATA = re.compile(r"(\.metadata|\.addresses|\.extra_specs|\.properties|\.meta|\.group|\.ip_range|\.insert_headers)$")
# What differs for a reason: properties of images are whatever their owner likes; the one flavor whose showing was
# recorded at 2.1 has swap, and a flavor without it says ""; a server has no progress
# while it is off, and not every microversion was recorded with a server that is off; no pool was shown while it had a
# health monitor.
ACCEPTED = re.compile(r"^image .* is not known$|\.flavor\.swap is text, not number$|\.progress is missing$"
                      r"|\.pool\.healthmonitor_id is not known$")


def template(service, path):
    """The path with what names one resource replaced by {}."""
    parts = path.split("?")[0].replace("/v2.0/lbaas", "/v2/lbaas").rstrip("/").split("/")[1:]
    if service == "object-store":
        return "/v1/" + "/".join("{}" for _ in parts[1:])
    known = {"os-keypairs", "os-quota-sets"}
    out = []
    for i, part in enumerate(parts):
        named = i > 0 and parts[i - 1] in known
        out.append("{}" if ID.match(part) or named else part)
    if service == "image" and len(out) == 3 and out[1] == "images":
        out[2] = "{}"
    return "/" + "/".join(out)


def minor(headers):
    for name, value in headers.items():
        if name.lower() == "openstack-api-version" and value.startswith("compute 2."):
            return int(value[10:])
    return 1


def kind(value):
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}[type(value)]


class Shape:
    """What values at one place look like in all recordings."""

    def __init__(self):
        self.kinds, self.seen, self.fields, self.items = set(), 0, {}, None

    def learn(self, value):
        self.kinds.add(kind(value))
        if isinstance(value, dict):
            self.seen += 1
            for key, member in value.items():
                shape, count = self.fields.get(key, (Shape(), 0))
                shape.learn(member)
                self.fields[key] = (shape, count + 1)
        elif isinstance(value, list):
            self.items = self.items or Shape()
            for member in value:
                self.items.learn(member)

    def differences(self, value, where=""):
        if kind(value) not in self.kinds:
            # null stands for "nothing to tell" wherever the real ones happened to have something.
            if value is not None and self.kinds != {"null"}:
                yield "%s is %s, not %s" % (where, kind(value), "/".join(sorted(self.kinds)))
            return
        if isinstance(value, dict) and not DATA.search(where):
            for key, (shape, count) in self.fields.items():
                if key not in value and count == self.seen:
                    yield "%s.%s is missing" % (where, key)
            for key, member in value.items():
                if key not in self.fields:
                    yield "%s.%s is not known" % (where, key)
                else:
                    yield from self.fields[key][0].differences(member, "%s.%s" % (where, key))
        elif isinstance(value, list) and self.items and self.items.kinds:
            for member in value:
                yield from self.items.differences(member, where + "[]")


class Recordings:
    def __init__(self):
        self.shapes = {}
        for name in glob.glob(HERE + "/recordings/*/*.json"):
            with open(name) as file:
                exchange = json.load(file)
            service, request, response = exchange["service"], exchange["request"], exchange["response"]
            key = (service, request["method"], template(service, request["path"]), response["status"])
            version = minor(response["headers"]) if service == "compute" else 0
            shape = self.shapes.setdefault(key, {}).setdefault(version, Shape())
            shape.learn(response["body"])

    def find(self, service, method, path, status, version):
        versions = self.shapes.get((service, method, template(service, path), status), {})
        return versions.get(version if service == "compute" else 0)


RECORDINGS = Recordings()
problems, compared = [], set()


def check(method, url, response):
    path = re.sub(r"^https?://[^/]+", "", url)
    for prefix, service in PREFIXES.items():
        if path.startswith(prefix):
            path = path[len(prefix):] or "/"
            break
    else:
        return
    if "fields=" in path or not response.headers.get("Content-Type", "").startswith("application/json"):
        return
    shape = RECORDINGS.find(service, method, path, response.status_code, minor(response.headers))
    if shape is None or not response.content:
        return
    compared.add((service, method, template(service, path)))
    for difference in shape.differences(response.json()):
        problem = "%s %s %s: %s" % (service, method, path, difference)
        if not ACCEPTED.search(problem):
            problems.append(problem)


def watch():
    import requests
    send = requests.Session.send

    def watched(self, request, **arguments):
        response = send(self, request, **arguments)
        if not arguments.get("stream"):
            check(request.method, request.url, response)
        return response

    requests.Session.send = watched


def openstack(line, fails=False):
    """Runs a command with -f json where it has an output, and returns that."""
    from openstackclient import shell
    quiet = line.startswith("!")
    arguments = line.lstrip("!").split() + ([] if quiet else ["-f", "json"])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = shell.OpenStackShell().run(arguments)
        except SystemExit as end:
            status = end.code
    if bool(status) != fails:
        problems.append("openstack %s: %s" % (line, (err.getvalue() or out.getvalue()).strip()[-300:]))
        return {}
    return json.loads(out.getvalue()) if not quiet and not fails else out.getvalue()


@contextlib.contextmanager
def administrator():
    user = os.environ["OS_CLOUD"]
    os.environ["OS_CLOUD"] = user + "-admin"
    try:
        yield
    finally:
        os.environ["OS_CLOUD"] = user


@contextlib.contextmanager
def inside(folder):
    before = os.getcwd()
    os.makedirs(folder)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def expect(truth, what):
    if not truth:
        problems.append(what)


def run_load_balancer_client():
    balancer = openstack("loadbalancer create --name lb1 --vip-subnet-id s2 --wait")
    expect(balancer.get("provisioning_status") == "ACTIVE", "the load balancer is active")
    openstack("loadbalancer listener create --name l1 --protocol HTTP --protocol-port 80 --wait lb1")
    openstack("loadbalancer pool create --name pool1 --protocol HTTP --lb-algorithm ROUND_ROBIN --listener l1 --wait")
    openstack("loadbalancer healthmonitor create --name h1 --type HTTP --delay 5 --timeout 3 --max-retries 3 "
              "--url-path /healthz --wait pool1")
    openstack("loadbalancer member create --name m1 --address 10.9.0.21 --protocol-port 80 --wait pool1")
    openstack("loadbalancer member create --name m2 --address 10.9.0.22 --protocol-port 80 --wait pool1")
    openstack("!loadbalancer member set --weight 5 --wait pool1 m1")
    expect(openstack("loadbalancer member show pool1 m1").get("weight") == 5, "loadbalancer member set --weight")
    expect(len(openstack("loadbalancer member list pool1")) == 2, "two members")
    openstack("loadbalancer member create --address 10.9.0.22 --protocol-port 80 pool1", fails=True)
    openstack("!loadbalancer set --description words --wait lb1")
    expect(openstack("loadbalancer show lb1").get("description") == "words", "loadbalancer set --description")
    openstack("!loadbalancer status show lb1")
    openstack("loadbalancer stats show lb1")
    for kind in ("", "listener ", "pool ", "healthmonitor ", "provider ", "flavor "):
        openstack("loadbalancer %slist" % kind)
    for kind in ("listener show l1", "pool show pool1", "healthmonitor show h1", "quota list"):
        openstack("loadbalancer " + kind)
    openstack("!loadbalancer member delete --wait pool1 m2")
    expect(len(openstack("loadbalancer member list pool1")) == 1, "loadbalancer member delete")
    openstack("!loadbalancer delete lb1", fails=True)
    openstack("!loadbalancer delete --cascade --wait lb1")
    expect(openstack("loadbalancer list") == [], "loadbalancer delete --cascade")


def run_dns_client():
    openstack("zone create --email me@example.org example.org.")
    expect(openstack("zone show example.org.").get("type") == "PRIMARY", "zone show")
    openstack("!zone set --ttl 300 example.org.")
    openstack("zone list")
    openstack("recordset create --type A --record 192.0.2.1 --record 192.0.2.2 --ttl 60 example.org. www")
    openstack("recordset create --type A --record nowhere example.org. bad", fails=True)
    shown = openstack("recordset show example.org. www.example.org.")
    expect("192.0.2.2" in json.dumps(shown.get("records")), "recordset show")
    openstack("!recordset set --record 192.0.2.3 example.org. www.example.org.")
    expect(len(openstack("recordset list example.org.")) == 3, "SOA, NS and one more")
    openstack("!recordset delete example.org. www.example.org.")
    openstack("!zone delete example.org.")
    with administrator():
        expect(openstack("dns quota list").get("zones"), "dns quota list")


def run_client(folder):
    payload = os.path.join(folder, "payload.txt")
    with open(payload, "w") as file:
        file.write("hello\n")
    expect(openstack("token issue").get("project_id"), "a token without a project")
    expect(len(openstack("catalog list")) == 7, "the catalog has seven services")
    expect(openstack("catalog show compute").get("type") == "compute", "catalog show")
    # Networks
    openstack("network create n1")
    openstack("!network set --description words n1")
    expect(openstack("network show n1").get("description") == "words", "network set --description")
    openstack("subnet create --network n1 --subnet-range 10.9.0.0/24 s1")
    openstack("!subnet set --name s2 s1")
    expect(openstack("subnet show s2").get("gateway_ip") == "10.9.0.1", "the gateway is the first address")
    openstack("subnet list")
    openstack("subnet create --network n1 --subnet-range 10.8.0.0/24 s3")
    openstack("!subnet delete s3")
    openstack("subnet show s3", fails=True)
    openstack("router create r1")
    openstack("!router set --description words r1")
    openstack("!router set --external-gateway public r1")
    openstack("!router add subnet r1 s2")
    expect(openstack("router show r1").get("external_gateway_info"), "the router's gateway")
    openstack("router list")
    openstack("network list")
    openstack("port create --network n1 p1")
    openstack("!port set --name p2 p1")
    openstack("port show p2")
    openstack("port list")
    openstack("security group create web")
    openstack("security group rule create --protocol tcp --dst-port 80 web")
    openstack("security group rule create --protocol tcp --dst-port 80 web", fails=True)
    expect(len(openstack("security group rule list web")) == 3, "two default rules and one more")
    rule = openstack("security group rule create --protocol icmp web").get("id")
    expect(openstack("security group rule show %s" % rule).get("protocol") == "icmp", "security group rule show")
    openstack("!security group rule delete %s" % rule)
    openstack("security group rule show %s" % rule, fails=True)
    openstack("!security group set --description words web")
    openstack("security group show web")
    openstack("security group list")
    # Images
    openstack("image create --disk-format raw --container-format bare --file %s i1" % payload)
    openstack("!image set --property color=blue i1")
    expect(openstack("image show i1").get("properties", {}).get("color") == "blue", "image set --property")
    openstack("!image save --file %s/saved i1" % folder)
    expect(open(folder + "/saved").read() == "hello\n", "image save gives what was uploaded")
    expect(len(openstack("image list")) == 2, "two images")
    # Servers
    openstack("flavor list")
    openstack("flavor show m1.small")
    openstack("flavor create --ram 64 --vcpus 1 f1", fails=True)
    with administrator():
        openstack("flavor create --ram 64 --disk 1 --vcpus 1 f1")
        openstack("!flavor set --property cpu=fast f1")
        openstack("!--os-compute-api-version 2.55 flavor set --description words f1")
        shown = openstack("--os-compute-api-version 2.61 flavor show f1")
        expect(shown.get("properties") == {"cpu": "fast"} and shown.get("description") == "words", "flavor set")
        openstack("!flavor unset --property cpu f1")
        openstack("!flavor delete f1")
        openstack("flavor show f1", fails=True)
    with open(os.path.join(folder, "k1.pub"), "w") as file:
        file.write("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me\n")
    openstack("keypair create --public-key %s/k1.pub k1" % folder)
    openstack("!keypair create k2")
    openstack("!keypair delete k2")
    openstack("keypair show k2", fails=True)
    openstack("keypair list")
    openstack("keypair show k1")
    server = openstack("server create --image i1 --flavor m1.tiny --nic port-id=p2 --key-name k1 --wait v1")
    expect(server.get("status") == "ACTIVE", "the server is active")
    openstack("server create --image i1 --flavor m1.tiny --network n1 --security-group web "
              "--user-data %s --property a=b --wait v2" % payload)
    openstack("server list")
    openstack("!server set --name v3 --property c=d v2")
    expect(openstack("server show v3").get("properties") == {"a": "b", "c": "d"}, "server set --property")
    openstack("!server unset --property c v3")
    openstack("!server lock v3")
    openstack("!server unlock v3")
    openstack("!server reboot --hard --wait v3")
    openstack("server show v3")
    openstack("!server remove security group v3 web")
    openstack("!server add security group v3 web")
    expect("login" in openstack("!console log show v3"), "the console says something")
    address = openstack("floating ip create public").get("floating_ip_address")
    openstack("!server add floating ip v3 %s" % address)
    expect(address in json.dumps(openstack("server show v3").get("addresses")), "the server has the floating IP")
    expect(openstack("floating ip show %s" % address).get("status") == "ACTIVE", "the floating IP is active")
    openstack("floating ip list")
    openstack("!floating ip set --port p2 %s" % address)
    expect(address in json.dumps(openstack("server show v1").get("addresses")), "floating ip set --port")
    openstack("!floating ip unset --port %s" % address)
    expect(openstack("floating ip show %s" % address).get("port_id") is None, "floating ip unset --port")
    openstack("!server add floating ip v3 %s" % address)
    openstack("!server remove floating ip v3 %s" % address)
    openstack("!floating ip delete %s" % address)
    openstack("floating ip show %s" % address, fails=True)
    openstack("!server stop v3")
    openstack("!server start v3", fails=openstack("server show v3").get("status") != "SHUTOFF")
    openstack("availability zone list --compute")
    openstack("limits show --absolute")
    openstack("quota show")
    openstack("!server delete --wait v1 v3")
    expect(openstack("server list") == [], "server delete")
    openstack("!keypair delete k1")
    openstack("!image delete i1")
    run_load_balancer_client()
    run_dns_client()
    # Objects
    openstack("container create c1")
    openstack("object create --name o1 c1 %s" % payload)
    expect(openstack("object list c1") == [{"Name": "o1"}], "object list")
    openstack("!object save --file %s/object c1 o1" % folder)
    expect(open(folder + "/object").read() == "hello\n", "object save gives what was uploaded")
    expect(openstack("object show c1 o1").get("content-length") == "6", "object show")
    openstack("!object set --property color=blue c1 o1")
    expect(openstack("object show c1 o1").get("properties") == {"Color": "blue"}, "object set --property")
    openstack("container list")
    openstack("!container set --property color=red c1")
    expect(openstack("container show c1").get("properties") == {"Color": "red"}, "container set --property")
    with inside(os.path.join(folder, "downloads")):
        openstack("!container save c1")
        expect(open("o1").read() == "hello\n", "container save gives what was uploaded")
    openstack("!object delete c1 o1")
    expect(openstack("object list c1") == [], "object delete")
    openstack("object create --name o2 c1 %s" % payload)
    openstack("!container delete --recursive c1")
    # All of it goes again
    openstack("!port delete p2")
    openstack("!router remove subnet r1 s2")
    openstack("!router delete r1")
    openstack("!security group delete web")
    openstack("!network delete n1")
    openstack("network show n1", fails=True)
    openstack("application credential create a1")
    openstack("application credential list")
    openstack("!application credential delete a1")


def run_sdk():
    import openstack as sdk
    cloud = sdk.connect()
    network = cloud.network.find_network("private")
    server = cloud.compute.create_server(name="sdk", image_id=cloud.image.find_image("debian-12").id,
                                         flavor_id=cloud.compute.find_flavor("m1.tiny").id,
                                         networks=[{"uuid": network.id}])
    server = cloud.compute.wait_for_server(server, interval=0.05, wait=20)
    expect(server.status == "ACTIVE", "openstacksdk waits for its server")
    expect([s.name for s in cloud.compute.servers()] == ["sdk"], "openstacksdk lists its server")
    cloud.compute.delete_server(server)
    cloud.compute.wait_for_delete(server, interval=0.05, wait=20)
    cloud.object_store.create_container(name="sdk")
    cloud.object_store.upload_object(container="sdk", name="a/b", data="x" * 100)
    expect(cloud.object_store.download_object("a/b", container="sdk") == b"x" * 100, "openstacksdk reads its object")
    cloud.object_store.delete_object("a/b", container="sdk")
    cloud.object_store.delete_container("sdk")


def run_restart(program, cloud, state):
    """What was accepted is there after a kill, and servers go on."""
    import openstack as sdk
    with open(state + "/running.json") as file:
        process = json.load(file)["pid"]
    connection = sdk.connect()
    connection.network.create_network(name="kept")
    server = connection.compute.create_server(name="kept", image_id=connection.image.find_image("debian-12").id,
                                              flavor_id=connection.compute.find_flavor("m1.tiny").id,
                                              networks=[{"uuid": connection.network.find_network("private").id}])
    os.kill(process, signal.SIGKILL)
    subprocess.run([program, "up"] + cloud, check=True, timeout=60, stdout=subprocess.DEVNULL)
    connection = sdk.connect()
    expect(connection.network.find_network("kept"), "a network survives a kill")
    server = connection.compute.wait_for_server(connection.compute.get_server(server.id), interval=0.05, wait=20)
    expect(server.status == "ACTIVE", "a server is built by the next process")
    subprocess.run([program, "down"] + cloud, check=True, timeout=60, stdout=subprocess.DEVNULL)
    subprocess.run([program, "up"] + cloud, check=True, timeout=60, stdout=subprocess.DEVNULL)
    connection = sdk.connect()
    expect(connection.compute.get_server(server.id).status == "SHUTOFF", "down ends servers")
    connection.compute.start_server(server.id)
    connection.compute.wait_for_server(connection.compute.get_server(server.id), interval=0.05, wait=20)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="localcloud-test") as folder:
        cloud = ["--name", "test-%d" % os.getpid(), "--state", folder + "/state"]
        subprocess.run([program, "up", "--driver", "fake"] + cloud, check=True, timeout=60)
        try:
            for name in [n for n in os.environ if n.startswith("OS_")]:
                del os.environ[name]
            os.environ["OS_CLIENT_CONFIG_FILE"] = folder + "/state/clouds.yaml"
            os.environ["OS_CLOUD"] = cloud[1]
            watch()
            run_client(folder)
            run_sdk()
            run_restart(program, cloud, folder + "/state")
            expect(len(compared) >= 30, "only %d kinds of answers were compared" % len(compared))
        finally:
            subprocess.run([program, "reset", "--yes"] + cloud, check=True, timeout=60)
    for problem in sorted(set(problems)):
        print(problem)
    print("%d kinds of answers compared with recordings, %d problems" % (len(compared), len(set(problems))))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
