"""Undo, skip-step, restart, verify, waive-verification and what-if by the real command line."""

import json

import grpc
import pytest

from simulated_agent import SimulatedAgent, manifests, until
from windlass_service import CLUSTERS, ROLLOUTS, Service

APP = "shop/orders"
ONE, TWO = "one", "two"


@pytest.fixture(scope="module")
def service():
    service = Service().from_template().start()
    yield service
    service.close()


@pytest.fixture(scope="module")
def client(service):
    client = service.client()
    yield client
    client.close()


@pytest.fixture(scope="module", autouse=True)
def agents(service):
    # The second takes its time, so that what it owes is seen before it is paid.
    agents = [SimulatedAgent(service, ONE), SimulatedAgent(service, TWO, pace="2")]
    yield agents
    for agent in agents:
        agent.stop()


def policy(name="orders", **parts):
    return json.dumps({
        "apiVersion": "windlass/v1", "kind": "RolloutPolicy", "metadata": {"name": name},
        "spec": {"applications": [APP], **parts}})


def apply(service, release, *flags, steps=({"setWeight": 50},), **more):
    return service.cli(
        "apply", "-", *flags, stdin=manifests(APP, release, steps=steps, **more))


def view(service, cluster=ONE):
    return service.cli("get", APP, "--cluster", cluster)


def stable(service, number, cluster=ONE):
    def done():
        shown = view(service, cluster)
        return shown if shown["phase"] == "healthy" and shown["stable"] == number else None

    return until(done, lambda: view(service, cluster))


def types(service, cluster=ONE):
    page = service.cli(
        "events", "--stream", f"rollout-{APP}@{cluster}", "--limit", 1000)
    return [event["type"] for event in page["events"]]


def decision(answer):
    return answer["answers"][0]["decisions"][0]


def both(service, *command, expect=0, cluster=ONE):
    """The dry run, then the command: the same answer. A rollout that moves by itself meanwhile is
    no part of it, so it is called where nothing is under way."""
    place = ("--cluster", cluster)
    dry = decision(service.cli(*command, *place, "--dry-run", expect=expect))
    real = decision(service.cli(*command, *place, expect=expect))
    assert (dry["dryRun"], real["dryRun"]) == (True, False)
    same = ("result", "rule", "message", "classification", "events", "attempt", "revision",
            "version")
    assert {k: dry.get(k) for k in same} == {k: real.get(k) for k in same}
    return real


def test_three_revisions_become_stable(service):
    apply(service, "v1", "--start", "--all-clusters", "--wait")
    for release in ("v2", "v3"):
        apply(service, release, "--start", "--all-clusters", "--wait")
    assert stable(service, 3)["stable"] == 3
    assert stable(service, 3, TWO)["stable"] == 3


def test_argo_shows_a_healthy_rollout(service):
    argo = view(service)["argo"]
    assert argo["phase"] == "Healthy", argo
    conditions = {c["type"]: c["status"] for c in argo["conditions"]}
    assert conditions["Healthy"] == "True" and conditions["Completed"] == "True", argo
    text = service.cli("get", APP, "--cluster", ONE, text=True)
    assert "Argo shows:" in text and "Conditions:" in text


def test_commands_with_nothing_to_do_are_refused_alike_in_a_dry_run(service):
    rules = {}
    for command in ("skip-step", "run-verification", "waive-verification", "resume", "promote", "abort",
                    "retry", "require-analysis", "escalate"):
        refused = both(service, command, APP, "--reason", "try", expect=10)
        rules[command] = refused["rule"]
    assert rules["run-verification"] == rules["waive-verification"] == "nothing-owed", rules
    assert all(rules.values()), rules


def test_undo_goes_back_to_what_was_desired_before(service):
    undone = both(service, "undo", APP, "--reason", "wrong release")
    rollback = undone["classification"]["rollback"]
    assert undone["classification"]["kind"] == "ROLLBACK"
    assert (undone["revision"], rollback["answer"]["verdict"]) == (2, "INSIDE")
    stable(service, 2)
    # And forth again: undoing an undo is forward.
    again = decision(service.cli("undo", APP, "--cluster", ONE, "--wait"))
    assert (again["revision"], again["classification"]["kind"]) == (3, "FORWARD")
    stable(service, 3)


def test_skip_step_goes_past_an_analysis(service, agents):
    apply(service, "v4", steps=({"pause": {}}, {"setWeight": 50}, {"pause": {}}))
    service.cli("start", APP, "v4", "--cluster", ONE)
    until(lambda: view(service)["phase"] == "paused", lambda: view(service))
    skipped = both(service, "skip-step", APP, "--reason", "seen enough")
    assert "step-reached.v1" in skipped["events"]
    until(lambda: (view(service).get("attempt") or {}).get("stepIndex") == 2,
          lambda: view(service))
    service.cli("skip-step", APP, "--cluster", ONE)
    assert stable(service, 4)["stable"] == 4


