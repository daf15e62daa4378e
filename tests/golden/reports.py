"""What the tests ask of every JSON report: the published schema, and the arithmetic that a schema
cannot state."""
import json
import os

import jsonschema

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def _load(name):
    with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


REPORT = _load("report.schema.json")
LISTING = _load("listing.schema.json")
LINES = {"kaadvise.socket/1": _load("socket.schema.json"),
         "kaadvise.mending/1": _load("mending.schema.json"),
         "kaadvise.measurement/1": _load("measurement.schema.json")}


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key is given twice: {keys}")
    return dict(pairs)


def _no_float(text):
    raise ValueError(f"{text} is not an integer")


def parse(text):
    """The documents of JSON Lines: each on a line of its own, which ends with a newline."""
    if not text.endswith("\n") and text:
        raise ValueError("the last line has no newline")
    return [json.loads(line, object_pairs_hook=_no_duplicates, parse_float=_no_float,
                       parse_constant=_no_float) for line in text.splitlines()]


def _nominal(values):
    return values["time_s"] + values["intvl_s"] * values["probes"]


def _is_sane(values):
    return values["time_s"] > 0 and values["intvl_s"] > 0 and 0 < values["probes"] <= 127


def _detection_problems(where, values, detection):
    if detection["nominal_s"] != _nominal(values):
        yield f"{where}: nominal_s is not time + intvl*probes"
    if _is_sane(values) and detection["bound_ms"] < detection["nominal_s"] * 1000:
        yield f"{where}: bound_ms is below nominal_s"


def _hop_problems(hop):
    # Not the other way round: a hop that breaks nothing is always ok.
    if hop["ok"] is False and \
            hop["silence_ms"] + hop["margin_ms"] <= hop["idle_timeout_s"] * 1000:
        yield f"hop {hop['name']}: ok is false though the silence leaves the margin"


def _recommendation_problems(report):
    recommendation = report["recommendation"]
    hops = len(report["path"]["hops"])
    yield from _detection_problems("recommendation", recommendation, recommendation)
    for step in recommendation["proof"]:
        if step["slack_ms"] != step["right_ms"] - step["left_ms"]:
            yield f"proof of {step['constraint']}: slack_ms is not right_ms - left_ms"
        kind, _, number = step["constraint"].partition(":")
        if kind == "hop" and int(number) > hops:
            yield f"proof of {step['constraint']}: the path has {hops} hops"
    same = all(report["settings"][key] == recommendation[key]
               for key in ("time_s", "intvl_s", "probes"))
    if same == recommendation["change"]:
        yield "recommendation: change does not say whether the values change"
    if recommendation["yielded"] and not recommendation["change"] and not same:
        yield "recommendation: a default yielded to values that are kept"


KEYS = {"net.ipv4.tcp_keepalive_time": "time_s", "net.ipv4.tcp_keepalive_intvl": "intvl_s",
        "net.ipv4.tcp_keepalive_probes": "probes"}


def _boot_problems(report):
    boot = report["boot"]
    if report["subject"]["kind"] == "root" and report["settings"] != boot["values"]:
        yield "boot: an image is not judged by its values"
    for key, name in KEYS.items():
        winners = [line for line in boot["lines"] if line["key"] == key and
                   line["effect"] == "wins"]
        source, value = boot["sources"][key], boot["base"][name]
        if len(winners) > 1:
            yield f"boot: {key} is won by {len(winners)} lines"
        elif winners:
            value = winners[0]["number"]
            if source != {"file": winners[0]["file"], "line": winners[0]["line"]}:
                yield f"boot: the source of {key} is not the line that wins"
        elif source != boot["base_sources"][key] and source is not None:
            yield f"boot: {key} has a source and no line that wins"
        if boot["values"][name] != value:
            yield f"boot: {key} has not the value of its source"


def problems(document):
    """Everything that is wrong with a document, as sentences."""
    schema = document.get("schema") if isinstance(document, dict) else None
    is_report = schema is not None and schema not in LINES
    validator = LINES.get(schema, REPORT if is_report else LISTING)
    found = [f"{'/'.join(map(str, error.absolute_path)) or 'document'}: {error.message}"
             for error in validator.iter_errors(document)]
    if found or not is_report:
        return found
    found += _detection_problems("detection", document["settings"], document["detection"])
    if document["path"] and _is_sane(document["settings"]):
        for hop in document["path"]["hops"]:
            found += _hop_problems(hop)
    if document["boot"]:
        found += _boot_problems(document)
    if document["recommendation"]:
        found += _recommendation_problems(document)
    return found
