"""Simulated clusters whose reports, processes or service fail: the end is that of a clean run."""

import signal
import threading
import time

import grpc
import pytest

from simulated_agent import SimulatedAgent, manifests, until
from windlass_service import CLUSTERS, ROLLOUTS, Agent, Service, submit

APP = "shop/checkout"
DUPLICATE, LATE, REORDER = ("--duplicate-reports", "0.7"), ("--late-reports",), (
    "--reorder-reports",)
FAULTS = {
    "duplicate-1": (*DUPLICATE, "--seed", "1"),
    "duplicate-2": (*DUPLICATE, "--seed", "2"),
    "late-1": (*LATE, "--seed", "1"),
    "reorder-1": (*REORDER, "--seed", "1"),
    "reorder-2": (*REORDER, "--seed", "2"),
    "reorder-3": (*REORDER, "--seed", "3"),
    "all-1": (*DUPLICATE, *LATE, *REORDER, "--seed", "1"),
    "all-2": (*DUPLICATE, *LATE, *REORDER, "--seed", "2"),
}


@pytest.fixture(scope="module")
def service():
    service = Service(["--lease-seconds", "2"]).from_template().start()
    yield service
    service.close()


@pytest.fixture
def agents():
    """Starts agents that are ended with the test."""
    started = []

    def start(*arguments, **options):
        started.append(SimulatedAgent(*arguments, **options))
        return started[-1]

    yield start
    for agent in started:
        if agent.process.poll() is None:
            agent.stop()


def view(service, cluster, app=APP):
    return service.cli("get", app, "--cluster", cluster)


def events(service, cluster, app=APP):
    return service.cli(
        "events", "--stream", f"rollout-{app}@{cluster}", "--limit", 1000)["events"]


def apply(service, app, release, **options):
    service.cli("apply", "-", stdin=manifests(app, release, **options))


def final(service, cluster):
    """What a rollout came to, without what differs between clusters by nature."""
    shown = view(service, cluster)
    ended = shown["lastEnded"]
    own = events(service, cluster)
    attempts = [e["summary"] for e in own if e["type"] == "attempt-classified.v1"]
    kinds = [e["type"] for e in own]
    return {
        **{name: shown[name] for name in ("stable", "desired", "phase", "weight", "message")},
        "last": [ended["number"], ended["track"], ended["verdict"]["kind"], ended["contract"],
                 [run["name"] for run in ended["violations"]]],
        "attempts": attempts,
        "ends": [e["summary"] for e in own if e["type"] == "attempt-ended.v1"],
        # One that was called kept is violated as soon as late evidence says so.
        "violated": [e["summary"] for e in own if e["type"] == "contract-violated.v1"],
        "revisions": sorted(
            (r["revision"]["number"], r["stable"], r["onceStable"], r["local"]["podHash"])
            for r in shown["revisions"]),
        "scheduled": kinds.count("run-scheduled.v1"),
        "created": kinds.count("run-created.v1"),
        "verified": sum(
            e["type"] == "run-finished.v1" and "verified" in e["summary"] for e in own),
    }


def at_rest(service, cluster, app):
    """The version of a rollout about which its cluster has told everything: its last pods too."""
    versions = []

    def same():
        versions.append(view(service, cluster, app)["version"])
        return versions[-1] if len(versions) > 5 and len(set(versions[-5:])) == 1 else None

    return until(same, "a rollout at rest")


@pytest.mark.parametrize("leak", [False, True], ids=["kept", "leaked"])
def test_duplicate_late_and_reordered_reports_end_as_a_clean_run_does(service, agents, leak):
    app_label = "leaked" if leak else "kept"
    flags = ("--label", f"group={app_label}", *(("--leak-background",) if leak else ()))
    names = {"clean": (), **FAULTS}
    if leak:  # The same faults on the report that matters most; fewer, for time.
        names = {name: names[name] for name in ("clean", "late-1", "reorder-1", "all-1", "all-2")}
    clusters = {name: f"{app_label}-{name}" for name in names}
    for name, faults in names.items():
        agents(service, clusters[name], *flags, *faults, wait=False)
    until(lambda: len([c for c in service.cli("clusters")["clusters"]
                       if c["cluster"] in clusters.values()]) == len(clusters), "all clusters")

    where = ("--selector", f"group={app_label}")
    apply(service, APP, "v1")
    service.cli("start", APP, "v1", *where, "--wait")
    options = dict(steps=[{"setWeight": 20}, {"pause": {"duration": "300ms"}}, "check"],
                   background=True)
    apply(service, APP, "v2", **options)
    service.cli("start", APP, "v2", *where, "--wait")
    apply(service, APP, "v3", **options)
    # v3 is under way in every cluster, reports of it in flight, when all go back.
    service.cli("start", APP, "v3", *where)
    service.cli("rollback", APP, "--to", "v1", *where, "--wait", "--reason", "errors")

    wanted = "violated" if leak else "kept"

    def settled(cluster):
        return until(
            lambda: next((v for v in [view(service, cluster)]
                          if v["lastEnded"]["contract"] == wanted and v["phase"] == "healthy"),
                         None),
            lambda: view(service, cluster))

    for cluster in clusters.values():
        settled(cluster)
    time.sleep(1.2)  # The last reports may still be a second late; they change nothing.
    results = {name: final(service, cluster) for name, cluster in clusters.items()}
    clean = results["clean"]
    assert (clean["stable"], clean["desired"], clean["phase"]) == (1, 1, "healthy")
    assert len(clean["attempts"]) == 4 and len(clean["violated"]) == int(leak)
    for name, result in results.items():
        # How far v3 came before the rollback is a race, in a clean cluster too.
        for raced in ("scheduled", "created"):
            assert 2 <= result[raced] <= 4, (name, result)
        assert {k: v for k, v in result.items() if k not in ("scheduled", "created")} == {
            k: v for k, v in clean.items() if k not in ("scheduled", "created")}, name


