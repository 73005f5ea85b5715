"""What the replays have in common: who asks, what is not asked and why, and that the cloud needs nothing at first."""
from kinds import among, reasons


class Script:
    """How the recordings of one service are asked again. Recordings are told by their numbers: "003 007-009"."""
    service, url = "", ""  # as it was recorded
    pending_delay = "0"  # milliseconds that a change of localcloud takes, at least
    boot_delay = "0"  # seconds that a new server takes
    headers = ("allow", "content-type", "location")  # as the service writes them: a proxy or the connection adds other ones
    admin, other, nobody, garbage = "", "", "", ""  # who asks; all others are asked by the project's own member
    ids = {}  # what recordings call the owner's project and the other one's: {"owner": …, "other": …}

    def __init__(self):
        self.prefix, self.endpoints = "nothing-is-named-so", {self.service: self.url}  # what a transcript asks a cloud for
        self.reasons = reasons(self.service)

    def reason_against(self, name):
        return self.reasons.get(name[:3])

    def begin(self, replay):
        for person, project in self.ids.items():
            replay.call_same(project, getattr(replay, person).project)

    def prepare(self, replay, name):
        """What happened before this exchange and was not recorded."""

    def token(self, replay, name):
        for numbers, token in ((self.nobody, ""), (self.garbage, "no-token-at-all"), (self.admin, replay.admin.token),
                               (self.other, replay.other.token)):
            if among(name[:3], numbers):
                return token
        return replay.owner.token

    def wanted(self, name, body):
        """The request without what there is not, and with what was not recorded."""
        return body

    def normal(self, body):
        """The answer without what is the installation's own."""
        return body

    def is_as_far(self, request, response, answer):
        return True
