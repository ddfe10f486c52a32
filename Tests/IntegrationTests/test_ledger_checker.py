"""The checker that judges the logs of the kill and fail-over tests finds what they look for."""

import copy
import json
import pathlib
import subprocess
import sys

import pytest

CHECKER = pathlib.Path(__file__).with_name("ledger_checker.py")
TYPES = ("paused.v1", "resumed.v1")


def story():
    """Three writers, forty answered commands each, one more that was never answered."""
    events, ledgers, versions = [], {f"w{n}": [] for n in range(3)}, {}
    for turn in range(41):
        for number in range(3):
            stream = f"rollout-shop/checkout@c{number}"
            versions[stream] = versions.get(stream, 0) + 1
            event = {"position": len(events), "stream": stream, "version": versions[stream],
                     "type": TYPES[turn % 2]}
            events.append(event)
            if turn < 40:
                ledgers[f"w{number}"].append({"key": f"w{number}-{turn}", **event})
    return events, ledgers


def renumbered(events):
    """As a log would look that had never had anything else."""
    versions = {}
    for place, event in enumerate(events):
        versions[event["stream"]] = versions.get(event["stream"], 0) + 1
        event.update(position=place, version=versions[event["stream"]])
    return events


def lost(events, ledgers):
    del events[60]
    renumbered(events)


def doubled(events, ledgers):
    events.insert(61, dict(events[60]))
    renumbered(events)


def doubled_at_the_end(events, ledgers):
    events.append(dict(events[-1], type=TYPES[1]))
    events.append(dict(events[-1], type=TYPES[0]))
    renumbered(events)


def gap(events, ledgers):
    for event in events[50:]:
        event["position"] += 1
    for entries in ledgers.values():
        for entry in entries:
            if entry["position"] >= 50:
                entry["position"] += 1


def version_gap(events, ledgers):
    events[60]["version"] += 1


def reordered(events, ledgers):
    events[60], events[63] = events[63], events[60]
    renumbered(events)


def swapped_positions(events, ledgers):
    events[60], events[61] = events[61], events[60]


def other_content(events, ledgers):
    events[60]["type"] = "aborted.v1"


def other_stream(events, ledgers):
    ledgers["w0"][20]["position"], ledgers["w1"][20]["position"] = (
        ledgers["w1"][20]["position"], ledgers["w0"][20]["position"])


def two_answers(events, ledgers):
    ledgers["w1"].append(dict(ledgers["w1"][20], position=ledgers["w1"][23]["position"]))


def one_position_twice(events, ledgers):
    ledgers["w2"].append(dict(ledgers["w2"][39], key="w2-again"))


def truncated(events, ledgers):
    del events[100:]


def unanswered_in_the_middle(events, ledgers):
    del ledgers["w0"][20]


FAULTS = [
    lost, doubled, doubled_at_the_end, gap, version_gap, reordered, swapped_positions, other_content,
    other_stream, two_answers, one_position_twice, truncated, unanswered_in_the_middle,
]


def run(directory, events, ledgers):
    paths = [directory / "log.jsonl"]
    paths[0].write_text("".join(json.dumps(event) + "\n" for event in events))
    for name, entries in ledgers.items():
        paths.append(directory / f"{name}.jsonl")
        paths[-1].write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return subprocess.run(
        [sys.executable, CHECKER, *paths], capture_output=True, text=True, timeout=60)


def test_a_true_story_has_no_findings(tmp_path):
    result = run(tmp_path, *story())
    assert result.returncode == 0, result
    assert result.stdout == "120 answered commands, 123 events, 0 findings\n"


def test_a_repeated_answer_that_is_the_same_is_no_finding(tmp_path):
    events, ledgers = story()
    ledgers["w0"].insert(5, copy.deepcopy(ledgers["w0"][4]))
    assert run(tmp_path, events, ledgers).returncode == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found(tmp_path, fault):
    events, ledgers = story()
    fault(events, ledgers)
    result = run(tmp_path, events, ledgers)
    assert result.returncode == 1, result.stdout
    assert "Traceback" not in result.stderr, result.stderr
