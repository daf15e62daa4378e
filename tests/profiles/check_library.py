#!/usr/bin/python3
"""Reads every built-in profile as a user would, and checks that the library can be trusted.

usage: check_library.py KAADVISE

Each profile is valid for the program and for the schema, named after its file, and says where its
values come from and when that was read. The hops of a composed path are those of the products that
it is composed of. What Linux's defaults meet is what profiles/linux-defaults.txt says.
"""
import concurrent.futures
import datetime
import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

import yaml

from check_schema import Core, PROFILES, schema_complaint

# The days between which somebody read the sources: nobody has read one tomorrow.
OLDEST, NEWEST = "2026-01-01", datetime.date.today().isoformat()
STRONG = {"vendor", "parameter-reference", "source-code", "experiment"}
WEAK = {"second-hand", "inferred"}
# Sites that answer such questions with made-up numbers.
FORBIDDEN = ("bqtyf.cn", "explaintopic.com", "agentbeck.bot", "unanswered.io", "everlive.net")
JUDGED = ("KA201", "KA202", "KA203", "KA210", "KA204", "KA205", "KA301", "KA302", "KA303")
DEFAULTS = "7200,75,9"
LEAST_PRODUCTS = 50
# What is in front, the server behind it, and whether their HTTP keepalive races (KA301).
RACES = [
    ("aws-alb", "node-http", True), ("aws-alb", "tomcat", True), ("aws-alb", "gunicorn", True),
    ("aws-alb", "uvicorn", True), ("aws-alb", "jetty", True), ("aws-alb", "httpd", True),
    ("aws-alb", "tomcat-embedded", True), ("aws-alb", "spring-boot", True),
    ("aws-alb", "nginx", False), ("aws-alb", "caddy", False), ("aws-alb", "iis", False),
    ("aws-alb", "traefik", False), ("gcp-alb", "nginx", True), ("gcp-alb", "caddy", True),
    ("nginx-proxy", "node-http", True), ("nginx-proxy", "kestrel", False),
]
# The same for a client and what it talks to (KA302).
POOLS = [("go-http-client", "aws-alb", True), ("jdk-http-client", "aws-alb", False),
         ("curl", "nginx", True), ("undici-client", "node-http", False)]


def load():
    profiles = {path.stem: yaml.load(path.read_text(), Loader=Core)
                for path in sorted(PROFILES.glob("*.yaml"))}
    assert profiles, "no profiles"
    return profiles


def check_valid(kaadvise, profiles):
    files = [str(PROFILES / f"{stem}.yaml") for stem in profiles]
    for first in range(0, len(files), 32):
        run = subprocess.run([kaadvise, "profiles", "validate", *files[first:first + 32]],
                             check=False, text=True, capture_output=True)
        if run.returncode != 0:
            yield f"the program refuses a profile: {run.stdout}{run.stderr}"
    for stem, profile in profiles.items():
        complaint = schema_complaint(PROFILES / f"{stem}.yaml")
        if complaint:
            yield f"{stem}: the schema refuses it: {complaint}"
        if profile["id"] != stem:
            yield f"{stem}: its id is {profile['id']}"


def check_source(source):
    host = urlsplit(source["url"]).hostname or ""
    if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", host):
        yield f"{source['url']} is no public address"
    if any(host == bad or host.endswith("." + bad) for bad in FORBIDDEN):
        yield f"{host} is not to be cited"
    if not OLDEST <= source["checked"] <= NEWEST:
        yield f"{source['url']} was read on {source['checked']}, not from {OLDEST} to {NEWEST}"
    if not source.get("says"):
        yield f"{source['url']} says nothing"
    if re.search(r"\bids?\b\W*[0-9]{4,}", source.get("says", "")):
        yield f"cites an index: {source['says']}"


def check_sources(profiles):
    for stem, profile in profiles.items():
        sources = profile.get("sources", [])
        if not any(source["url"].startswith("https://") for source in sources):
            yield f"{stem}: no source with an https address"
        confirmed = {source["confirmed"] for source in sources}
        if not confirmed & (STRONG | WEAK):
            yield f"{stem}: nothing says how its values are known"
        for source in sources:
            yield from (f"{stem}: {complaint}" for complaint in check_source(source))


