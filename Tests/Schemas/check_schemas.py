#!/usr/bin/env python3
"""Checks schemas/ with a validator that is not our own.

  check_schemas.py [OUTCOMES.jsonl ...]

The schemas against their meta-schema, the examples against the schemas (the good ones pass, the bad ones do not), the
AsyncAPI document against AsyncAPI's own schema, the events against CloudEvents' schema, and each line of the files
that are named: outcomes that the program really emitted, of contacts or of purges. Others' schemas are looked for in the folder that
RELAY_SCHEMAS_OF_OTHERS names, else in ../shared/schemas-of-others beside the project; what needs them is skipped with a
word where they are absent. Exit code 1 when something fails.
"""

import json
import os
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import validator_for
from referencing import Registry, Resource

PROJECT = Path(__file__).resolve().parents[2]
SCHEMAS = PROJECT / "schemas"
# The topics of events, by what their types begin with; what else there is belongs to contact-changes.
TOPICS = {"purge": "purge-requests.json", "record": "record-states.json"}
# The same of the files of events that are rejected.
TOPICS_OF_REJECTED = {"purges.jsonl": "purge-requests.json", "record-states.jsonl": "record-states.json"}
# Folders of examples with a schema of their own.
VALUES = {
    "deletions": "contact-deletions.json",
    "purge-audit": "purge-audit.json",
    "purge-jobs": "purge-jobs.json",
    "purge-outcomes": "purge-outcomes.json",
}
OTHERS = Path(os.environ.get("RELAY_SCHEMAS_OF_OTHERS") or PROJECT.parent / "shared" / "schemas-of-others")


class Tally:
    """Counts checks and prints those that do not pass."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, problems):
        if problems:
            self.failed += 1
            print(f"FAILED  {name}")
            for problem in problems[:5]:
                print(f"        {problem}")
        else:
            self.passed += 1

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped {name}: {why}")


def not_json(word):
    raise ValueError(f"{word} is not JSON")


def parse(text):
    """JSON by RFC 8259: Python's own reader would take NaN and Infinity too."""
    return json.loads(text, parse_constant=not_json)


def load_schemas():
    files = sorted(path for path in SCHEMAS.rglob("*.json") if "examples" not in path.parts)
    return {path: parse(path.read_text("utf-8")) for path in files}


