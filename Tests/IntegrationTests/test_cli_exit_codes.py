"""Every exit code that docs/cli.md promises, reached by the real command line."""

import concurrent.futures
import json
import os
import re
import signal
import socket
import subprocess
import threading

import grpc
import pytest

from simulated_agent import SimulatedAgent, manifests, until
from windlass_service import BIN, ROOT, Service, free_port

ONE, TWO = "one", "two"
REACHED = set()
WORDS = {
    0: "done", 10: "refused", 11: "waiting-for-person", 12: "in-progress", 13: "superseded",
    14: "aborted", 20: "usage", 21: "unauthenticated", 22: "forbidden", 23: "unreachable",
    24: "conflict", 25: "stale", 26: "unknown", 130: "interrupted",
}


@pytest.fixture(scope="module")
def service():
    service = Service().from_template().start()
    yield service
    service.close()


@pytest.fixture(scope="module", autouse=True)
def agents(service):
    agents = [
        SimulatedAgent(service, ONE, "--label", "wave=1", "--fail-metric", "bad:step"),
        SimulatedAgent(service, TWO, "--label", "wave=1", "--label", "env=staging"),
    ]
    yield agents
    for agent in agents:
        agent.stop()


def windlass(service, code, *arguments, stdin=None, server=None, environment=None):
    """Runs it both ways that people do; the exit code and the JSON have to say the same."""
    command = [str(BIN / "windlass"), *map(str, arguments), "--server", server or service.url,
               "--output", "json"]
    result = subprocess.run(
        command, capture_output=True, text=True, input=stdin, timeout=60,
        env={**os.environ, **(environment or {})})
    said = f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
    assert result.returncode == code, said
    answer = json.loads(result.stdout)
    status = answer.get("error", answer)
    assert (status["exitCode"], status["exit"]) == (code, WORDS[code]), said
    REACHED.add(code)
    return answer


def apply(service, app, *releases, **options):
    for release in releases:
        windlass(service, 0, "apply", "-", stdin=manifests(app, release, **options))


def decision(answer, cluster=ONE):
    return next(d for part in answer["answers"] for d in part["decisions"]
                if d["cluster"] == cluster)


def test_done_refused_and_an_answer_for_each_cluster(service):
    app = "shop/answers"
    apply(service, app, "v1", "v2")
    windlass(service, 0, "start", app, "v1", "--selector", "wave=1", "--wait")
    windlass(service, 0, "start", app, "v2", "--cluster", ONE, "--wait")
    # To revision 1: a rollback on one, nothing to do on two; above stable it is none.
    answer = windlass(service, 0, "rollback", app, "--to", 1, "--all-clusters", "--dry-run")
    assert decision(answer)["classification"]["kind"] == "ROLLBACK"
    answer = windlass(service, 10, "rollback", app, "--to", 2, "--all-clusters")
    assert decision(answer, TWO)["rule"] == "rollback-above-stable"
    assert "windlass start" in decision(answer, TWO)["message"]
    assert decision(answer, ONE)["result"] != "REFUSED"
    assert windlass(service, 10, "abort", app, "--cluster", TWO)
    # Both narrow: of the named clusters those with the labels.
    both = service.cli("get", app, "--cluster", f"{ONE},{TWO}", "--selector", "env=staging")
    assert [r["cluster"] for r in both["rollouts"]] == [TWO]


def test_a_refused_evaluation_is_a_refusal(service):
    app = "shop/asked"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    answer = windlass(service, 10, "evaluate", app, "--cluster", ONE)
    assert answer["evaluations"][0]["cluster"] == ONE


def test_time_out_while_progressing_and_while_a_person_is_awaited(service):
    app = "shop/waits"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", steps=[{"pause": {"duration": "1h"}}])
    answer = windlass(service, 12, "start", app, "v2", "--cluster", ONE, "--wait",
                      "--timeout", "1s")
    assert decision(answer)["result"] == "ALLOWED"
    assert not answer["waits"][0]["update"]["waitsForPerson"]
    apply(service, app, "v3", steps=[{"setWeight": 20}, {"pause": {}}])
    answer = windlass(service, 11, "start", app, "v3", "--cluster", ONE, "--wait",
                      "--timeout", "2s")
    assert answer["waits"][0]["update"]["waitsForPerson"]
    assert "promote" in answer["waits"][0]["message"]
    text = service.cli("get", app, "--cluster", ONE, text=True)
    assert "person" in text or "promote" in text, text
    windlass(service, 0, "promote", app, "--cluster", ONE, "--wait")
    assert service.cli("get", app, "--cluster", ONE)["stable"] == 3


