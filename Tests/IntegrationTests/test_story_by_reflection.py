"""The seed's story, driven by a stock grpcio client that has none of our files."""

import grpc
import pytest

from windlass_service import (
    ALLOWED, CLUSTERS, REFUSED, ROLLOUTS, Agent, all_events, apply, digest, submit, view,
)

INSIDE, OUTSIDE, NEVER_STABLE = 1, 2, 6
FULL, FAST = 1, 2
ROLLBACK, OBSERVED = 4, 2


def promote(client, agent, release, number):
    assert apply(client, release).revision == number
    decision = submit(
        client, f"start-{release}-{agent.cluster}", cluster=agent.cluster,
        start={"release": release})[0]
    assert decision.result == ALLOWED
    agent.follow()
    assert view(client, agent.cluster).stable == number


def types(client, cluster, attempt_from=0):
    return [e.type for e in all_events(client, f"rollout-shop/checkout@{cluster}")][attempt_from:]


def test_services_are_listed(client):
    assert {f"{ROLLOUTS}", f"{CLUSTERS}", "grpc.health.v1.Health"} <= set(client.services())


def test_health_answers(client):
    answer = client.call("grpc.health.v1.Health/Check")
    assert answer.status == 1


def test_rollback_inside_the_window_runs_nothing(client):
    agent = Agent(client, "eu-west")
    promote(client, agent, "v1", 1)
    promote(client, agent, "v2", 2)
    # Revision 3 is half-way, its background analysis running.
    apply(client, "v3")
    submit(client, "start-v3", cluster="eu-west", start={"release": "v3"})
    agent.follow(stop_at=lambda d: any(run.key.type == 2 for run in d.runs))
    assert [run.key.type for run in agent.directive().runs] == [1, 2]
    before = len(types(client, "eu-west"))

    decision = submit(
        client, "rollback", cluster="eu-west", reason="errors", rollback={"revision": 1})[0]

    assert decision.result == ALLOWED
    rollback = decision.classification.rollback
    assert decision.classification.kind == ROLLBACK
    assert decision.classification.track == FAST
    assert rollback.answer.verdict == INSIDE
    directive = agent.directive()
    assert not directive.runs and directive.forbidden.attempt == decision.attempt
    agent.follow()
    after = types(client, "eu-west")[before:]
    assert after.count("run-cancelled.v1") == 2
    assert "run-scheduled.v1" not in after
    assert after.count("contract-kept.v1") == 1
    assert view(client, "eu-west").stable == 1


def test_a_leaked_run_is_a_violation_that_names_it(client):
    agent = Agent(client, "us-east")
    promote(client, agent, "v1", 1)
    promote(client, agent, "v2", 2)
    submit(client, "rollback", cluster="us-east", rollback={"revision": 1})
    agent.follow(leak=True)
    shown = view(client, "us-east")
    assert shown.last_ended.contract == "violated"
    assert [run.name for run in shown.last_ended.violations] == ["checkout-hash1-3-leaked"]
    assert types(client, "us-east").count("contract-violated.v1") == 1


def test_outside_the_window_everything_is_analysed(client):
    agent = Agent(client, "eu-west")
    for number in (1, 2, 3):
        promote(client, agent, f"v{number}", number)
    decision = submit(client, "rollback", cluster="eu-west", rollback={"revision": 1})[0]
    assert decision.classification.track == FULL
    assert decision.classification.rollback.answer.verdict == OUTSIDE
    assert list(decision.classification.rollback.answer.between) == [2]
    agent.follow()
    assert view(client, "eu-west").stable == 1
    finished = types(client, "eu-west")
    assert finished.count("run-finished.v1") >= 3


def test_a_revision_that_was_never_stable_here_is_outside(client):
    agent = Agent(client, "eu-west")
    promote(client, agent, "v1", 1)
    apply(client, "v2")
    submit(client, "start-v2", cluster="eu-west", start={"release": "v2"})
    agent.follow(fail={2})
    assert view(client, "eu-west").last_ended.verdict.kind == 3
    promote(client, agent, "v3", 3)
    decision = submit(client, "rollback", cluster="eu-west", rollback={"revision": 2})[0]
    assert decision.classification.rollback.answer.verdict == NEVER_STABLE
    assert decision.classification.track == FULL


