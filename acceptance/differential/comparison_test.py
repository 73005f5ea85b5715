#!/usr/bin/python3
"""What the comparison sees, and what it overlooks on purpose."""
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from comparison import Accepted, differences  # noqa: E402
from kinds import coverage, kind  # noqa: E402
from replay import Replay  # noqa: E402
from transcript import Transcript, shape  # noqa: E402


def case(**changes):
    return {"case": "nets: show", "status": 200, "headers": {"vary": "x"},
            "body": {"net": {"id": "<net>", "mtu": 1500, "up": True, "tags": ["a", "b"], "owner": None}}, **changes}


def places(real, ours):
    return [where for _, where, _, _ in differences([real], [ours])]


class Comparison(unittest.TestCase):
    def test_equal_answers_do_not_differ(self):
        self.assertEqual(places(case(), case()), [])

    def test_status_headers_and_members_differ(self):
        other = case(status=404, headers={}, body={"net": {"id": "<uuid>", "mtu": "1500", "up": 1, "tags": ["a"],
                                                           "owner": ""}})
        self.assertEqual(places(case(), other), ["body.net.id", "body.net.mtu", "body.net.owner", "body.net.tags",
                                                 "body.net.up", "headers.vary", "status"])

    def test_a_missing_and_an_unknown_member_differ(self):
        other = case()
        other["body"]["net"]["more"] = other["body"]["net"].pop("owner")
        self.assertEqual(places(case(), other), ["body.net.more", "body.net.owner"])

    def test_a_case_that_was_not_asked_differs(self):
        self.assertEqual(len(list(differences([case()], []))), 1)
        self.assertEqual(len(list(differences([], [case()]))), 1)

    def test_states_may_be_missed_but_not_exchanged(self):
        real = {"case": "a", "states": ["BUILD", "BUILD spawning", "ACTIVE"]}
        for seen, expected in ((["BUILD", "ACTIVE"], []), (["ACTIVE"], []), (["BUILD"], ["states"]),
                               (["BUILD spawning", "BUILD", "ACTIVE"], ["states"]),
                               (["BUILD", "PAUSED", "ACTIVE"], ["states"])):
            self.assertEqual(places(real, {"case": "a", "states": seen}), expected)

    def test_what_is_accepted_is_counted(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "accepted.json")
            with open(file, "w") as text:
                json.dump([{"says": "one", "where": [["net: nets: *", "body.net.tags[?]", "a*"]]},
                           {"says": "two", "status": [400], "texts": True, "where": [["*", "body.*"]]}], text)
            accepted = Accepted(file)
            self.assertTrue(accepted.covers("net", "nets: show", "body.net.tags[0]", "ab", "x", 200))
            self.assertFalse(accepted.covers("net", "nets: show", "body.net.tags[0]", "b", "x", 200))
            self.assertFalse(accepted.covers("net", "subnets: show", "body.net.tags[0]", "ab", "x", 404))
            for other in ("", "(absent)", None, 7, {"message": "x"}):
                self.assertFalse(accepted.covers("net", "subnets: show", "body.error", "ab", other, 400))
                self.assertFalse(accepted.covers("net", "subnets: show", "body.error", other, "ab", 400))
            self.assertEqual(accepted.unused(), ["two"])
            self.assertTrue(accepted.covers("net", "subnets: show", "body.error", "ab", "x", 400))
            self.assertEqual(accepted.unused(), [])


class Kinds(unittest.TestCase):
    def test_what_names_one_thing_is_left_out(self):
        self.assertEqual(kind("network", "GET", "/v2.0/networks/<net>?fields=id", 200),
                         kind("network", "GET", "/v2.0/networks/0b5dbd3e-6f0a-4f39-9d0c-1f0f6ee5a6f4", 200))
        self.assertEqual(kind("compute", "GET", "/v2.1/servers/detail", 200), "compute GET /v2.1/servers/detail 200")
        self.assertEqual(kind("object-store", "PUT", "/box/a/b", 201), kind("object-store", "PUT", "/v1/AUTH_1/c/o", 201))

    def test_a_recording_is_asked_again_or_in_a_story_or_has_a_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "network"))
            with open(os.path.join(folder, "network", "001-x.json"), "w") as text:
                json.dump({"request": {"method": "GET", "path": "/v2.0/networks"}, "response": {"status": 403}}, text)

            def judge(status, *told):
                cases = [{"request": "GET /v2.0/networks", "status": status}]
                return coverage(folder, "network", cases, list(told))
            self.assertEqual(judge(200), (1, 0, 0, 0, []))
            reason = {"recordings": "001", "says": "x"}
            self.assertEqual(judge(200, reason), (0, 0, 1, 1, []))
            self.assertEqual(judge(403, reason), (0, 0, 1, 0, []))
            self.assertEqual(judge(403, {**reason, "story": True}), (0, 1, 0, 0, []))
            self.assertEqual(judge(200, {**reason, "story": True}).problems,
                             ["001-x: no story has network GET /v2.0/networks 403"])
            self.assertEqual(len(judge(200, {**reason, "recordings": "001-002"}).problems), 1)
            self.assertEqual(len(judge(200, reason, reason).problems), 1)


