"""The demo's story by the real command line and real simulated clusters, on docs/examples."""

import json
import os
import signal
import subprocess

import pytest

from simulated_agent import SimulatedAgent, until
from windlass_service import BIN, EXAMPLES, Service

APP = "shop/checkout"
EU, US, AP = "eu-west", "us-east", "ap-south"
COMPANIONS = ("analysis-templates.yaml", "cluster-analysis-template.yaml", "policy.yaml",
              "services.yaml")


@pytest.fixture(scope="module")
def service():
    service = Service().from_template().start()
    yield service
    service.close()


@pytest.fixture(scope="module")
def agents(service):
    common = ("--label", "environment=production")
    agents = {
        EU: SimulatedAgent(service, EU, *common, "--label", "region=eu"),
        US: SimulatedAgent(
            service, US, *common, "--label", "region=us", "--controller-version", "1.7.1",
            "--leak-background"),
        AP: SimulatedAgent(service, AP, *common, "--label", "region=ap"),
    }
    yield agents
    for agent in agents.values():
        agent.stop()


def files(release):
    return [EXAMPLES / "checkout" / name for name in (f"{release}.yaml", *COMPANIONS)]


def view(service, cluster):
    return service.cli("get", APP, "--cluster", cluster)


def events(service, cluster, after=0):
    page = service.cli(
        "events", "--stream", f"rollout-{APP}@{cluster}", "--from", after + 1, "--limit", 1000)
    return page["events"]


def types(events):
    return [event["type"] for event in events]


def settled(service, cluster, stable):
    def done():
        shown = view(service, cluster)
        return shown if shown["phase"] == "healthy" and shown["stable"] == stable else None

    return until(done, lambda: view(service, cluster))


def decisions(answer):
    return {decision["cluster"]: decision
            for part in answer["answers"] for decision in part["decisions"] if decision["cluster"]}


def classified(classification):
    answer = classification.get("rollback", {}).get("answer", {})
    return " ".join(filter(None, [
        classification["kind"], answer.get("verdict"), classification["track"]]))


def fully_analysed(service, cluster, shown):
    """The last attempt took five steps, its smoke test verified it, its error rate was watched."""
    attempt = shown["lastEnded"]
    assert (attempt["track"], attempt["verdict"]["kind"]) == ("FULL", "PROMOTED"), attempt
    own = events(service, cluster)
    start = max(i for i, e in enumerate(own) if e["type"] == "attempt-classified.v1")
    assert own[start]["summary"].startswith(f"attempt {attempt['number']}:")
    own = own[start:]
    assert types(own).count("step-reached.v1") == 5
    assert types(own).count("run-created.v1") == 2
    finished = [e["summary"] for e in own if e["type"] == "run-finished.v1"]
    assert len(finished) == 1 and "verified" in finished[0], finished
    # What was stopped with the attempt never counts as verified.
    runs = {run["key"]["type"]: (run["state"], run["reading"]) for run in attempt["runs"]}
    assert runs["STEP"] == ("finished", "READING_VERIFIED"), runs
    assert runs["BACKGROUND"][0] == "cancelled", runs
    assert runs["BACKGROUND"][1] != "READING_VERIFIED", runs