def test_paused_by_a_person_it_waits_for_one(service):
    app = "shop/halted"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", steps=[{"pause": {"duration": "3s"}}])
    windlass(service, 0, "start", app, "v2", "--cluster", ONE)
    windlass(service, 0, "pause", app, "--cluster", ONE, "--reason", "lunch")
    windlass(service, 0, "resume", app, "--cluster", ONE)
    windlass(service, 0, "promote", app, "--cluster", ONE, "--full", "--wait")


def test_a_higher_revision_supersedes(service):
    app = "shop/overtaken"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", "v3", steps=[{"pause": {"duration": "1h"}}])
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            windlass, service, 13, "start", app, "v2", "--cluster", ONE, "--wait")
        until(lambda: service.cli("get", app, "--cluster", ONE)["desired"] == 2, "the start of v2")
        windlass(service, 0, "start", app, "v3", "--cluster", ONE)
        answer = waiting.result(30)
    assert answer["waits"][0]["update"]["verdict"]["kind"] == "SUPERSEDED"
    windlass(service, 0, "abort", app, "--cluster", ONE)


def test_a_failed_analysis_or_a_person_aborts(service):
    app = "shop/fails"
    apply(service, app, "v1", "bad", steps=["check"])
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    answer = windlass(service, 14, "start", app, "bad", "--cluster", ONE, "--wait")
    assert answer["waits"][0]["update"]["verdict"]["kind"] == "ABORTED_BY_ANALYSIS"
    shown = service.cli("get", app, "--cluster", ONE)
    assert (shown["stable"], shown["desired"], shown["phase"]) == (1, 2, "degraded")
    # It failed once and would again: a retry is a new attempt of the same revision.
    answer = windlass(service, 14, "retry", app, "--cluster", ONE, "--wait")
    assert decision(answer)["attempt"] == 3

    apply(service, app, "v3", steps=[{"pause": {}}])
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            windlass, service, 14, "start", app, "v3", "--cluster", ONE, "--wait")
        until(lambda: service.cli("get", app, "--cluster", ONE)["desired"] == 3, "the start")
        windlass(service, 0, "abort", app, "--cluster", ONE, "--reason", "not today")
        assert waiting.result(30)["waits"][0]["update"]["verdict"]["kind"] == "ABORTED_BY_PERSON"


def test_a_rollback_withdraws_what_runs(service):
    app = "shop/withdrawn"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", steps=[{"pause": {}}])
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            windlass, service, 14, "start", app, "v2", "--cluster", ONE, "--wait")
        until(lambda: service.cli("get", app, "--cluster", ONE)["desired"] == 2, "the start")
        back = windlass(service, 0, "rollback", app, "--cluster", ONE, "--wait")
        assert decision(back)["classification"]["kind"] == "RETURN_TO_STABLE"
        assert waiting.result(30)["waits"][0]["update"]["verdict"]["kind"] == "WITHDRAWN"


@pytest.mark.parametrize("arguments, words", [
    (["start"], "app"),
    (["start", "shop/checkout", "v1"], "--cluster"),
    (["start", "checkout", "v1", "--cluster", ONE], "project/name"),
    (["start", "shop/checkout", "v1", "--cluster", "Not_a_name"], "--cluster"),
    (["rollback", "shop/checkout", "--cluster", f"{ONE},{TWO}", "--expected-version", "3"],
     "--expected-version"),
    (["rollback", "shop/checkout", "--cluster", ONE, "--wait", "--timeout", "soon"], "--timeout"),
    (["rollback", "shop/checkout", "--cluster", ONE, "--key", "two words"], "--key"),
    (["get", "shop/nobody-knows-it", "--cluster", ONE], "nobody-knows-it"),
    (["explain", "shop/nobody-knows-it", "--cluster", ONE], "nobody-knows-it"),
    (["apply", "/does/not/exist.yaml"], "/does/not/exist.yaml"),
])
def test_what_cannot_be_meant_is_usage_and_says_what(service, arguments, words):
    answer = windlass(service, 20, *arguments)
    assert words.lower() in answer["error"]["message"].lower(), answer


