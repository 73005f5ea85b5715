"""Swift: an account, its containers and objects, TempURLs and what openstacksdk asks; no large objects."""
import urllib.parse

from replays import common


class Script(common.Script):
    service, url = "object-store", "http://127.0.0.1:8080"
    headers = ("allow", "content-type", "content-range", "etag", "accept-ranges", "x-storage-policy", "content-disposition")
    other, nobody, garbage = "037 040", "001-003 035 036 108-116 131 133 135 138 141 144 147 150 153", "004"
    ids = {"owner": "1de9ca2b789b45e09f3143575bbb6ab9", "other": "6f2374ca1b654229b6fff0651546f7bc"}

    def begin(self, replay):
        super().begin(replay)
        url = replay.admin.endpoints["object-store"]
        replay.admin.endpoints["object-store"] = url[:url.index("/v1/")]  # recorded paths begin with it

    def prepare(self, replay, name):
        """What was deleted in bulk."""
        if name.startswith("161"):
            box = "/v1/AUTH_%s/rec-c1" % replay.owner.project
            for item in replay.owner.ask("object-store", "GET", box + "?format=json").body:
                replay.owner.ask("object-store", "DELETE", box + "/" + urllib.parse.quote(item["name"]))

    def normal(self, body):
        """Counts in a list of containers come later in Swift, and one of them is that of large objects."""
        if isinstance(body, list):
            return [{**item, "count": "<number>", "bytes": "<number>"} if "count" in item else item for item in body
                    if item.get("name") != "rec-seg"]
        return body
