"""kill -9 of service and PostgreSQL under load: what was acknowledged is in the log exactly once."""

import os
import pathlib
import random
import signal
import time

import grpc

from windlass_service import ALLOWED, ROLLOUTS, Service, all_events, submit, view
from writers import begin, finish, judge, prepare, states

ROUNDS = 20 if not os.environ.get("WINDLASS_CAMPAIGN") else 100
WRITERS = 8


def prepared(service):
    client = service.client()
    prepare(client, WRITERS)
    client.close()


def run_under_load(service, strike):
    prepared(service)
    writers, stop = begin(service.client, WRITERS)
    chance = random.Random(7)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.05, 0.6))
        strike()
    time.sleep(0.5)
    finish(writers, stop)
    client = service.client()
    answered, length = judge(client, writers)
    before = states(client, writers)
    client.close()
    assert answered > ROUNDS
    # After a clean restart the state is the same as before, folded from the log alone.
    service.stop()
    service.start()
    client = service.client()
    assert judge(client, writers) == (answered, length)
    assert states(client, writers) == before
    client.close()
    print(f"answered {answered}, events {length}, repeats {sum(w.unknown for w in writers)}")


def test_service_killed_under_load():
    service = Service().from_template().start()
    try:
        def strike():
            service.kill()
            service.start()

        run_under_load(service, strike)
    finally:
        service.close()


def test_postgres_killed_under_load():
    service = Service().from_template().start()
    try:
        def strike():
            pid = service.postmaster()
            if pid:
                os.kill(pid, signal.SIGKILL)
            end = time.monotonic() + 30
            while time.monotonic() < end:
                time.sleep(0.05)
                if service.postmaster() not in (None, pid) and \
                        service.console_get("/readyz")[0] == 200:
                    return
            raise AssertionError(f"no recovery in 30 s:\n{service.log()}")

        run_under_load(service, strike)
        assert service.process.poll() is None
    finally:
        service.close()


def test_reads_go_on_while_postgres_is_frozen():
    service = Service().from_template().start()
    client = service.client()
    try:
        prepared(service)
        pid = service.postmaster()
        children = [
            int(path.name) for path in pathlib.Path("/proc").iterdir()
            if path.name.isdigit() and parent(int(path.name)) == pid]
        for process in [pid, *children]:
            os.kill(process, signal.SIGSTOP)
        try:
            began = time.monotonic()
            shown = view(client, "c0")
            assert shown.phase == "progressing" and shown.position > 0
            evaluated = client.call(
                f"{ROLLOUTS}/EvaluateRollback", application="shop/checkout", cluster="c0")
            assert evaluated.position == shown.position
            try:
                decision = submit(client, "frozen", cluster="c0", timeout=15, pause={})[0]
                assert decision.result in (5, 6), decision
            except grpc.RpcError as error:
                assert error.code() in (
                    grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE), error
            assert time.monotonic() - began < 20
        finally:
            for process in [pid, *children]:
                os.kill(process, signal.SIGCONT)
        end = time.monotonic() + 30
        while True:
            decision = submit(client, "frozen", cluster="c0", timeout=15, pause={})[0]
            if decision.result == ALLOWED:
                break
            assert time.monotonic() < end, decision
            time.sleep(0.2)
        paused = [e for e in all_events(client) if e.type == "paused.v1"]
        assert len(paused) == 1
    finally:
        client.close()
        service.close()


def parent(process):
    try:
        with open(f"/proc/{process}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return None