def is_composed(profile):
    return "extends" not in profile and len(profile.get("hops", [])) > 1


def products(profiles):
    return {stem: profile for stem, profile in profiles.items()
            if "extends" not in profile and not is_composed(profile)}


def check_products(profiles):
    found = products(profiles)
    strong = [stem for stem, profile in found.items()
              if STRONG & {source["confirmed"] for source in profile.get("sources", [])}]
    if len(strong) < LEAST_PRODUCTS:
        yield f"only {len(strong)} products with a source better than second-hand"
    for stem in sorted(set(found) - set(strong)):
        if not profiles[stem].get("notes"):
            yield f"{stem}: second-hand, and no notes tell the reader to look for themselves"


def check_composed(profiles):
    """Each hop of a path equals that of a product with this hop name, in every key."""
    hops = {}
    for stem, profile in products(profiles).items():
        for hop in profile.get("hops", []):
            hops.setdefault(hop["name"], []).append((stem, hop))
    for stem, profile in profiles.items():
        for hop in profile.get("hops", []) if is_composed(profile) else []:
            same = [product for product, its in hops.get(hop["name"], []) if its == hop]
            if not same:
                others = [product for product, _ in hops.get(hop["name"], [])]
                yield f"{stem}: hop {hop['name']} differs from {others or 'every product'}"
            elif not any(re.search(rf"(?<![\w-]){product}(?![\w-])", profile.get("notes", ""))
                         for product in same):
                yield f"{stem}: its notes do not name {' or '.join(same)}"


def findings(kaadvise, *path):
    """The exit code and the judged rules that `check` reports behind the profiles of a path."""
    words = [word for id_ in path for word in ("-p", id_)]
    run = subprocess.run([kaadvise, "check", "--no-config", "--settings", DEFAULTS, *words,
                          "-f", "json"], check=False, text=True, capture_output=True)
    assert run.returncode in (0, 1), (path, run)
    found = {finding["rule"] for finding in json.loads(run.stdout)["findings"]}
    return run.returncode, [rule for rule in JUDGED if rule in found]


def recorded():
    """The table: for each line an id and what was recorded for it."""
    for line in (PROFILES / "linux-defaults.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            id_, *verdict = line.split()
            yield id_, verdict


def check_verdicts(kaadvise, profiles):
    table = list(recorded())
    ids = [id_ for id_, _ in table]
    yield from (f"{id_}: twice in the table" for id_ in sorted(set(ids)) if ids.count(id_) > 1)
    yield from (f"{id_}: not in the table" for id_ in profiles if id_ not in ids)
    yield from (f"{id_}: in the table, but no profile" for id_ in ids if id_ not in profiles)
    known = [(id_, verdict) for id_, verdict in table if id_ in profiles]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        judged = pool.map(lambda row: findings(kaadvise, row[0])[1], known)
    for (id_, verdict), found in zip(known, judged):
        has_hops = profiles[id_].get("hops") or "extends" in profiles[id_]
        expected = sorted(found) or (["survives"] if has_hops else ["-"])
        if sorted(verdict) != expected:
            yield f"{id_}: recorded {' '.join(verdict)}, reported {' '.join(expected)}"


def check_races(kaadvise):
    for rule, rows in (("KA301", RACES), ("KA302", POOLS)):
        for first, second, expected in rows:
            code, found = findings(kaadvise, first, second)
            if (rule in found) != expected:
                yield f"{first}, {second}: {rule} {'missing' if expected else 'reported'}"
            if expected and code != 1:
                yield f"{first}, {second}: {rule} without exit code 1"


def main():
    kaadvise, profiles = sys.argv[1], load()
    failures = [*check_valid(kaadvise, profiles), *check_sources(profiles),
                *check_products(profiles), *check_composed(profiles),
                *check_verdicts(kaadvise, profiles), *check_races(kaadvise)]
    print("\n".join(failures))
    print(f"{len(profiles)} profiles, {len(products(profiles))} products, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