def test_an_agent_that_another_replaces_stops(service, agents):
    app = "shop/fenced"
    old = agents(service, "fenced", "--holder", "old")
    apply(service, app, "v1")
    service.cli("start", app, "v1", "--cluster", "fenced", "--wait")
    apply(service, app, "v2", steps=[{"setWeight": 20}, {"pause": {"duration": "1s"}}])
    service.cli("start", app, "v2", "--cluster", "fenced")
    agents(service, "fenced", "--holder", "new", "--steal")
    assert old.ended() == 1
    assert any("another agent speaks for this cluster" in line for line in old.lines), old.lines
    until(lambda: view(service, "fenced", app)["stable"] == 2, lambda: view(service, "fenced", app))
    lease = service.cli("events", "--stream", "lease-fenced")["events"]
    assert [e["type"] for e in lease] == ["lease-claimed.v1"] * 2
    holder = next(c for c in service.cli("clusters")["clusters"] if c["cluster"] == "fenced")
    assert (holder["holder"], holder["epoch"]) == ("new", "2")


def test_a_polite_agent_waits_until_the_lease_is_given_back(service, agents):
    first = agents(service, "polite", "--holder", "first")
    second = agents(service, "polite", "--holder", "second", wait=False)
    assert "first" in second.heard("waiting for the lease")
    assert not any("claimed" in line for line in second.lines)
    assert first.stop() == 0
    first.heard("released the lease")
    second.heard("claimed the lease: epoch")


def test_an_agent_killed_and_started_again_goes_on(service, agents):
    app = "shop/killed"
    agent = agents(service, "killed")
    apply(service, app, "v1")
    service.cli("start", app, "v1", "--cluster", "killed", "--wait")
    apply(service, app, "v2", background=True,
          steps=[{"setWeight": 20}, {"pause": {"duration": "1s"}}, "check"])
    service.cli("start", app, "v2", "--cluster", "killed")
    until(lambda: view(service, "killed", app)["phase"] == "paused", "the pause")
    agent.kill()
    # Under its own name it need not wait for the lease to run out.
    again = agents(service, "killed")
    assert "epoch 2" in again.heard("claimed the lease")
    until(lambda: view(service, "killed", app)["stable"] == 2, lambda: view(service, "killed", app))
    kinds = [e["type"] for e in events(service, "killed", app)]
    assert kinds.count("run-scheduled.v1") == 2 and kinds.count("run-finished.v1") == 1


