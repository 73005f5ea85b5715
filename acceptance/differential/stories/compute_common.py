"""What the stories of the compute service share."""
V = "/v2.1"
KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a key")


def at(version):
    """Both headers, as openstacksdk sends them."""
    return {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}


def wanted(t, **changes):
    server = {"name": t.name("refused"), "imageRef": t.image, "flavorRef": t.flavor, "networks": "none"}
    server.update(changes)
    return {"server": {key: value for key, value in server.items() if value is not None}}
