#!/usr/bin/python3
"""The same raw HTTP calls to two clouds; what one answers differently. README.md says how to use it.

    differential.py record CLOUD FOLDER [SERVICE…]    write CLOUD's transcripts
    differential.py compare FOLDER FOLDER [SERVICE…]  compare two clouds' transcripts: the real one's, then the other's
    differential.py live CLOUD CLOUD [SERVICE…]       both at once
    differential.py localcloud PROGRAM [SERVICE…]     the embedded cloud with what is recorded here, and with recordings
    differential.py kinds                             which recorded exchanges are compared, and how
    differential.py document FILE                     the accepted differences and what the document says of them

CLOUD is an entry of clouds.yaml: a project's member, without rights of an administrator.
"""
import contextlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from cloud import SERVICES, Cloud  # noqa: E402
from comparison import Accepted, as_text, differences  # noqa: E402
from kinds import coverage, entries  # noqa: E402
from replay import Replay  # noqa: E402
from transcript import Transcript  # noqa: E402

RECORDED = os.path.join(HERE, "recorded")
ACCEPTED = os.path.join(HERE, "accepted.json")
RECORDINGS = os.path.join(HERE, "../../localcloud/tests/recordings")


def module(service):
    return service.replace("-", "_")


def record(cloud_name, folder, services, tell):
    """One service after the other; the cloud is not in a hurry, and others may be using it."""
    for service in services:
        cloud = Cloud(cloud_name)
        if service not in cloud.endpoints:
            tell("%s: %s is not there" % (cloud_name, service))
            continue
        transcript = Transcript(cloud, service, tell)
        importlib.import_module("stories." + module(service)).run(transcript)
        write(folder, service, transcript.cases)


def write(folder, service, cases):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, service + ".json"), "w") as file:
        json.dump(cases, file, indent=1, ensure_ascii=False)
        file.write("\n")


def load(folder, service):
    file = os.path.join(folder, service + ".json")
    if not os.path.exists(file):
        return None
    with open(file) as text:
        return json.load(text)


def compare(real_folder, our_folder, services, complete=False):
    """The number of differences that nobody has accepted; each is printed. `complete`: all that was accepted has to be."""
    accepted, found, cases, taken = Accepted(ACCEPTED), 0, 0, 0
    for service in services:
        real, ours = load(real_folder, service), load(our_folder, service)
        if real is None or ours is None:
            # What the real one does not have is nobody's fault; what is missing here says that a story broke.
            print("%s: not compared, %s has no transcript of it" % (service, real_folder if real is None else our_folder))
            found += real is not None
            continue
        cases += len(real)
        statuses = {case["case"]: case.get("status") for case in real}
        for case, where, left, right in differences(real, ours):
            if accepted.covers(service, case, where, left, right, statuses.get(case)):
                taken += 1
                continue
            found += 1
            print("%s: %s\n  %s\n    real: %s\n    here: %s" % (service, case, where, as_text(left), as_text(right)))
    for says in accepted.unused() if complete else []:
        found += 1
        print("accepted.json has a difference that is none any more: " + says)
    print("%d cases, %d differences, %d accepted ones (%d reasons)"
          % (cases, found, taken, len({number for number, _ in accepted.used})))
    return found


def replay_of(service):
    return "recordings of " + service