def test_a_server_that_cannot_be_one_is_usage(service):
    answer = windlass(service, 20, "get", server="ftp://example.org")
    assert "--server" in answer["error"]["message"]


def test_an_unknown_command_is_usage():
    result = subprocess.run([BIN / "windlass", "frobnicate"], capture_output=True, text=True)
    assert result.returncode == 20 and "frobnicate" in result.stderr, result.stderr


def test_manifests_are_refused_by_line_and_field_and_nothing_is_sent(service):
    app = "shop/misspelt"
    yaml = manifests(app, "v1").replace('"setWeight"', '"setWait"')
    policy = (
        "apiVersion: windlass/v1\nkind: RolloutPolicy\nmetadata:\n  name: p\n"
        "spec:\n  rolbackWindow: {}\n")
    before = service.cli("events", "--limit", 1000)["events"][-1]["position"]
    answer = windlass(service, 20, "apply", "-", stdin=yaml + "\n---\n" + policy)
    # All problems at once, each with its place.
    fields = [issue["field"] for issue in answer["error"]["issues"]]
    assert "spec.strategy.canary.steps[0].setWait" in fields and "spec.rolbackWindow" in fields
    assert all(issue["line"] > 0 and issue["reason"] for issue in answer["error"]["issues"])
    assert service.cli("events", "--limit", 1000)["events"][-1]["position"] == before


class Doorman(grpc.GenericRpcHandler):
    """Answers every call with one status."""

    def __init__(self, code):
        self.code = code

    def service(self, call):
        def answer(request, context):
            context.abort(self.code, "says the doorman")

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.mark.parametrize("status, code", [
    (grpc.StatusCode.UNAUTHENTICATED, 21), (grpc.StatusCode.PERMISSION_DENIED, 22),
])
def test_who_may_not_is_told_so(service, status, code):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=[Doorman(status)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        url = f"http://127.0.0.1:{port}"
        answer = windlass(service, code, "get", server=url)
        assert "says the doorman" in answer["error"]["message"]
        windlass(service, code, "abort", "shop/checkout", "--cluster", ONE, server=url)
    finally:
        server.stop(None).wait()


def test_without_a_service_nothing_was_recorded(service):
    url = f"http://127.0.0.1:{free_port()}"
    answer = windlass(service, 23, "get", server=url)
    assert url in answer["error"]["message"]
    answer = windlass(service, 23, "abort", "shop/checkout", "--cluster", ONE,
                      "--request-timeout", "500ms", server=url)
    assert url in answer["error"]["message"]


def test_one_key_is_one_command(service):
    app = "shop/keys"
    apply(service, app, "v1", "v2")
    first = windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--key", "k-1", "--wait")
    again = windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--key", "k-1")
    assert decision(again) == decision(first)
    answer = windlass(service, 24, "start", app, "v2", "--cluster", ONE, "--key", "k-1")
    assert decision(answer)["result"] == "CONFLICT"
    assert service.cli("get", app, "--cluster", ONE)["desired"] == 1


def test_a_pipeline_that_runs_again_attaches_to_what_it_began(service):
    app = "shop/pipeline"
    apply(service, app, "v1")
    job = {"GITHUB_RUN_ID": "4711", "GITHUB_JOB": "deploy", "GITHUB_RUN_ATTEMPT": "1"}
    command = ("start", app, "v1", "--cluster", ONE, "--wait")
    first = windlass(service, 0, *command, environment=job)
    again = windlass(service, 0, *command, environment={**job, "GITHUB_RUN_ATTEMPT": "2"})
    assert again["answers"] == first["answers"]
    assert decision(again)["attempt"] == 1


def test_a_moved_rollout_refuses_by_version(service):
    app = "shop/moved"
    apply(service, app, "v1", "v2")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    version = int(until(
        lambda: (lambda v: v["version"] if v["lastEnded"]["contract"] == "kept" else None)(
            service.cli("get", app, "--cluster", ONE)), "rest"))
    answer = windlass(service, 25, "start", app, "v2", "--cluster", ONE,
                      "--expected-version", version - 1)
    assert str(version) in decision(answer)["message"]
    windlass(service, 0, "start", app, "v2", "--cluster", ONE, "--expected-version", version,
             "--wait")


class Hole:
    """Forwards to the service until a request with `text` was sent on; then nothing comes back."""

    def __init__(self, port, text):
        self.text = text.encode()
        self.port = port
        self.swallowed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.port))
            self.sockets += [near, far]
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source, sink, is_request):
        try:
            while data := source.recv(65536):
                # Set before it is sent on: the answer cannot be quicker.
                if is_request and self.text in data:
                    self.swallowed.set()
                if is_request or not self.swallowed.is_set():
                    sink.sendall(data)
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for one in self.sockets:
            one.close()


