#!/usr/bin/python3
"""Holds profiles/config.schema.json and the loader together: the same keys, the same verdicts, and
the same definitions as profiles/schema.json where a mapping is that of a profile.

usage: check_config_schema.py CONFIG_VERDICT

The verdicts are those of the files in good/ and bad/. A bad file whose name ends in
.loader-only.yaml is bad for a reason that no JSON Schema can express: the schema must accept it.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "profiles"))
import check_schema as profile_check

PROFILE = profile_check.SCHEMA
SCHEMA = json.loads((profile_check.PROFILES / "config.schema.json").read_text())
SHARED = ("line", "duration", "positive_duration", "http", "goals")


def parts(schema):
    """For each mapping of the format its name and its schema, with what it requires."""
    definitions = schema["$defs"]
    yield "config", schema, schema["required"]
    yield "path", definitions["hop"], definitions["hop"]["required"]
    yield "http", definitions["http"], []
    yield "goals", definitions["goals"], []
    yield "waivers", definitions["waiver"], definitions["waiver"]["required"]


def check_shared():
    ours, theirs = SCHEMA["$defs"], PROFILE["$defs"]
    for name in SHARED:
        if ours[name] != theirs[name]:
            yield f"{name}: not as in profiles/schema.json"
    if ours["hop"]["properties"] != theirs["hop"]["properties"]:
        yield "hop: not as in profiles/schema.json"


def main():
    tables = subprocess.run([sys.argv[1], "--keys"], check=True, capture_output=True).stdout
    files = [path for part in ("good", "bad") for path in sorted((HERE / part).glob("*.yaml"))]
    failures = [*profile_check.check_keys(json.loads(tables), parts(SCHEMA)), *check_shared(),
                *profile_check.check_verdicts(files, profile_check.validator_of(SCHEMA))]
    print("\n".join(failures))
    print(f"{len(files)} configurations, {len(failures)} differences")
    return 1 if failures or len(files) < 30 else 0


sys.exit(main())