@contextlib.contextmanager
def embedded(program, folder, name, *arguments):
    """A cloud with records instead of instances; the folder of its clouds.yaml."""
    state = os.path.join(folder, name)
    common = ["--name", name, "--state", state]
    subprocess.run([program, "up", "--driver", "fake", *arguments] + common, check=True,
                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        yield os.path.join(state, "clouds.yaml")
    finally:
        subprocess.run([program, "reset", "--yes"] + common, check=True, stdout=subprocess.DEVNULL)


def replay(program, service, folder, real, here):
    """On a cloud of its own, which is as slow as the recordings need it to be seen in between."""
    script = importlib.import_module("replays." + module(service)).Script()
    name = "differential-%s-%d" % (service, os.getpid())
    with embedded(program, folder, name, "--pending-delay", script.pending_delay,
                  "--boot-delay", script.boot_delay) as clouds_yaml:
        ask_again(script, service, clouds_yaml, name, real, here)


def ask_again(script, service, clouds_yaml, name, real, here):
    run = Replay(service, os.path.join(RECORDINGS, service), Cloud(name + "-admin", clouds_yaml), script)
    for folder, cases in zip((real, here), run.run()):
        write(folder, replay_of(service), cases)
    print("%s: of the recorded exchanges %d are compared, %d are of what is not there and refused, %d are not asked" % (
        service, len(run.real.cases) - len(run.refused), len(run.refused), len(run.skipped)))


def localcloud(program, services):
    """The stories, and what else was recorded, on clouds that are slow enough for their states to be seen."""
    name = "differential-%d" % os.getpid()
    with tempfile.TemporaryDirectory(prefix="localcloud-differential-") as folder, \
            embedded(program, folder, name, "--boot-delay", "1", "--pending-delay", "1000") as clouds_yaml:
        os.environ["OS_CLIENT_CONFIG_FILE"] = clouds_yaml
        real, here = os.path.join(folder, "real"), os.path.join(folder, "here")
        os.makedirs(here)
        shutil.copytree(RECORDED, real)
        told = [service for service in services if load(RECORDED, service)]
        threads = [threading.Thread(target=record, args=(name, here, [service], lambda text: None))
                   for service in told]
        threads += [threading.Thread(target=replay, args=(program, service, folder, real, here))
                    for service in services]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        compared = told + [replay_of(service) for service in services]
        for one in compared:
            # A thread that broke has left nothing.
            if load(real, one) is None:
                write(real, one, [])
        return compare(real, here, compared, complete=services == list(SERVICES))


def document(file):
    """Each accepted difference is a sentence of the document, and each of its list of them is accepted."""
    with open(file) as text:
        section = text.read().split("\n## Differences from the real services\n", 1)[-1].split("\n## ", 1)[0]
    written = {" ".join(item.split()) for item in section.split("\n- ")[1:]}
    with open(ACCEPTED) as text:
        says = {entry["says"] for entry in json.load(text)}
    for sentence in sorted(says - written):
        print("%s does not say: %s" % (file, sentence))
    for sentence in sorted(written - says):
        print("%s says what accepted.json does not: %s" % (file, sentence))
    return len(says ^ written)


def kinds():
    """Every recording is asked again, or has a reason against it that holds."""
    wrong = []
    for service in SERVICES:
        found = coverage(RECORDINGS, service, load(RECORDED, service), entries(service))
        wrong += found.problems
        print("%-13s %3d recorded exchanges: %3d asked again, %3d of a kind that the story has, %3d not compared (%d kinds)" % (
            service, found.asked + found.in_story + found.reasoned, found.asked, found.in_story, found.reasoned,
            found.open_kinds))
    for line in wrong:
        print(line)
    return len(wrong)


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    started, word, rest = time.monotonic(), arguments[0], arguments[1:]
    operands = {"record": 2, "compare": 2, "live": 2, "localcloud": 1, "kinds": 0, "document": 1}.get(word)
    if operands is None or len(rest) < operands:
        print(__doc__, file=sys.stderr)
        return 2
    services = rest[operands:] or list(SERVICES)
    unknown = [service for service in services if service not in SERVICES]
    if unknown:
        print("There is no service %s; there are: %s" % (unknown[0], " ".join(SERVICES)), file=sys.stderr)
        return 2

    def tell(text):
        print("%5.0f s  %s" % (time.monotonic() - started, text), flush=True)
    if word == "record":
        record(rest[0], rest[1], services, tell)
        return 0
    if word == "compare":
        return 1 if compare(rest[0], rest[1], services) else 0
    if word == "live":
        with tempfile.TemporaryDirectory() as folder:
            folders = [os.path.join(folder, str(number)) for number in (1, 2)]
            for cloud, place in zip(rest, folders):
                record(cloud, place, services, tell)
            return 1 if compare(*folders, services) else 0
    if word == "kinds":
        return 1 if kinds() else 0
    if word == "localcloud":
        return 1 if localcloud(os.path.abspath(rest[0]), services) else 0
    return 1 if document(rest[0]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
