#!/usr/bin/env python3
"""Compares what writers were told with what the log says. Knows nothing else of Windlass.

    ledger_checker.py LOG LEDGER...

LOG has a line of JSON for each event, in the log's order: position, stream, version, type.
A LEDGER has one for each answer that a writer got, in the order it got them: key, stream, type,
position (of the event), version. A writer sends one command at a time and repeats it under its key
until it is answered; no two commands of a writer have events of the same type one after the other,
and nobody else writes such events to its stream. What a writer never heard of may be in the log: the
command it was sending at the end.

Prints what is wrong, a line each, and ends with 1 if anything is.
"""

import collections
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def check_order(events):
    """One total order without gaps, and in it one for each stream."""
    versions = collections.Counter()
    for place, event in enumerate(events):
        if event["position"] != place:
            yield f"position {event['position']} stands where {place} should"
            return
        versions[event["stream"]] += 1
        if event["version"] != versions[event["stream"]]:
            yield (f"position {place}: version {event['version']} of {event['stream']}, "
                   f"expected {versions[event['stream']]}")
            return


def check_ledger(name, entries, by_position, log_end):
    """Every answer is true: the event is where it was said to be, once, and in order."""
    answers = {}
    last = -1
    for entry in entries:
        key = entry["key"]
        known = answers.setdefault(key, entry)
        if known is not entry:
            if known != entry:
                yield f"{name}: {key} was answered in two ways: {known} and {entry}"
            continue
        event = by_position.get(entry["position"])
        if event is None:
            yield f"{name}: {key} at position {entry['position']} is not in the log of {log_end}"
            continue
        for field in ("stream", "type", "version"):
            if event[field] != entry[field]:
                yield (f"{name}: {key} at position {entry['position']}: {field} is "
                       f"{event[field]!r}, was told {entry[field]!r}")
        if entry["position"] <= last:
            yield f"{name}: {key} at position {entry['position']} is not after {last}"
        last = entry["position"]


def check_effects(name, entries, events):
    """Nothing happened twice, and nothing that nobody asked for."""
    if not entries:
        return
    stream = entries[0]["stream"]
    types = {entry["type"] for entry in entries}
    told = {entry["position"] for entry in entries}
    mine = [event for event in events if event["stream"] == stream and event["type"] in types]
    for one, other in zip(mine, mine[1:]):
        if one["type"] == other["type"]:
            yield f"{name}: {one['type']} twice: positions {one['position']}, {other['position']}"
    untold = [event["position"] for event in mine if event["position"] not in told]
    last = max(told)
    for position in untold:
        if position < last:
            yield f"{name}: position {position} was never answered, and later ones were"
    if len(untold) > 1:
        yield f"{name}: positions {untold} are effects of no answered command"


def check(events, ledgers):
    """Everything that is wrong, as lines of text."""
    found = list(check_order(events))
    by_position = {event["position"]: event for event in events}
    claimed = {}
    for name, entries in ledgers.items():
        found += check_ledger(name, entries, by_position, len(events))
        found += check_effects(name, entries, events)
        for entry in entries:
            other = claimed.setdefault(entry["position"], (name, entry["key"]))
            if other != (name, entry["key"]):
                found.append(
                    f"position {entry['position']} is the answer to {other} and "
                    f"{(name, entry['key'])}")
    return found


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    events = read(arguments[0])
    ledgers = {path: read(path) for path in arguments[1:]}
    found = check(events, ledgers)
    for line in found:
        print(line)
    answers = sum(len({entry["key"] for entry in entries}) for entries in ledgers.values())
    print(f"{answers} answered commands, {len(events)} events, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