class Replays(unittest.TestCase):
    def test_ids_are_learned_from_answers_and_must_come_back(self):
        cloud = type("Cloud", (), {"prefix": "no-prefix", "endpoints": {}})
        run = Replay.__new__(Replay)
        run.ours, run.real, run.here = {}, Transcript(cloud, "network"), Transcript(cloud, "network")
        one, two, ours = "0" * 7 + "1", "0" * 7 + "2", "a" * 8
        tail = "-6f0a-4f39-9d0c-1f0f6ee5a6f4"
        run.learn({"net": [{"id": one + tail}]}, {"net": [{"id": ours + tail}]})
        self.assertEqual(run.translated("/nets/" + one + tail), "/nets/" + ours + tail)
        self.assertEqual(run.real.words(one + tail), run.here.words(ours + tail))
        self.assertNotEqual(run.real.words(two + tail), run.here.words(ours + tail))


    def test_what_is_not_there_must_not_be_answered_as_if_it_were(self):
        cloud = type("Cloud", (), {"prefix": "no-prefix", "endpoints": {}})
        run = Replay.__new__(Replay)
        run.refused, run.real, run.here = [], Transcript(cloud, "network"), Transcript(cloud, "network")
        for name, status in (("001-gone", 404), ("002-missing", 501), ("003-pretended", 200), ("004-broken", 500)):
            run.ask = lambda *_, status=status: type("Answer", (), {"status": status})
            run.refuse(name, {}, {})
        self.assertEqual([case for case, *_ in differences(run.real.cases, run.here.cases)], ["003-pretended", "004-broken"])


class Words(unittest.TestCase):
    def setUp(self):
        cloud = type("Cloud", (), {"prefix": "diff123456", "endpoints": {"network": "http://192.0.2.1:9696"}})
        self.transcript = Transcript(cloud, "network")

    def test_what_is_different_each_time_gets_a_name(self):
        known = "0b5dbd3e-6f0a-4f39-9d0c-1f0f6ee5a6f4"
        self.transcript.alias(known, "net")
        self.assertEqual(self.transcript.words("http://192.0.2.1:9696/v2.0/networks/%s of diff123456-net" % known),
                         "<network>/v2.0/networks/<net> of <p>-net")
        self.assertEqual(self.transcript.words("0b5dbd3e-6f0a-4f39-9d0c-1f0f6ee5a6f5 at 2026-11-22T21:00:01Z"),
                         "<uuid> at 0000-00-00T00:00:00Z")

    def test_several_ids_in_a_sentence_have_no_order(self):
        self.assertEqual(self.transcript.words("these ports: 0b5dbd3e-6f0a-4f39-9d0c-1f0f6ee5a6f4,<b>,<a>."),
                         "these ports: <a>,<b>,<uuid>.")

    def test_choices_have_no_order(self):
        self.assertEqual(self.transcript.words("Value: 'X'. Value should be one of: UDP-CONNECT, TCP, HTTP"),
                         "Value: 'X'. Value should be one of: HTTP, TCP, UDP-CONNECT")

    def test_what_an_account_keeps_is_not_compared(self):
        answer = type("Answer", (), {"headers": [("X-Account-Meta-Temp-Url-Key", "x"), ("Vary", "Accept")]})
        self.assertEqual(self.transcript._headers("GET", answer), {"vary": "Accept"})

    def test_masks_keep_null(self):
        self.transcript.mask(size="number")
        self.assertEqual(self.transcript.normal({"size": 5, "a": {"size": None}}), {"size": "<number>", "a": {"size": None}})

    def test_shapes_merge(self):
        self.assertEqual(shape({"a": [{"b": 1}, {"b": None, "c": "x"}]}), {"a": [{"b": "null|number", "c?": "text"}]})


if __name__ == "__main__":
    unittest.main()
