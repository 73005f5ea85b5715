#!/usr/bin/python3
"""How long `scaling_fractals` takes to make its six instances, and how many requests, next to the same made one after
the other with openstacksdk (deploy_bench_original.py), on an embedded cloud whose servers take a while to boot.

    deploy_bench.py --localcloud FILE --scaling-fractals FILE [--boot-delay 20] [--poll-interval 2] [--json FILE]

Both make the same servers, groups, rules and floating IPs; that is checked. Neither waits for the application, which
does not run on such a cloud. The cloud counts the requests.
"""
import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
# Debian's own Python: openstacksdk is a Debian package.
PYTHON = "/usr/bin/python3"
LONGEST = 900
RULES = {"api": 2, "worker": 1, "control": 3, "services": 4}
SERVERS = ["app-api-1", "app-api-2", "app-services", "app-worker-1", "app-worker-2", "app-worker-3"]


class Cloud:
    """An embedded cloud of this run's own, gone when the block ends."""

    def __init__(self, program, folder, boot_delay):
        self.program, self.folder, self.boot_delay = program, folder, boot_delay
        self.names = ["--name", "bench-%d" % os.getpid(), "--state", os.path.join(folder, "cloud")]

    def __enter__(self):
        self.call("up", "--driver", "fake", "--boot-delay", str(self.boot_delay))
        self.endpoint = json.loads(self.content("running.json"))["endpoint"]
        self.secret = self.content("control-secret").strip()
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8"}
        for line in self.call("env").splitlines():
            if line.startswith("export "):
                name, value = line[len("export "):].split("=", 1)
                self.environment[name] = value.strip("'\"")
        return self

    def __exit__(self, *_):
        self.call("reset", "--yes")

    def call(self, command, *arguments):
        return subprocess.run([self.program, command, *self.names, *arguments], check=True, timeout=LONGEST,
                              stdout=subprocess.PIPE, text=True).stdout

    def content(self, name):
        with open(os.path.join(self.folder, "cloud", name), encoding="utf-8") as file:
            return file.read()

    def control(self, method, path):
        request = urllib.request.Request(self.endpoint + "/localcloud" + path, method=method,
                                         headers={"X-Localcloud-Secret": self.secret})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


def measure(cloud, command):
    """Seconds and requests of a program."""
    cloud.control("DELETE", "/requests")
    begin = time.monotonic()
    done = subprocess.run(command, env=cloud.environment, cwd=cloud.folder, timeout=LONGEST, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit("%s failed:\n%s" % (command[0], done.stdout))
    counted = cloud.control("GET", "/requests?last=0")
    return {"seconds": round(seconds, 2), "requests": counted["total"],
            "by_service": {name: sum(methods.values()) for name, methods in counted["services"].items()}}


def original(what):
    """The other program; `what` is deploy, describe or remove."""
    return [PYTHON, os.path.join(HERE, "deploy_bench_original.py"), what]


def check(cloud, who):
    """Nobody is faster by making less."""
    made = json.loads(subprocess.run(original("describe"), env=cloud.environment, check=True, timeout=LONGEST,
                                     stdout=subprocess.PIPE, text=True).stdout)
    wanted = {"servers": SERVERS, "rules": RULES, "addresses": ["app-api-1", "app-api-2"]}
    if made != wanted:
        sys.exit("%s made\n  %s\ninstead of\n  %s" % (who, made, wanted))


def table(result):
    rows = [("", "seconds", "requests")]
    rows += [(name, "%.1f" % result[key]["seconds"], str(result[key]["requests"]))
             for key, name in (("original", "openstacksdk, one after the other"), ("ours", "scaling_fractals"))]
    rows.append(("ratio", "%.2f" % result["ratio"]["seconds"], "%.2f" % result["ratio"]["requests"]))
    width = max(len(row[0]) for row in rows)
    return "\n".join("%-*s  %8s  %8s" % (width, *row) for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--localcloud", required=True)
    parser.add_argument("--scaling-fractals", required=True)
    parser.add_argument("--boot-delay", type=int, default=20, help="seconds that each server is BUILD (20)")
    parser.add_argument("--poll-interval", type=float, default=2.0, help="seconds between questions (2)")
    parser.add_argument("--json", help="write the figures to this file, too")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="deploy-bench-") as folder:
        package = os.path.join(folder, "faafo-0-bench.tar.gz")
        with tarfile.open(package, "w:gz") as archive:  # no instance here will ever fetch it
            archive.addfile(tarfile.TarInfo("faafo/install.sh"))
        ours = [os.path.abspath(options.scaling_fractals), "--package", package, "--no-wait",
                "--poll-interval", str(options.poll_interval)]
        with Cloud(os.path.abspath(options.localcloud), folder, options.boot_delay) as cloud:
            result = {"boot_delay": options.boot_delay, "poll_interval": options.poll_interval}
            result["ours"] = measure(cloud, ours + ["deploy"])
            check(cloud, "scaling_fractals")
            measure(cloud, ours + ["destroy", "--yes"])
            result["original"] = measure(cloud, original("deploy") + [str(options.poll_interval)])
            check(cloud, "deploy_bench_original.py")
    result["ratio"] = {key: round(result["ours"][key] / result["original"][key], 3) for key in ("seconds", "requests")}
    print(json.dumps(result, indent=2))
    print(table(result), file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