def test_another_agent_takes_over_when_the_lease_runs_out(service, agents):
    app = "shop/expired"
    agent = agents(service, "expired", "--holder", "a")
    apply(service, app, "v1")
    service.cli("start", app, "v1", "--cluster", "expired", "--wait")
    # Frozen, not dead: it wakes up believing that the lease is its own.
    agent.signal(signal.SIGSTOP)
    other = agents(service, "expired", "--holder", "b", wait=False)
    other.heard("waiting for the lease")
    other.heard("claimed the lease: epoch 2")
    apply(service, app, "v2")
    service.cli("start", app, "v2", "--cluster", "expired", "--wait")
    before = at_rest(service, "expired", app)
    agent.signal(signal.SIGCONT)
    assert agent.ended() == 1
    assert any("another agent speaks" in line for line in agent.lines), agent.lines[-3:]
    assert view(service, "expired", app)["version"] == before


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_running_agent_outlives_a_restart_of_the_service(service, agents, how):
    app, cluster = f"shop/restart-{how}", f"restart-{how}"
    agent = agents(service, cluster)
    apply(service, app, "v1")
    service.cli("start", app, "v1", "--cluster", cluster, "--wait")
    apply(service, app, "v2", background=True,
          steps=[{"setWeight": 20}, {"pause": {"duration": "1s"}}, "check"])
    service.cli("start", app, "v2", "--cluster", cluster)
    until(lambda: view(service, cluster, app)["phase"] == "paused", "the pause")
    if how == "killed":
        service.kill()
    else:
        service.stop()
    service.start()
    until(lambda: view(service, cluster, app)["stable"] == 2, lambda: view(service, cluster, app))
    assert agent.process.poll() is None
    own = events(service, cluster, app)
    kinds = [e["type"] for e in own]
    assert kinds.count("run-scheduled.v1") == 2 and kinds.count("run-finished.v1") == 1
    assert [int(e["version"]) for e in own] == list(range(1, len(own) + 1))
    assert agent.stop() == 0


def test_a_service_that_still_reads_its_log_denies_nothing(service):
    """Before it is caught up it knows of no lease and no rollout: not yet, never a no."""
    client = service.client()
    agent = Agent(client, "reading", application="shop/reading")
    apply(service, "shop/reading", "v1")
    service.cli("start", "shop/reading", "v1", "--cluster", "reading")
    agent.follow()
    for number in range(60):
        submit(client, f"r{number}", application="shop/reading", cluster="reading",
               rollback={"revision": 9})
    answers = set()
    stop = threading.Event()
    # Back as soon as the port is open: that is the moment.
    channel = grpc.insecure_channel(f"127.0.0.1:{service.port}", options=[
        (f"grpc.{name}_reconnect_backoff_ms", 10) for name in ("initial", "min", "max")])

    def ask(method, **fields):
        request, _ = client._method(method)
        call, payload = channel.unary_unary(f"/{method}"), request(**fields).SerializeToString()
        while not stop.is_set():
            try:
                call(payload, timeout=5)
            except grpc.RpcError as error:
                answers.add((method, error.code().name, error.details()[:60]))
                time.sleep(0.001)

    asking = [
        threading.Thread(target=ask, args=(f"{CLUSTERS}/RenewLease",), kwargs=dict(
            cluster="reading", holder="agent-1", epoch=agent.epoch)),
        threading.Thread(target=ask, args=(f"{ROLLOUTS}/GetRollout",), kwargs=dict(
            application="shop/reading", cluster="reading")),
        threading.Thread(target=ask, args=(f"{ROLLOUTS}/EvaluateRollback",), kwargs=dict(
            application="shop/reading", cluster="reading")),
    ]
    for thread in asking:
        thread.start()
    try:
        for _ in range(3):
            service.kill()
            service.start()
    finally:
        stop.set()
        for thread in asking:
            thread.join()
        channel.close()
        client.close()
    wrong = {a for a in answers if a[1] not in ("UNAVAILABLE", "DEADLINE_EXCEEDED")}
    assert not wrong, wrong


def test_steering_answers_each_line(service, agents):
    agent = agents(service, "steered")
    assert " ok leak on" in agent.say("leak on")
    for line in ("leak perhaps", "change", "change nothing v1", "frobnicate", "x" * 3000):
        assert " error " in agent.say(line), line
    agent.process.stdin.write("quit\n")
    agent.process.stdin.flush()
    assert agent.ended() == 0


def test_an_inconclusive_analysis_waits_for_a_person(service, agents):
    app = "shop/inconclusive"
    agents(service, "unsure", "--inconclusive", "v2:step")
    apply(service, app, "v1")
    service.cli("start", app, "v1", "--cluster", "unsure", "--wait")
    apply(service, app, "v2", steps=["check"])
    service.cli("start", app, "v2", "--cluster", "unsure", "--wait", "--timeout", "2s", expect=11)
    shown = view(service, "unsure", app)
    assert (shown["stable"], shown["phase"]) == (1, "paused")


def test_an_observed_cluster_is_asked_for_nothing_and_still_told_of(service, agents):
    app = "shop/observed"
    agent = agents(service, "observed", "--mode", "observe")
    apply(service, app, "v1")
    service.cli("adopt", app, "--stable", 1, "--cluster", "observed")
    agent.say(f"change {app} v2 sha256:{'ab' * 32}")
    shown = until(
        lambda: next((v for v in [view(service, "observed", app)] if v["desired"] == 2), None),
        lambda: view(service, "observed", app))
    attempt = shown.get("attempt") or shown["lastEnded"]
    assert attempt["classification"]["origin"] == "OBSERVED"