def test_restart_replaces_pods_without_an_attempt(service):
    before = view(service)["lastEnded"]["number"]
    both(service, "restart", APP, "--reason", "rotate certificates")
    assert "restart-requested.v1" in types(service)
    until(lambda: "restarted.v1" in types(service), lambda: view(service))
    assert view(service)["lastEnded"]["number"] == before
    assert view(service)["restartMicroseconds"] == "0"


def test_what_if_lists_the_answers_that_flip(service, tmp_path):
    file = tmp_path / "policy.yaml"
    # Inside when nothing lies between: the undo is inside as it was.
    file.write_text(policy(rollbackWindow={"revisions": 1}))
    same = service.cli("what-if", "-f", file, APP, "--exit-code")
    assert (same["flips"], same["summary"]["flips"]) == ([], "0")
    assert int(same["summary"]["answers"]) >= 6
    # By time, one second at most: the undo came later or sooner, so ask for what it was.
    file.write_text(policy(rollbackWindow={"duration": "1ms"}))
    other = service.cli("what-if", "-f", file, APP, "--exit-code", expect=10)
    flip = other["flips"][0]
    assert (flip["cluster"], flip["before"]["track"]) == (ONE, "FAST")
    assert (flip["after"]["track"], flip["after"]["verdict"]) == ("FULL", "OUTSIDE_BY_DURATION")
    text = service.cli("what-if", "-f", file, APP, "--cluster", ONE, text=True)
    assert "would have been others" in text and "outside the window by duration" in text
    assert "Nothing was recorded" in text
    nowhere = service.cli("what-if", "-f", file, "shop/nothing", expect=20)
    assert nowhere["error"]["exit"] == "usage"


def owe(service, cluster):
    """An emergency outside the window, where the policy lets it."""
    service.cli("apply", "-", stdin="\n---\n".join([
        manifests(APP, "v5", steps=("check", {"setWeight": 50})),
        policy(rollbackWindow={"revisions": 1}, emergency={
            "outsideWindow": "allow", "verificationDeadline": "1h"})]))
    service.cli("start", APP, "v5", "--cluster", cluster, "--wait")
    back = decision(service.cli(
        "rollback", APP, "--to", "v1", "--emergency", "--reason", "INC-42", "--cluster", cluster,
        "--wait"))
    assert back["classification"]["track"] == "FAST"
    assert "emergency-owes-verification" in back["classification"]["rules"], back
    return until(lambda: view(service, cluster)["debts"], lambda: view(service, cluster))


def test_an_emergency_outside_the_window_owes_a_verification(service):
    debt = owe(service, TWO)[0]
    assert (debt["revision"], debt["overdue"]) == (1, False)
    text = service.cli("get", APP, "--cluster", TWO, text=True)
    assert "Owed:" in text and "verification of revision 1" in text


def test_a_verification_is_paid_or_waived_before_anything_newer_starts(service):
    if view(service, TWO)["debts"]:
        without = both(service, "waive-verification", APP, expect=10, cluster=TWO)
        assert without["rule"] == "waiver-needs-reason"
        refused = both(service, "start", APP, "v5", expect=10, cluster=TWO)
        assert refused["rule"] == "verification-owed"
        service.cli("run-verification", APP, "--cluster", TWO)
    until(lambda: not view(service, TWO)["debts"], lambda: view(service, TWO))
    assert "verification-paid.v1" in types(service, TWO)
    service.cli("start", APP, "v5", "--cluster", TWO, "--wait")


def test_what_is_not_legal_spoils_itself_only(service, client, agents):
    lease = next(entry for entry in service.cli("clusters")["clusters"] if entry["cluster"] == ONE)
    good = {"id": "poison-good", "application": APP, "attempt": 1,
            "revision_observed": {"revision": 1, "local": {"pod_hash": "abc"}}}
    poison = {"id": "poison-bad", "application": APP, "attempt": 1,
              "revision_observed": {"revision": 1, "local": {"pod_hash": "x" * 64}}}
    answer = client.call(
        f"{CLUSTERS}/ReportOutcomes", cluster=ONE, epoch=int(lease["epoch"]),
        reports=[poison, good, {**poison, "id": "poison-late"}])
    assert [result.id for result in answer.results] == [
        "poison-bad", "poison-good", "poison-late"]
    kinds = [result.kind for result in answer.results]
    assert kinds[0] == kinds[2] == 3 and kinds[1] in (1, 2), answer
    assert "reports[0].revision_observed.local.pod_hash" in answer.results[0].message


def test_nobody_may_call_a_rollback_automatic(service, client):
    with pytest.raises(grpc.RpcError) as refused:
        client.call(
            f"{ROLLOUTS}/Submit", envelope={"idempotency_key": "automatic"}, application=APP,
            clusters={"names": [ONE]}, rollback={"revision": 1, "rollback_class": 3})
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "rollback.rollback_class: must be REGULAR or EMERGENCY" in refused.value.details()