def test_a_lost_answer_is_unknown_and_repeating_the_key_resolves_it(service):
    app = "shop/in-doubt"
    apply(service, app, "v1")
    hole = Hole(service.port, "key-in-doubt")
    command = ("start", app, "v1", "--cluster", ONE, "--key", "key-in-doubt")
    try:
        answer = windlass(service, 26, *command, "--request-timeout", "1s", server=hole.url)
    finally:
        hole.close()
    assert hole.swallowed.is_set()
    assert "--key key-in-doubt" in answer["error"]["message"]
    # The answer was lost, the command was not.
    until(lambda: service.cli("get", app, "--cluster", ONE)["stable"] == 1, "the start")
    again = windlass(service, 0, *command, "--wait")
    assert decision(again)["attempt"] == 1
    stream = service.cli("events", "--stream", f"rollout-{app}@{ONE}")["events"]
    assert [e["type"] for e in stream].count("attempt-classified.v1") == 1


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_wait_leaves_the_rollout_alone(service, number, code):
    app = f"shop/interrupted-{code}"
    apply(service, app, "v1")
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", steps=[{"pause": {}}])
    waiting = subprocess.Popen(
        [BIN / "windlass", "start", app, "v2", "--cluster", ONE, "--wait", "--output", "json",
         "--server", service.url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: service.cli("get", app, "--cluster", ONE)["phase"] == "paused", "the pause")
    waiting.send_signal(number)
    out, said = waiting.communicate(timeout=10)
    assert waiting.returncode == code, out + said
    assert "windlass get" in said, said
    assert service.cli("get", app, "--cluster", ONE)["phase"] == "paused"
    windlass(service, 0, "abort", app, "--cluster", ONE)
    REACHED.add(130)


def test_an_interrupted_wait_prints_its_object_too(service):
    app = "shop/interrupted-json"
    apply(service, app, "v1", steps=[])
    windlass(service, 0, "start", app, "v1", "--cluster", ONE, "--wait")
    apply(service, app, "v2", steps=[{"pause": {}}])
    waiting = subprocess.Popen(
        [BIN / "windlass", "start", app, "v2", "--cluster", ONE, "--wait", "--output", "json",
         "--server", service.url],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    until(lambda: service.cli("get", app, "--cluster", ONE)["phase"] == "paused", "the pause")
    waiting.send_signal(signal.SIGINT)
    error = json.loads(waiting.communicate(timeout=10)[0])["error"]
    assert (error["exitCode"], error["exit"]) == (130, "interrupted")


def test_positions_are_those_of_the_log(service):
    """The position that a refusal was told with is the one that explains it."""
    app = "shop/positions"
    apply(service, app, "v1")
    refused = subprocess.run(
        [BIN / "windlass", "abort", app, "--cluster", ONE, "--server", service.url],
        capture_output=True, text=True)
    assert refused.returncode == 10
    position = re.search(r"position (\d+)", refused.stdout).group(1)
    why = service.cli("explain", app, "--refusal", position)
    assert why["position"] == position


def test_every_code_of_the_manual_was_reached(service):
    table = (ROOT / "docs" / "cli.md").read_text().split("## Exit codes")[1].split("\n## ")[0]
    rows = {int(code): word for code, word in re.findall(
        r"^\| (\d+) \| `([a-z-]+)` \|", table, re.M)}
    assert rows == WORDS
    if len(REACHED) > 1:  # Not when this test is run alone.
        assert REACHED == set(WORDS)