def test_the_story(service, agents):
    # Nothing is stable yet: no steps, no analysis.
    first = service.cli("apply", *files("v1"), "--start", "--all-clusters", "--wait")
    assert [skipped["kind"] for skipped in first["skipped"]] == ["Service", "Service"]
    assert {name: classified(d["classification"]) for name, d in decisions(first).items()} == {
        EU: "INITIAL FAST", US: "INITIAL FAST", AP: "INITIAL FAST"}
    assert {wait["cluster"]: wait["exit"] for wait in first["waits"]} == {
        EU: "done", US: "done", AP: "done"}

    # The second revision fails its smoke test in one cluster: an answer each, the worst counts.
    assert "ok" in agents[AP].say("fail-next step")
    second = service.cli(
        "apply", *files("v2"), "--start", "--all-clusters", "--wait", expect=14)
    assert {wait["cluster"]: wait["exitCode"] for wait in second["waits"]} == {
        EU: 0, US: 0, AP: 14}
    assert second["exitCode"] == 14
    for cluster in (EU, US):
        fully_analysed(service, cluster, view(service, cluster))
    shown = view(service, AP)
    assert (shown["stable"], shown["phase"]) == (1, "degraded")
    assert shown["lastEnded"]["verdict"]["kind"] == "ABORTED_BY_ANALYSIS"

    third = service.cli("apply", *files("v3"), "--start", "--selector",
                        "environment=production", "--wait")
    assert {wait["exitCode"] for wait in third["waits"]} == {0}
    assert set(decisions(third)) == {EU, US, AP}

    # Inside the window, while the background analysis of revision 4 runs.
    service.cli("apply", *files("v4"))
    service.cli("start", APP, "v4", "--cluster", f"{EU},{US}")
    before = {}
    for cluster in (EU, US):
        shown = until(
            lambda: next((v for v in [view(service, cluster)] if any(
                run["key"]["type"] == "BACKGROUND" and run["state"] == "created"
                for run in v["attempt"]["runs"])), None),
            lambda: view(service, cluster))
        before[cluster] = int(shown["version"])
    asked = service.cli("evaluate", APP, "--to", 2, "--cluster", EU)
    assert asked["exitCode"] == 0
    assert classified(asked["evaluations"][0]["answer"]["classification"]) == (
        "ROLLBACK INSIDE FAST")
    inside = service.cli("rollback", APP, "--to", 2, "--cluster", EU, "--cluster", US,
                         "--reason", "checkout fails", "--wait")
    for cluster in (EU, US):
        decision = decisions(inside)[cluster]
        assert classified(decision["classification"]) == "ROLLBACK INSIDE FAST"
        seen = types(events(service, cluster, before[cluster]))
        assert seen.count("run-cancelled.v1") == 1
        assert "run-scheduled.v1" not in seen
        ended = view(service, cluster)["lastEnded"]
        assert (ended["number"], ended["runs"]) == (decision["attempt"], [])
    assert view(service, EU)["stable"] == view(service, US)["stable"] == 2

    # Kept where nothing ran; where something did, the violation names it.
    until(lambda: view(service, EU)["lastEnded"]["contract"] == "kept", "the contract kept")
    until(lambda: view(service, US)["lastEnded"]["contract"] == "violated", "the violation")
    assert view(service, EU)["lastEnded"]["violations"] == []
    shown = view(service, US)
    local = next(r for r in shown["revisions"] if r["revision"]["number"] == 2)["local"]
    leaked = f"checkout-{local['podHash']}-{local['argoRevision']}"
    assert [run["name"] for run in shown["lastEnded"]["violations"]] == [leaked]
    violated = [e for e in events(service, US) if e["type"] == "contract-violated.v1"]
    assert len(violated) == 1 and leaked in violated[0]["summary"]
    assert any(leaked in line for line in agents[US].lines)

    # Never stable here (revision 2 failed in ap-south) and outside by revisions: in full.
    near = service.cli("rollback", APP, "--to", 2, "--cluster", AP)
    service.cli("start", APP, 4, "--cluster", EU)
    assert classified(decisions(near)[AP]["classification"]) == (
        "ROLLBACK NEVER_STABLE_HERE FULL")
    fully_analysed(service, AP, settled(service, AP, 2))
    settled(service, EU, 4)
    far = service.cli("rollback", APP, "--to", 1, "--cluster", EU)
    classification = decisions(far)[EU]["classification"]
    assert classified(classification) == "ROLLBACK OUTSIDE_BY_REVISIONS FULL"
    assert classification["rollback"]["answer"]["between"] == [2, 3]

    # Somebody with kubectl: adopted, classified by the same rules, not fought.
    version = int(view(service, AP)["version"])
    digest = "sha256:" + "5eed" * 16
    agents[AP].say(f"change {APP} hotfix-1 {digest} registry.example.org/shop/checkout:hotfix-1")
    shown = until(
        lambda: next((v for v in [view(service, AP)] if v.get("attempt", {}).get(
            "classification", {}).get("origin") == "OBSERVED"), None),
        lambda: view(service, AP))
    assert (shown["desired"], shown["attempt"]["revision"]) == (5, 5)
    assert shown["attempt"]["by"]["principal"] == "unknown"
    assert classified(shown["attempt"]["classification"]) == "FORWARD FULL"
    fully_analysed(service, EU, settled(service, EU, 1))
    shown = settled(service, AP, 5)
    fully_analysed(service, AP, shown)
    observed = shown["lastEnded"]
    assert types(events(service, AP, version)).count("attempt-classified.v1") == 1

    # Why, of each.
    for cluster, attempt, rule, words in (
        (EU, decisions(inside)[EU]["attempt"], "inside-means-fast", "contract kept"),
        (US, decisions(inside)[US]["attempt"], "inside-means-fast", leaked),
        (AP, decisions(near)[AP]["attempt"], "never-stable-here", "verified"),
        (EU, decisions(far)[EU]["attempt"], "window-revisions-exceeded", "verified"),
        (AP, observed["number"], "observed-adopted", "verified"),
    ):
        why = service.cli("explain", APP, "--cluster", cluster, "--attempt", attempt)
        assert why["attempt"] == attempt
        assert rule in [step["rule"] for step in why["explanation"]["trace"]], why
        assert any(words in line for line in why["story"]), why["story"]
        assert why["explanation"]["headline"] and why["explanation"]["paragraphs"]
        # It is the prose that a person gets.
        text = service.cli(
            "explain", APP, "--cluster", cluster, "--attempt", attempt, text=True)
        assert why["explanation"]["headline"] in " ".join(text.split()), text
    assert leaked in service.cli("explain", APP, "--cluster", US, text=True)


