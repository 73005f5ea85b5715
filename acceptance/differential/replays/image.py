"""Glance: schemas, images from their creation to their deletion, what members of other projects may do with them."""
from replays import common


class Script(common.Script):
    service, url = "image", "http://127.0.0.1:9292"
    headers = ("allow", "content-type", "content-range", "content-md5", "location", "accept-patch")
    admin, other, nobody, garbage = "014 055 057", "062 065", "001-003 087", "004"
    ids = {"owner": "2db43fae851342029a0bedb76aae7a76", "other": "675740f3547946e082cd9aaf37ca15c4"}

    def begin(self, replay):
        super().begin(replay)
        for transcript in (replay.real, replay.here):
            transcript.unordered("tags")

    def wanted(self, name, body):
        return bytes(range(256)) * 8 if name.startswith("092") else body

    def normal(self, body):
        """Of lists what was made here, in the order of names: several were made in one second."""
        if isinstance(body, dict) and isinstance(body.get("images"), list):
            made = [image for image in body["images"] if image["name"].startswith("rec-") and image["name"] != "rec-import"]
            return {**body, "images": sorted(made, key=lambda image: image["name"])}
        return body
