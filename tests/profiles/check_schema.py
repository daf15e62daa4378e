#!/usr/bin/python3
"""Holds profiles/schema.json and the loader together: the same keys, the same verdicts.

usage: check_schema.py PROFILE_VERDICT

The verdicts are those of the files in good/ and bad/. A bad file whose name ends in
.loader-only.yaml is bad for a reason that no JSON Schema can express: the schema must accept it.
"""
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
PROFILES = HERE.parent.parent / "profiles"
SCHEMA = json.loads((PROFILES / "schema.json").read_text())


class Core(yaml.SafeLoader):
    """YAML 1.2 core schema, as editors read it: a date is text, yes is text, << is a key."""

    yaml_implicit_resolvers = {}


def resolve(tag, pattern, first):
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(f"^(?:{pattern})$"), first)


resolve("null", "~|null|Null|NULL|", ["~", "n", "N", ""])
resolve("bool", "true|True|TRUE|false|False|FALSE", list("tTfF"))
resolve("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"))
resolve("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("-+0123456789."))


def construct_int(loader, node):
    text = node.value
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def construct_float(loader, node):
    return float(re.sub(r"\.(inf|nan)", r"\1", node.value.lower()))


Core.add_constructor("tag:yaml.org,2002:int", construct_int)
Core.add_constructor("tag:yaml.org,2002:float", construct_float)


def validator_of(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


VALIDATOR = validator_of(SCHEMA)


def schema_complaint(path, validator=VALIDATOR):
    """Why the schema, or YAML itself, refuses the file; None when it does not."""
    try:
        document = yaml.load(path.read_bytes().decode(), Loader=Core)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        return str(error)
    errors = [error.message for error in validator.iter_errors(document)]
    return errors[0] if errors else None


def check_verdicts(files, validator=VALIDATOR):
    for path in files:
        complaint = schema_complaint(path, validator)
        should_pass = path.parent.name != "bad" or path.name.endswith(".loader-only.yaml")
        if should_pass and complaint:
            yield f"{path}: the schema refuses it: {complaint}"
        if not should_pass and not complaint:
            yield f"{path}: the schema accepts it"


def parts(schema):
    """For each mapping of the format its name and its schema, with what it requires."""
    definitions = schema["$defs"]
    in_hop = schema["else"]["properties"]["hops"]["items"]["required"]
    yield "profile", schema, schema["required"]
    yield "hops", definitions["hop"], definitions["hop"]["required"] + in_hop
    yield "http", definitions["http"], []
    yield "goals", definitions["goals"], []
    yield "sources", definitions["source"], definitions["source"]["required"]


def limits(row):
    """The keywords of JSON Schema that say what the row of the loader's table says."""
    kind, least, most = row["type"], row["min"], row["max"]
    if kind in ("text", "notes", "url"):
        return {"minLength": least, "maxLength": most}
    if kind == "list":
        return {"minItems": least, "maxItems": most}
    if kind == "number":
        return {"type": "integer", "minimum": least, "maximum": most}
    if kind == "choice":
        return {"type": "integer", "enum": [int(word) for word in row["words"]]}
    if kind == "word":
        return {"type": "string", "enum": row["words"]}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "id":
        return {"$ref": "#/$defs/id"}
    if kind == "duration":
        return {"$ref": "#/$defs/positive_duration" if least else "#/$defs/duration"}
    return {}


def check_keys(tables, schemas):
    """Compares the tables with (name, schema, what it requires), and uses each of them once."""
    for name, schema, required in schemas:
        table = tables.pop(name)
        if schema["additionalProperties"] is not False:
            yield f"{name}: the schema allows unknown keys"
        if list(table) != list(schema["properties"]):
            yield f"{name}: keys {list(table)} and {list(schema['properties'])}"
            continue
        if sorted(required) != sorted(key for key, row in table.items() if row["required"]):
            yield f"{name}: the schema requires {required}"
        for key, row in table.items():
            property_ = schema["properties"][key]
            for word, value in limits(row).items():
                if property_.get(word) != value:
                    yield f"{name}.{key}: {word} is {property_.get(word)}, in the loader {value}"
    yield from (f"{name}: not in the schema" for name in tables)


def main():
    tables = subprocess.run([sys.argv[1], "--keys"], check=True, capture_output=True).stdout
    files = [path for directory in (PROFILES, HERE / "good", HERE / "bad", HERE / "parents")
             for path in sorted(directory.glob("*.yaml"))]
    failures = [*check_keys(json.loads(tables), parts(SCHEMA)), *check_verdicts(files)]
    print("\n".join(failures))
    print(f"{len(files)} profiles, {len(failures)} differences")
    return 1 if failures or len(files) < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
