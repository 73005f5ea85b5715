"""Debian's openstacksdk, unmodified: a server whose user data serves a page, reachable once port 80 is allowed."""
import base64
import sys
import time
import urllib.request

import openstack

USER_DATA = "#!/bin/sh\nmkdir -p /srv/page\necho 'hello from user data' > /srv/page/index.html\n" \
            "cd /srv/page && exec python3 -m http.server 80 >/dev/null 2>&1 &\n"


def fetch(address, port):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                f"http://{address}:{port}/", timeout=3) as page:
            return page.read().decode()
    except OSError:
        return None


def main():
    conn = openstack.connect()
    offset = int(conn.config.config.get("floating_ip_port_offset", 0))
    image = conn.image.find_image("debian-12")
    flavor = conn.compute.find_flavor("m1.small")
    network = conn.network.find_network("private")
    group = conn.network.create_security_group(name="story-sdk")
    server = conn.compute.create_server(
        name="story-sdk", image_id=image.id, flavor_id=flavor.id, networks=[{"uuid": network.id}],
        user_data=base64.b64encode(USER_DATA.encode()).decode(), security_groups=[{"name": group.id}])
    server = conn.compute.wait_for_server(server, wait=120)
    port = next(conn.network.ports(device_id=server.id))
    ip = conn.network.create_ip(floating_network_id=conn.network.find_network("public").id, port_id=port.id)
    address, reachable = ip.floating_ip_address, 80 + offset

    # The last line of cloud-init: the user data has run, so a page is served.
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if "finished at" in (conn.compute.get_server_console_output(server.id)["output"] or ""):
            break
        time.sleep(0.5)
    assert fetch(address, reachable) is None, "port 80 answers although no rule allows it"
    conn.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=80, port_range_max=80)
    page = None
    while page is None and time.monotonic() < deadline:
        page = fetch(address, reachable)
        time.sleep(0.3)
    assert page and "hello from user data" in page, f"port 80 was allowed, but the page is {page!r}"

    conn.compute.delete_server(server)
    conn.compute.wait_for_delete(server, wait=60)
    conn.network.delete_ip(ip)
    conn.network.delete_security_group(group)
    print("served:", page.strip())


sys.exit(main())
