"""kill -9 of service and PostgreSQL under load: what was acknowledged is in the log exactly once."""

import os
import pathlib
import random
import signal
import threading
import time

import grpc

from windlass_service import (
    ALLOWED, CONFLICT, REFUSED, ROLLOUTS, SATISFIED, Agent, Service, all_events, apply,
    submit, view,
)

ROUNDS = 20 if not os.environ.get("WINDLASS_CAMPAIGN") else 100
WRITERS = 6


class Writer(threading.Thread):
    """Pauses and resumes its own rollout, keeping a ledger of what was acknowledged."""

    def __init__(self, service, number, stop):
        super().__init__(daemon=True)
        self.service = service
        self.number = number
        self.stop = stop
        self.cluster = f"c{number}"
        self.ledger = []  # (key, command, position, version)
        self.errors = []
        self.unknown = 0

    def run(self):
        client = None
        count = 0
        try:
            while not self.stop.is_set():
                count += 1
                command = "pause" if count % 2 else "resume"
                key = f"w{self.number}-{count}"
                # The same key until somebody answers: that is the whole contract.
                while not self.stop.is_set():
                    try:
                        client = client or self.service.client()
                        decision = submit(
                            client, key, cluster=self.cluster, timeout=3, **{command: {}})[0]
                    except (grpc.RpcError, KeyError, RuntimeError):
                        if client:
                            client.close()
                        client = None
                        self.unknown += 1
                        time.sleep(0.02)
                        continue
                    if decision.result in (ALLOWED,):
                        self.ledger.append((key, command, decision.position, decision.version))
                        break
                    if decision.result in (SATISFIED, REFUSED, CONFLICT):
                        self.errors.append((key, command, str(decision)))
                        break
                    self.unknown += 1
                    time.sleep(0.02)
        except Exception as error:  # The test reports it; a thread's own trace is lost.
            self.errors.append((count, repr(error)))


def prepared(service):
    client = service.client()
    apply(client, "v1")
    for number in range(WRITERS):
        Agent(client, f"c{number}")
        started = submit(client, f"start-{number}", cluster=f"c{number}", start={"revision": 1})
        assert started[0].result == ALLOWED
    client.close()


def check(service, writers):
    client = service.client()
    events = all_events(client)
    assert [event.position for event in events] == list(range(len(events)))
    versions = {}
    for event in events:
        assert event.version == versions.get(event.stream, 0) + 1, event
        versions[event.stream] = event.version
    by_position = {event.position: event for event in events}
    acknowledged = 0
    for writer in writers:
        assert not writer.errors, writer.errors[:3]
        stream = f"rollout-shop/checkout@{writer.cluster}"
        seen = set()
        for key, command, position, version in writer.ledger:
            event = by_position[position - 1]
            wanted = "paused.v1" if command == "pause" else "resumed.v1"
            assert (event.stream, event.type, event.version) == (stream, wanted, version), key
            assert position not in seen, key
            seen.add(position)
            acknowledged += 1
        # Nothing that nobody asked for, nothing twice: pauses and resumes alternate, and at most
        # the last command of a writer is unacknowledged.
        mine = [e.type for e in events if e.stream == stream and e.type != "attempt-classified.v1"]
        assert all(a != b for a, b in zip(mine, mine[1:])), mine[:5]
        assert len(mine) - len(writer.ledger) in (0, 1)
    states = [view(client, writer.cluster) for writer in writers]
    client.close()
    return acknowledged, states, len(events)


def fields(state):
    state = type(state).FromString(state.SerializeToString())
    state.now_microseconds = 0
    return state


def run_under_load(service, strike):
    prepared(service)
    stop = threading.Event()
    writers = [Writer(service, number, stop) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    chance = random.Random(7)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.05, 0.6))
        strike()
    time.sleep(0.5)
    stop.set()
    for writer in writers:
        writer.join(30)
    acknowledged, before, length = check(service, writers)
    assert acknowledged > ROUNDS
    # After a clean restart the state is the same as before, folded from the log alone.
    service.stop()
    service.start()
    _, after, again = check(service, writers)
    assert again == length
    for a, b in zip(after, before):
        assert str(fields(a)) == str(fields(b))
    print(f"acknowledged {acknowledged}, events {length}, "
          f"repeats {sum(w.unknown for w in writers)}")


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