def test_an_explanation_says_what_would_have_changed_it(service, agents):
    far = until(
        lambda: [e for e in events(service, EU) if "rollback to revision 1" in e["summary"]],
        "the story's rollback")[0]
    attempt = int(far["summary"].split()[1].rstrip(":"))
    why = service.cli("explain", APP, "--cluster", EU, "--attempt", attempt)
    assert "3 revisions" in why["explanation"]["counterfactual"], why["explanation"]
    facts = [int(p) for step in why["explanation"]["trace"] for p in step["factPositions"]]
    known = {int(e["position"]) for e in service.cli("events", "--limit", 1000)["events"]}
    assert facts and set(facts) <= known


def test_a_question_records_nothing(service, agents):
    def count():
        return [int(e["position"]) for e in service.cli("events", "--limit", 1000)["events"]][-1]

    before = count()
    answers = service.cli("evaluate", APP, "--to", 1, "--all-clusters", expect=0)
    assert {e["cluster"] for e in answers["evaluations"]} == {EU, US, AP}
    dry = service.cli("rollback", APP, "--to", 1, "--cluster", AP, "--dry-run")
    assert decisions(dry)[AP]["dryRun"] is True
    assert count() == before


def test_the_tree_looks_as_people_know_it(service, agents):
    lines = service.cli("get", APP, "--cluster", US, text=True).splitlines()
    fields = dict(line.split(":", 1) for line in lines[:12] if ":" in line)
    assert fields["Name"].strip() == APP
    assert "Argo Rollouts 1.7.1" in fields["Cluster"]
    assert fields["Stable"].strip() == "revision 2 (v2)"
    header = next(line for line in lines if line.startswith("NAME"))
    assert header.split() == ["NAME", "KIND", "STATUS", "AGE", "INFO"]
    tree = lines[lines.index(header) + 1:]
    kinds = [kind for line in tree for kind in line.split()
             if kind in ("Rollout", "Revision", "Attempt", "AnalysisRun")]
    assert kinds[0] == "Rollout" and {"Revision", "Attempt", "AnalysisRun"} <= set(kinds), tree
    assert any("violat" in line.lower() for line in tree), "\n".join(tree)
    assert not any(line != line.rstrip() for line in lines)


def test_the_tables_name_every_rollout_and_cluster(service, agents):
    rollouts = service.cli("get")["rollouts"]
    assert {(r["application"], r["cluster"]) for r in rollouts} >= {
        (APP, EU), (APP, US), (APP, AP)}
    table = service.cli("get", text=True).splitlines()
    assert table[0].split()[:3] == ["APPLICATION", "CLUSTER", "STATUS"]
    clusters = service.cli("clusters")["clusters"]
    assert {c["cluster"] for c in clusters} >= {EU, US, AP}
    labels = {c["cluster"]: {label["key"]: label["value"]
                             for label in c["registration"]["labels"]} for c in clusters}
    assert labels[US] == {"environment": "production", "region": "us"}
    log = service.cli("events", "--limit", 5, text=True).splitlines()
    assert log[0].split() == ["POSITION", "DECIDED", "STREAM", "VERSION", "TYPE", "SUMMARY"]


def test_watch_shows_each_change_until_ctrl_c(service, agents):
    environment = {**os.environ, "WINDLASS_SERVER": service.url}
    command = [BIN / "windlass", "get", APP, "--cluster", AP, "--watch"]
    watching = subprocess.Popen(
        [*command, "--output", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment)
    reading = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        first = json.loads(watching.stdout.readline())
        assert (first["cluster"], first["stable"]) == (AP, 5)
        assert reading.stdout.readline().startswith("Name:")
        # Below the stable revision by number, and never tried here: in full.
        service.cli("start", APP, "v4", "--cluster", AP)
        phases = [first["phase"]]
        while True:
            shown = json.loads(watching.stdout.readline())
            phases.append(shown["phase"])
            if shown["phase"] == "healthy":
                break
        assert {"progressing", "paused"} <= set(phases), phases
        assert shown["stable"] == 4
    finally:
        watching.send_signal(signal.SIGINT)
        reading.send_signal(signal.SIGINT)
        out = reading.communicate(timeout=10)
        watching.communicate(timeout=10)
    assert (watching.returncode, reading.returncode) == (130, 130)
    assert "revision:4 (v4)" in out[0]


def test_a_hold_refuses_starts_everywhere_until_released(service, agents):
    service.cli("hold", APP, "v1", "--reason", "leaks file handles", "--actor", "ada")
    refused = service.cli("rollback", APP, "--to", "v1", "--all-clusters", expect=10)
    by_cluster = decisions(refused)
    assert {by_cluster[name]["rule"] for name in (US, AP)} == {"held-revision"}
    assert "windlass release" in by_cluster[US]["message"]
    # A refusal is recorded where it moves no rollout, and can be explained by its position.
    refusals = service.cli("events", "--stream", f"refusals-{APP}")["events"]
    why = service.cli("explain", APP, "--refusal", refusals[-1]["position"])
    assert "held" in json.dumps(why["explanation"]), why
    service.cli("release", APP, "v1")
    again = service.cli("rollback", APP, "--to", "v1", "--cluster", US, "--dry-run")
    assert decisions(again)[US]["result"] == "ALLOWED"
