"""Exchanges that somebody recorded with a real service, asked again here in their order; both become transcripts.

A recording knows the IDs of its cloud. What an answer of ours has at the place of an ID is that ID from then on, in
later requests, too; where another ID comes back than before, the two transcripts differ.
"""
import base64
import glob
import json
import os
import re

from cloud import send, wait
from transcript import Transcript

ID = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b")
NOBODY = re.compile(r"^[0-]+$")
# 401 is a token by what is not there, 409 the end of a state that no server gets into.
REFUSALS = (400, 401, 403, 404, 405, 409, 501)


def exchanges(folder):
    """(name, request, response) in their order."""
    for file in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(file) as text:
            exchange = json.load(text)
        response = exchange["response"]
        if response.get("base64"):
            response["body"] = base64.b64decode(response["body"]).decode("utf-8", "replace")
        yield os.path.basename(file)[:-len(".json")], exchange["request"], response


class Person:
    """A member of a project that exists for the replay only."""

    def __init__(self, admin, name):
        secret = "a-password-of-the-replay"
        self.cloud, body = admin, {"project": {"name": name, "domain_id": "default"}}
        self.project = admin.ask("identity", "POST", "/v3/projects", body).at("project", "id")
        self.user = user = admin.ask("identity", "POST", "/v3/users", {"user": {
            "name": name, "password": secret, "domain_id": "default"}}).at("user", "id")
        self.roles = {role["name"]: role["id"] for role in admin.ask("identity", "GET", "/v3/roles").at("roles")}
        admin.ask("identity", "PUT", "/v3/projects/%s/users/%s/roles/%s" % (self.project, user, self.roles["member"]))
        answer = send(admin.identity + "/v3/auth/tokens", "POST", {"Content-Type": "application/json"}, json.dumps(
            {"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": user, "password": secret}}},
                      "scope": {"project": {"id": self.project}}}}))
        self.token = answer.header("X-Subject-Token")

    def ask(self, service, method, path, body=None, **arguments):
        return self.cloud.ask(service, method, path, body, token=self.token, **arguments)


class Replay:
    """One folder of recordings against one cloud. `script` is of replays/ and knows what they need."""

    def __init__(self, service, folder, admin, script):
        self.service, self.folder, self.admin, self.script = service, folder, admin, script
        self.owner, self.other = Person(admin, "demo of " + service), Person(admin, "other of " + service)
        self.ours = {}  # of the recorded ID
        self.real, self.here = Transcript(script, service), Transcript(admin, service)
        self.skipped, self.refused = [], []  # names

    def run(self):
        """The two transcripts; what is not asked is in `skipped`, with its reason."""
        self.script.begin(self)
        for name, request, response in exchanges(self.folder):
            reason = self.script.reason_against(name)
            if reason and not reason.get("refused"):
                self.skipped.append(name)
                continue
            self.script.prepare(self, name)
            if reason:
                self.refuse(name, request, response)
                continue
            answer = self.ask(name, request, response)
            self.learn(self.script.normal(response["body"]), self.script.normal(answer.body))
            self.keep(self.real, name, response["status"], response["headers"].items(), response["body"])
            self.keep(self.here, name, answer.status, answer.headers, answer.body)
        return self.real.cases, self.here.cases

    def refuse(self, name, request, response):
        """What localcloud does not have says so, with one of the statuses that mean it."""
        self.refused.append(name)
        status = self.ask(name, request, response, 0).status
        for transcript, word in ((self.real, "refused"), (self.here, "refused" if status in REFUSALS else status)):
            transcript.cases.append({"case": name, "status": word})

    def translated(self, text):
        for real, ours in self.ours.items():
            text = text.replace(real, ours)
        return text

    def ask(self, name, request, response, seconds=10):
        """As soon as the service is as far as the real one was."""
        body = self.script.wanted(name, request["body"])
        if request.get("base64"):
            body = base64.b64decode(body)
        elif isinstance(body, str):
            body = body.encode()
        elif body is not None and not isinstance(body, bytes):
            body = json.loads(self.translated(json.dumps(body)))
        headers = {"Accept": None, **{key: self.translated(value) for key, value in request["headers"].items()}}
        headers.pop("X-Auth-Token", None)
        token = self.script.token(self, name)
        answer = None

        def asked():
            nonlocal answer
            answer = self.admin.ask(self.service, request["method"], self.translated(request["path"]), body,
                                    headers=headers, token=token)
            return self.script.is_as_far(request, response, answer)
        wait(asked, seconds)
        return answer

    def learn(self, real, ours):
        if isinstance(real, dict) and isinstance(ours, dict):
            for key in real:
                self.learn(real[key], ours.get(key))
        elif isinstance(real, list) and isinstance(ours, list):
            for left, right in zip(real, ours):
                self.learn(left, right)
        elif isinstance(real, str) and isinstance(ours, str):
            for left, right in zip(ID.findall(real), ID.findall(ours)):
                if not NOBODY.match(left):
                    self.call_same(left, right)

    def call_same(self, real, ours):
        if real in self.ours:
            return
        self.ours[real] = ours
        word = "id %d" % len(self.ours)
        self.real.alias(real, word)
        self.here.alias(ours, word)

    def keep(self, transcript, name, status, headers, body):
        told = {key.lower(): value for key, value in headers}
        if "allow" in told:  # in no order, and with what the library adds
            told["allow"] = ", ".join(sorted(set(told["allow"].replace(" ", "").split(",")) - {"OPTIONS"}))
        case = {"case": name, "status": status,
                "headers": {key: transcript.words(told[key]) for key in self.script.headers if key in told}}
        if body is not None:
            case["body"] = transcript.normal(self.script.normal(body))
        transcript.cases.append(case)

