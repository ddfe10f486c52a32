"""Writers that keep ledgers, and their comparison with the log by a program that knows nothing else."""

import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import grpc

from windlass_service import (
    ALLOWED, CONFLICT, REFUSED, SATISFIED, Agent, all_events, apply, submit, view,
)

CHECKER = pathlib.Path(__file__).with_name("ledger_checker.py")
EVENTS = {"pause": "paused.v1", "resume": "resumed.v1"}


def settle(client, key, cluster, seconds=120, application="shop/checkout", **command):
    """Repeats under one key until somebody answers; returns the answer and the tries."""
    end = time.monotonic() + seconds
    tries = 0
    while True:
        tries += 1
        try:
            decision = submit(
                client, key, application=application, cluster=cluster, timeout=4, **command)[0]
            # 5 is unknown, 6 unavailable: both say to repeat.
            if decision.result not in (5, 6):
                return decision, tries
        except grpc.RpcError as error:
            assert error.code() in (
                grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
        assert time.monotonic() < end, f"no answer to {key}"
        time.sleep(0.01)


class Writer(threading.Thread):
    """Pauses and resumes its own rollout, keeping a ledger of what was answered."""

    def __init__(self, connect, number, stop):
        super().__init__(daemon=True)
        self.connect = connect  # A client of whichever service should be asked next.
        self.number = number
        self.stop = stop
        self.cluster = f"c{number}"
        self.ledger = []
        self.errors = []
        self.unknown = 0

    def answered(self, client, decision):
        """Called with every answer, for those who look closer."""

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
                        client = client or self.connect()
                        decision = submit(
                            client, key, cluster=self.cluster, timeout=3, **{command: {}})[0]
                    except (grpc.RpcError, KeyError, RuntimeError):
                        if client:
                            client.close()
                        client = None
                        self.unknown += 1
                        time.sleep(0.02)
                        continue
                    if decision.result == ALLOWED:
                        self.ledger.append({
                            "key": key, "stream": f"rollout-shop/checkout@{self.cluster}",
                            "type": EVENTS[command], "position": decision.position - 1,
                            "version": decision.version})
                        self.answered(client, decision)
                        break
                    if decision.result in (SATISFIED, REFUSED, CONFLICT):
                        self.errors.append((key, command, str(decision)))
                        break
                    self.unknown += 1
                    time.sleep(0.02)
        except Exception as error:  # The test reports it; a thread's own trace is lost.
            self.errors.append((count, repr(error)))


def prepare(client, count):
    """An application with a running attempt on each writer's cluster."""
    apply(client, "v1")
    for number in range(count):
        Agent(client, f"c{number}")
        started = submit(client, f"start-{number}", cluster=f"c{number}", start={"revision": 1})
        assert started[0].result == ALLOWED


def begin(connect, count):
    """Starts writers; returns them and what stops them."""
    stop = threading.Event()
    writers = [Writer(connect, number, stop) for number in range(count)]
    for writer in writers:
        writer.start()
    return writers, stop


def finish(writers, stop):
    stop.set()
    for writer in writers:
        writer.join(30)
        assert not writer.is_alive(), writer.cluster
        assert not writer.errors, writer.errors[:3]


def judge(client, writers):
    """The checker's verdict on the log as a service tells it; returns answers and events."""
    events = all_events(client)
    with tempfile.TemporaryDirectory(prefix="windlass-ledgers-") as directory:
        log = pathlib.Path(directory) / "log.jsonl"
        log.write_text("".join(
            json.dumps({"position": event.position, "stream": event.stream,
                        "version": event.version, "type": event.type}) + "\n"
            for event in events))
        ledgers = []
        for writer in writers:
            path = pathlib.Path(directory) / f"{writer.cluster}.jsonl"
            path.write_text("".join(json.dumps(entry) + "\n" for entry in writer.ledger))
            ledgers.append(path)
        result = subprocess.run(
            [sys.executable, CHECKER, log, *ledgers], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return sum(len(writer.ledger) for writer in writers), len(events)


def states(client, writers):
    """What is shown of every writer's rollout, the moment of showing left out."""
    shown = []
    for writer in writers:
        state = view(client, writer.cluster)
        state = type(state).FromString(state.SerializeToString())
        state.now_microseconds = 0
        shown.append(str(state))
    return shown