def lines_of(path):
    text = path.read_text("utf-8")
    return [(f"{path.name}:{number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def problems_of(validator, document):
    return [
        f"{'/'.join(map(str, error.absolute_path)) or 'document'}: {error.message[:200]}"
        for error in validator.iter_errors(document)
    ]


def problems_of_line(validator, line):
    try:
        return problems_of(validator, parse(line))
    except ValueError as error:
        return [f"not JSON: {error}"]


def check_schema_files(tally, schemas):
    for path, schema in schemas.items():
        name = path.relative_to(SCHEMAS).as_posix()
        meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
        problems = problems_of(meta, schema)
        if not schema.get("$id", "").endswith("/schemas/" + name):
            problems.append(f"$id does not end with /schemas/{name}")
        tally.check(f"schema {name}", problems)


def check_good_examples(tally, validator):
    for path in sorted((SCHEMAS / "examples").glob("*.jsonl")):
        own = validator(f"events/{path.stem}.json")
        topic = validator(TOPICS.get(path.stem.split(".")[0], "contact-changes.json"))
        for name, line in lines_of(path):
            tally.check(f"example {name}", problems_of_line(own, line) + problems_of_line(topic, line))


def check_bad_examples(tally, validator):
    folder = SCHEMAS / "examples" / "invalid"
    reasons = parse((folder / "reasons.json").read_text("utf-8"))
    files = {path.name: path for path in folder.glob("*.jsonl")}
    tally.check("invalid/reasons.json names the files that are there", sorted(set(files) ^ set(reasons)))
    for name in sorted(set(files) & set(reasons)):
        topic = validator(TOPICS_OF_REJECTED.get(name, "contact-changes.json"))
        lines = lines_of(files[name])
        counts = [] if len(lines) == len(reasons[name]) else [f"{len(lines)} lines, {len(reasons[name])} reasons"]
        tally.check(f"invalid/{name} has a reason for each line", counts)
        for (place, line), reason in zip(lines, reasons[name]):
            refused = bool(problems_of_line(topic, line))
            expected = reason["schema"] == "refuses"
            tally.check(
                f"invalid example {place} ({reason['code']})",
                [] if refused == expected else ["the schema takes it" if expected else "the schema refuses it"],
            )


def check_values(tally, validator):
    """Each folder's good values pass its schema, and each of the others is refused."""
    for folder, schema in VALUES.items():
        own = validator(schema)
        for name, line in lines_of(SCHEMAS / "examples" / folder / "valid.jsonl"):
            tally.check(f"{folder}/{name}", problems_of_line(own, line))
        for name, line in lines_of(SCHEMAS / "examples" / folder / "invalid.jsonl"):
            tally.check(f"{folder}/{name}", [] if problems_of_line(own, line) else ["the schema takes it"])


def check_codes(tally, schemas):
    """The list of codes in the schema and the one in the code are the same."""
    source = PROJECT / "Sources" / "Relay" / "Outcomes" / "ReasonCode.swift"
    if not source.exists():
        tally.skip("reason codes", "no Sources/Relay beside the schemas")
        return
    in_code = {line.split('"')[1] for line in source.read_text("utf-8").splitlines() if 'ReasonCode(rawValue: "' in line}
    common = schemas[SCHEMAS / "outcomes" / "common.json"]
    in_schema = set(common["$defs"]["reason"]["properties"]["code"]["anyOf"][0]["enum"])
    tally.check("reason codes of the code and of the schema", sorted(in_code ^ in_schema))


def check_asyncapi(tally, schemas):
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text("utf-8"))
    tally.check("asyncapi.yaml refers to what is there", broken_references(document, document))
    used = {reference for reference in references_in(document) if not reference.startswith("#")}
    wanted = {
        path.relative_to(SCHEMAS).as_posix()
        for path in schemas
        if path.parent.name in ("events", "outcomes") and path.name != "common.json"
    }
    tally.check("asyncapi.yaml has a message for every type", sorted(wanted - used))
    official = OTHERS / f"asyncapi-{document['asyncapi']}.json"
    if not official.exists():
        tally.skip("asyncapi.yaml against AsyncAPI's schema", f"{official.name} is not there")
        return
    schema = parse(official.read_text("utf-8"))
    tally.check("asyncapi.yaml against AsyncAPI's schema", problems_of(validator_for(schema)(schema), document))


def references_in(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value)


def broken_references(node, document):
    broken = []
    for reference in references_in(node):
        if reference.startswith("#/"):
            target = document
            for part in reference[2:].split("/"):
                target = target.get(part) if isinstance(target, dict) else None
            if target is None:
                broken.append(reference)
        elif not (SCHEMAS / reference).exists():
            broken.append(reference)
    return broken


def cloudevents_validator(tally):
    official = OTHERS / "cloudevents-1.0.json"
    if not official.exists():
        tally.skip("events against CloudEvents' schema", f"{official.name} is not there")
        return None
    schema = parse(official.read_text("utf-8"))
    return validator_for(schema)(schema, format_checker=FormatChecker())


def topic_of_outcome(line):
    """The id of a purge's outcome is more than the place of its record."""
    try:
        outcome = parse(line)
        record = outcome["data"]["record"]
        place = f"{record['topic']}/{record['partition']}/{record['offset']}"
        return "purge-outcomes.json" if outcome["id"].startswith(place + "/") else "contact-outcomes.json"
    except (ValueError, TypeError, LookupError, AttributeError):
        return "contact-outcomes.json"


def check_outcomes(tally, validator, cloudevents, paths):
    for path in paths:
        lines = lines_of(Path(path))
        tally.check(f"{path} has outcomes", [] if lines else ["it is empty"])
        for name, line in lines:
            problems = problems_of_line(validator(topic_of_outcome(line)), line)
            if cloudevents and not problems:
                problems = problems_of_line(cloudevents, line)
            tally.check(f"outcome {name}", problems)


def main(paths):
    tally = Tally()
    schemas = load_schemas()
    registry = Registry().with_resources(
        (schema.get("$id", path.as_uri()), Resource.from_contents(schema)) for path, schema in schemas.items()
    )

    def validator(name):
        return Draft202012Validator(schemas[SCHEMAS / name], registry=registry, format_checker=FormatChecker())

    check_schema_files(tally, schemas)
    check_good_examples(tally, validator)
    check_bad_examples(tally, validator)
    check_values(tally, validator)
    check_codes(tally, schemas)
    check_asyncapi(tally, schemas)
    cloudevents = cloudevents_validator(tally)
    if cloudevents:
        for path in sorted((SCHEMAS / "examples").glob("*.jsonl")):
            for name, line in lines_of(path):
                tally.check(f"example {name} as a CloudEvent", problems_of_line(cloudevents, line))
    check_outcomes(tally, validator, cloudevents, paths)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