def test_a_change_outside_is_adopted_and_classified(client):
    agent = Agent(client, "eu-west")
    promote(client, agent, "v1", 1)
    result = agent.report(0, change_observed={
        "content": {"release": "hotfix", "digest": digest("hotfix"), "images": ["web:hotfix"]},
        "local": {"pod_hash": "hash2"}})
    assert result.kind == 1
    shown = view(client, "eu-west")
    assert shown.desired == 2
    assert shown.attempt.classification.origin == OBSERVED
    assert shown.attempt.by.principal == "unknown"
    agent.follow()
    assert view(client, "eu-west").stable == 2


def test_explanations_read_like_prose(client):
    agent = Agent(client, "eu-west")
    promote(client, agent, "v1", 1)
    promote(client, agent, "v2", 2)
    submit(client, "rollback", cluster="eu-west", reason="errors", rollback={"revision": 1})
    agent.follow()
    answer = client.call(
        f"{ROLLOUTS}/Explain", application="shop/checkout", cluster="eu-west", timeout=10)
    assert "inside" in answer.explanation.headline
    assert answer.explanation.paragraphs and answer.explanation.trace
    assert answer.explanation.counterfactual
    assert any("contract kept" in line for line in answer.story)


def test_await_ends_with_the_verdict_and_resumes(client):
    agent = Agent(client, "eu-west")
    apply(client, "v1")
    decision = submit(client, "start", cluster="eu-west", start={"revision": 1})[0]
    stream = client.stream(
        f"{ROLLOUTS}/Await", application="shop/checkout", cluster="eu-west",
        attempt=decision.attempt, timeout=20)
    first = next(stream)
    assert first.phase == "progressing" and not first.HasField("verdict")
    agent.follow()
    last = list(stream)[-1]
    assert last.verdict.kind == 1
    again = list(client.stream(
        f"{ROLLOUTS}/Await", application="shop/checkout", cluster="eu-west",
        attempt=decision.attempt, after_version=last.version, timeout=20))
    assert [update.verdict.kind for update in again] == [1]


def test_a_repeated_key_repeats_the_answer_byte_for_byte(client):
    Agent(client, "eu-west")
    apply(client, "v1")
    first = submit(client, "k", cluster="eu-west", start={"revision": 1})
    second = submit(client, "k", cluster="eu-west", start={"revision": 1})
    assert [d.SerializeToString() for d in first] == [d.SerializeToString() for d in second]
    other = submit(client, "k", cluster="eu-west", abort={})[0]
    assert other.result == 4


def test_a_live_lease_is_not_taken_unless_stolen(client):
    agent = Agent(client, "eu-west")
    with pytest.raises(grpc.RpcError) as refused:
        Agent(client, "eu-west", holder="agent-2")
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "agent-1" in refused.value.details()
    thief = client.call(
        f"{CLUSTERS}/ClaimLease", cluster="eu-west", holder="agent-2", steal=True,
        idempotency_key="steal", registration={"mode": 2})
    assert thief.epoch > agent.epoch
    apply(client, "v1")
    submit(client, "start", cluster="eu-west", start={"revision": 1})
    assert agent.report(1, available={"revision": 1}).kind == 4
    assert view(client, "eu-west").stable == 0


def test_hold_refuses_starts_until_released(client):
    Agent(client, "eu-west")
    apply(client, "v1")
    submit(client, "hold", reason="bad build", hold={"revision": 1})
    refused = submit(client, "start", cluster="eu-west", start={"revision": 1})[0]
    assert refused.result == REFUSED and refused.rule == "held-revision"
    submit(client, "release", release_hold={"revision": 1})
    assert submit(client, "again", cluster="eu-west", start={"revision": 1})[0].result == ALLOWED
