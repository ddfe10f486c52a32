"""The log as others read it: filters against a recount, exports, subscriptions, state of the past."""

import base64
import csv
import io
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import threading
import time

import grpc
import pytest

from windlass_service import (
    ALLOWED, BIN, LOG, REFUSED, ROLLOUTS, ROOT, Agent, Service, all_events, apply,
    submit, view,
)
from own_postgres import OwnPostgres
from writers import begin, finish, judge, prepare

APPS = ("shop/checkout", "shop/cart")
PLACES = ("eu", "us", "ap")
HOSTILE = '=HYPERLINK("http://x","y")\n"quoted", \t\u202e end'


def refused(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code(), error.value.details()


def lines(service, *arguments):
    """The objects of an export as JSON lines."""
    text = service.cli("log", "export", *arguments, text=True, timeout=120)
    return [json.loads(line) for line in text.splitlines()]


def play(service, client):
    """Two applications on three clusters: starts, promotions, refusals, a hold, a rollback."""
    for app in APPS:
        for release in ("v1", "v2", "v3"):
            apply(client, release, application=app, key=f"apply-{app}-{release}")
    for place in PLACES:
        for app in APPS:
            agent = Agent(client, place, application=app, holder="agent-1")
            agent.count = 1000 if app == APPS[1] else 0
            for revision in (1, 2):
                started = submit(
                    client, f"start-{app}-{place}-{revision}", application=app, cluster=place,
                    reason=HOSTILE, start={"revision": revision})[0]
                assert started.result == ALLOWED, started
                agent.follow()
    again = submit(client, "back", cluster="eu", rollback={"revision": 1}, reason="-1+1")[0]
    assert again.result == ALLOWED
    assert submit(client, "hold", hold={"revision": 3}, reason="@held")[0].result == ALLOWED
    assert submit(client, "no", cluster="us", start={"revision": 3})[0].result == REFUSED
    assert submit(client, "nor", cluster="ap", start={"release": "v9"})[0].result == REFUSED


def about(event):
    """Application and cluster, counted anew from the stream and the payload."""
    category, _, rest = event["stream"].partition("-")
    if category == "rollout":
        return tuple(rest.split("@", 1))
    if category == "application":
        return rest, None
    if category == "refusals":
        return rest, event["event"]["cluster"] or None
    return None, rest


def rules(event):
    inner = event["event"]
    found = inner.get("classification", {}).get("rules", [])
    return found + ([inner["rule"]] if inner.get("rule") else [])


def test_every_filter_against_a_recount(service, client):
    play(service, client)
    everything = lines(service)
    assert [int(event["position"]) for event in everything] == list(range(len(everything)))
    assert len(everything) == view(client, "eu").position
    middle = int(everything[len(everything) // 2]["nowMicroseconds"])
    late = int(everything[-20]["nowMicroseconds"])
    now = lambda event: int(event["nowMicroseconds"])
    by = lambda event: event["event"].get("by") or {}
    cases = [
        ({}, lambda e: True),
        ({"stream": "rollout-shop/checkout@eu"},
         lambda e: e["stream"] == "rollout-shop/checkout@eu"),
        ({"stream": "rollout-shop/none@eu"}, lambda e: False),
        ({"kinds": ["attempt-classified"]}, lambda e: e["type"] == "attempt-classified.v1"),
        ({"kinds": ["attempt-ended.v1", "command-refused"]},
         lambda e: e["type"] in ("attempt-ended.v1", "command-refused.v1")),
        ({"application": APPS[0]}, lambda e: about(e)[0] == APPS[0]),
        ({"application": "shop/none"}, lambda e: False),
        ({"cluster": "us"}, lambda e: about(e)[1] == "us"),
        ({"application": APPS[0], "cluster": "us"}, lambda e: about(e) == (APPS[0], "us")),
        ({"principal": "anonymous"}, lambda e: by(e).get("principal") == "anonymous"),
        ({"principal": "windlass"}, lambda e: by(e).get("principal") == "windlass"),
        ({"claimed_actor": "agent of eu"}, lambda e: by(e).get("claimedActor") == "agent of eu"),
        ({"rule": "rollback-by-number"}, lambda e: "rollback-by-number" in rules(e)),
        ({"attempt": 2}, lambda e: e["event"].get("attempt") == 2),
        ({"since_microseconds": middle}, lambda e: now(e) >= middle),
        ({"until_microseconds": middle}, lambda e: now(e) < middle),
        ({"since_microseconds": middle, "until_microseconds": late, "application": APPS[1]},
         lambda e: middle <= now(e) < late and about(e)[0] == APPS[1]),
        ({"kinds": ["command-refused"], "rule": "held-revision"},
         lambda e: e["type"] == "command-refused.v1" and "held-revision" in rules(e)),
    ]
    found_some = 0
    for fields, wanted in cases:
        expected = [int(event["position"]) for event in everything if wanted(event)]
        found_some += bool(expected) and len(expected) < len(everything)
        for backwards in (False, True):
            for limit in (3, 1000):
                got, cursor = [], ""
                while True:
                    page = client.call(
                        f"{LOG}/Read", filter=fields, backwards=backwards, limit=limit,
                        cursor=cursor)
                    assert len(page.events) <= limit
                    assert page.position == len(everything)
                    got += [event.position for event in page.events]
                    cursor = page.next
                    if not cursor:
                        break
                assert got == (expected[::-1] if backwards else expected), (fields, backwards)
        exported = []
        for update in client.stream(f"{LOG}/Export", filter=fields, timeout=60):
            exported += [event.position for event in update.events]
        assert exported == expected and update.complete, fields
    assert found_some >= 13

    # By position, by version, from the end.
    stream = {"stream": "rollout-shop/checkout@eu"}
    own = [e for e in everything if e["stream"] == stream["stream"]]
    page = client.call(f"{LOG}/Read", filter=stream, from_version=3, limit=2)
    assert [e.version for e in page.events] == [3, 4]
    page = client.call(f"{LOG}/Read", filter=stream, from_version=3, backwards=True)
    assert [e.version for e in page.events] == [3, 2, 1]
    page = client.call(f"{LOG}/Read", from_position=7, backwards=True, limit=3)
    assert [e.position for e in page.events] == [7, 6, 5]
    page = client.call(f"{LOG}/Read", backwards=True, limit=1)
    assert page.events[0].position == len(everything) - 1
    page = client.call(f"{LOG}/Read", filter=stream, from_version=10_000)
    assert not page.events and not page.next
    shown = service.cli("events", "--stream", stream["stream"], "--from", 2, "--limit", 3)
    assert [int(e["version"]) for e in shown["events"]] == [2, 3, 4]
    shown = service.cli("events", "--backwards", "--cluster", "us", "--limit", 2)
    assert [int(e["position"]) for e in shown["events"]] == [
        int(e["position"]) for e in everything if about(e)[1] == "us"][::-1][:2]
    assert own[0]["event"]["attempt"] == 1


def test_bad_input_is_named_and_costs_nothing(service, client):
    apply(client, "v1")
    INVALID = grpc.StatusCode.INVALID_ARGUMENT
    read = lambda **fields: (lambda: client.call(f"{LOG}/Read", **fields))
    cursor = client.call(f"{LOG}/Read", limit=1).next
    assert cursor
    for fields, named in [
        ({"filter": {"kinds": ["nonsense"]}}, "kinds[0]"),
        ({"filter": {"kinds": ["paused"] * 65}}, "kinds"),
        ({"filter": {"application": "Shop"}}, "application"),
        ({"filter": {"cluster": "a b"}}, "cluster"),
        ({"filter": {"rule": "nonsense"}}, "rule"),
        ({"filter": {"stream": "nohyphen"}}, "stream"),
        ({"filter": {"stream": "x-" + "y" * 300}}, "stream"),
        ({"filter": {"principal": "a\nb"}}, "principal"),
        ({"filter": {"since_microseconds": -1}}, "since_microseconds"),
        ({"filter": {"since_microseconds": 5, "until_microseconds": 5}}, "until_microseconds"),
        ({"limit": 1001}, "limit"),
        ({"from_version": 1}, "from_version"),
        ({"from_position": 1 << 63}, "from_position"),
        ({"cursor": "x" * 33}, "cursor"),
        ({"cursor": cursor, "backwards": True}, "cursor"),
        ({"cursor": cursor, "filter": {"cluster": "eu"}}, "cursor"),
        ({"cursor": "f" + "0" * 15 + "9" + cursor[17:]}, "cursor"),
    ]:
        code, text = refused(read(**fields))
        assert code == INVALID and named in text, (fields, code, text)
    for name in ("", "a b", "-x", "x" * 101):
        code, text = refused(lambda: client.call(
            f"{LOG}/Acknowledge", name=name, epoch=1, position=0))
        assert code == INVALID and "name" in text
    for fields in ({"name": "a b"}, {"name": "x" * 101}, {"name": "x", "heartbeat_seconds": 61},
                   {"name": "x", "filter": {"until_microseconds": 5}}):
        code, _ = refused(lambda: list(client.stream(f"{LOG}/Subscribe", timeout=5, **fields)))
        assert code == INVALID, fields
    code, _ = refused(lambda: list(client.stream(
        f"{LOG}/Subscribe", name="x", from_position=10_000, timeout=5)))
    assert code == grpc.StatusCode.OUT_OF_RANGE
    assert refused(lambda: client.call(f"{LOG}/DeleteSubscription", name="x"))[0] \
        == grpc.StatusCode.NOT_FOUND
    assert client.call(f"{LOG}/Read", cursor=cursor).events


def test_csv_and_json_are_harmless_and_agree(service, client, tmp_path):
    play(service, client)
    target = tmp_path / "events.csv"
    service.cli("log", "export", "--format", "csv", "--payload", "--to", target, text=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.csv"]
    text = target.read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    objects = lines(service, "--payload")
    assert len(rows) == len(objects)
    header = text.split("\r\n", 1)[0].split(",")
    assert header == [
        "position", "stream", "version", "type", "now", "recorded", "application", "cluster",
        "attempt", "principal", "claimed_actor", "reason", "rules", "summary", "event",
        "command_id", "payload"]
    documented = (ROOT / "docs" / "log.md").read_text()
    for column in header:
        assert f"| `{column}` |" in documented, column
    reasons = set()
    for row, event in zip(rows, objects):
        for column in ("position", "stream", "version", "type"):
            assert row[column] == event[column]
        assert json.loads(row["event"]) == event["event"]
        assert row["payload"] == event["payload"]
        assert bytes.fromhex(row["command_id"]) == base64.b64decode(event["commandId"])
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values())
        reasons.add(row["reason"])
    assert any(reason.startswith("'=HYPERLINK") for reason in reasons)
    assert "'-1+1" in reasons and "'@held" in reasons
    assert "\u202e" not in text and "\x1b" not in text
    assert HOSTILE in {e["event"].get("by", {}).get("reason") for e in objects if e["event"]}
    shown = service.cli("events", "--limit", 1000, text=True)
    assert "\u202e" not in shown and "\t" not in shown


def test_export_under_load(service):
    client = service.client()
    prepare(client, 4)
    writers, stop = begin(service.client, 4)
    try:
        for _ in range(5):
            known = view(client, "c0").position
            exported = lines(service)
            positions = [int(event["position"]) for event in exported]
            assert positions == list(range(len(positions)))
            assert len(positions) >= known
        # Resumed by position, in pieces: no hole and nothing twice.
        positions, start, end = [], 0, 0
        while True:
            stream = client.stream(
                f"{LOG}/Export", from_position=start, before_position=end, timeout=60)
            update = next(stream)
            positions += [event.position for event in update.events]
            start, end = update.next_position, update.end_position
            stream.cancel()
            if update.complete:
                break
        assert positions == list(range(end))
    finally:
        finish(writers, stop)
    judge(client, writers)
    client.close()


class Consumer(threading.Thread):
    """`windlass subscribe` into a file, killed by whoever wants."""

    def __init__(self, service, name, path, *arguments):
        super().__init__(daemon=True)
        self.command = [
            str(BIN / "windlass"), "subscribe", name, "--server", service.url, *arguments]
        self.path = path
        self.process = None
        self.done = threading.Event()
        self.errors = []

    def run(self):
        while not self.done.is_set():
            with open(self.path, "ab") as out:
                self.process = subprocess.Popen(
                    self.command, stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            _, text = self.process.communicate()
            if self.process.returncode not in (-9, 23, 0):
                self.errors.append((self.process.returncode, text.decode()))
                time.sleep(0.1)

    def kill(self):
        process = self.process
        if process and process.poll() is None:
            process.kill()

    def finish(self):
        self.done.set()
        while self.is_alive():
            self.kill()
            self.join(0.1)


def positions(path):
    """What a consumer wrote; a line that was cut off by a kill is followed by the next one."""
    found = []
    for line in path.read_bytes().split(b"\n"):
        # A half line is joined with the first one after the restart.
        start = line.rfind(b'{"position"')
        if start < 0:
            continue
        try:
            found.append(int(json.loads(line[start:])["position"]))
        except ValueError:
            continue
    return found


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize("strike", ["consumer", "service", "postgres"])
def test_nothing_is_lost_whoever_dies(tmp_path, strike):
    service = Service().from_template().start()
    chance = random.Random(11)
    path = tmp_path / "events.jsonl"
    try:
        client = service.client()
        prepare(client, 4)
        client.close()
        consumer = Consumer(service, "audit", path)
        consumer.start()
        writers, stop = begin(service.client, 4)
        for _ in range(20 if strike == "consumer" else 5):
            time.sleep(chance.uniform(0.1, 0.7))
            if strike == "consumer":
                consumer.kill()
            elif strike == "service":
                service.kill()
                service.start()
            else:
                pid = service.postmaster()
                if pid:
                    os.kill(pid, signal.SIGKILL)
                wait_for(lambda: service.postmaster() not in (None, pid)
                         and service.console_get("/readyz")[0] == 200)
        finish(writers, stop)
        client = service.client()
        length = len(all_events(client))
        wait_for(lambda: length - 1 in positions(path)[-400:])
        subscription = None

        def acknowledged():
            nonlocal subscription
            subscription = client.call(f"{LOG}/ListSubscriptions").subscriptions[0]
            return subscription.position >= length

        wait_for(acknowledged)
        consumer.finish()
        assert not consumer.errors, consumer.errors[:3]
        seen = positions(path)
        assert set(seen) == set(range(length))
        # In order; going back only to what had not been acknowledged, and only after a death.
        back = [(a, b) for a, b in zip(seen, seen[1:]) if b != a + 1]
        assert all(b <= a for a, b in back), back
        assert len(back) <= (20 if strike == "consumer" else 10)
        print(f"{strike}: {length} events, {len(seen) - length} came again in {len(back)} places")
        assert subscription.name == "audit" and subscription.lag == 0
        client.close()
    finally:
        service.close()


def test_two_consumers_of_one_name(service, client):
    apply(client, "v1")
    first = client.stream(f"{LOG}/Subscribe", name="audit", consumer="one", timeout=60)
    opened = next(first)
    assert opened.position == 0 and not opened.events
    batch = next(first)
    assert [event.position for event in batch.events] == list(range(batch.position))
    second = client.stream(f"{LOG}/Subscribe", name="audit", consumer="two", timeout=60)
    assert next(second).epoch > opened.epoch
    code, text = refused(lambda: list(first))
    assert code == grpc.StatusCode.ABORTED and "taken over" in text
    acknowledge = lambda epoch: client.call(
        f"{LOG}/Acknowledge", name="audit", epoch=epoch, position=batch.position)
    code, text = refused(lambda: acknowledge(opened.epoch))
    assert code == grpc.StatusCode.ABORTED and "two" in text
    assert acknowledge(next(second).epoch).position == batch.position
    listed = client.call(f"{LOG}/ListSubscriptions").subscriptions
    assert [(s.name, s.consumer, s.position, s.open_here) for s in listed] == [
        ("audit", "two", batch.position, True)]
    # Another filter under this name would silently leave out what it left out before.
    code, _ = refused(lambda: list(client.stream(
        f"{LOG}/Subscribe", name="audit", filter={"cluster": "eu"}, timeout=10)))
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    # Moved back: the one that has it open is told, and begins there.
    service.cli("subscriptions", "move", "audit", "--to", 0)
    code, text = refused(lambda: list(second))
    assert code == grpc.StatusCode.ABORTED and "moved" in text
    third = client.stream(f"{LOG}/Subscribe", name="audit", timeout=60)
    assert next(third).position == 0
    wait_for(lambda: f'subscription="audit"}} {batch.position}' in service.console_get("/metrics")[1])
    service.cli("subscriptions", "delete", "audit")
    assert refused(lambda: list(third))[0] == grpc.StatusCode.NOT_FOUND
    assert service.cli("subscriptions")["subscriptions"] == []


def test_two_replicas_share_a_subscription():
    """The second consumer comes by way of another replica, and nobody is shown less than before."""
    postgres = OwnPostgres()
    services = [Service(["--database", postgres.url]).start() for _ in range(2)]
    clients = [service.client() for service in services]
    try:
        apply(clients[0], "v1")
        Agent(clients[0], "eu")
        first = clients[0].stream(f"{LOG}/Subscribe", name="audit", consumer="one", timeout=60)
        opened = next(first)
        second = clients[1].stream(f"{LOG}/Subscribe", name="audit", consumer="two", timeout=60)
        assert next(second).epoch > opened.epoch
        code, text = refused(lambda: list(first))
        assert code == grpc.StatusCode.ABORTED and "two" in text
        # What one replica decided, another shows at once to whoever asks for at least that.
        for number in range(20):
            for command in ("start", "abort") if number == 0 else ("retry", "abort"):
                decision = submit(
                    clients[number % 2], f"{command}-{number}", cluster="eu",
                    **{command: {"revision": 1} if command == "start" else {}})[0]
                assert decision.result == ALLOWED, decision
                for client in clients:
                    shown = client.call(
                        f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster="eu",
                        at_least_position=decision.position)
                    assert shown.position >= decision.position
                    assert shown.version >= decision.version
        both = ",".join(service.url for service in services)
        shown = services[0].cli("events", "--limit", 1000, "--server", both)
        assert len(shown["events"]) == int(shown["position"])
    finally:
        for client in clients:
            client.close()
        for service in services:
            service.close()
        postgres.close()


def test_heartbeats_move_what_does_not_pass(service, client):
    apply(client, "v1")
    stream = client.stream(
        f"{LOG}/Subscribe", name="quiet", filter={"kinds": ["contract-violated"]},
        heartbeat_seconds=1, timeout=30)
    opened = next(stream)
    beat = next(stream)
    assert not beat.events and beat.position == view_position(client) and beat.log_position
    assert client.call(
        f"{LOG}/Acknowledge", name="quiet", epoch=opened.epoch, position=beat.position
    ).position == beat.position
    stream.cancel()


def view_position(client):
    return client.call(f"{ROLLOUTS}/ListRollouts").position


class Dripping(threading.Thread):
    """A proxy that lets the first bytes pass and then one byte a second."""

    def __init__(self, port, free=2_000):
        super().__init__(daemon=True)
        self.target = port
        self.free = free
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]

    def run(self):
        near, _ = self.listener.accept()
        far = socket.create_connection(("127.0.0.1", self.target))
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def up():
            try:
                while data := near.recv(4096):
                    far.sendall(data)
            except OSError:
                pass

        threading.Thread(target=up, daemon=True).start()
        passed = 0
        try:
            while data := far.recv(1 if passed > self.free else 512):
                near.sendall(data)
                passed += len(data)
                if passed > self.free:
                    time.sleep(1)
        except OSError:
            pass


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def test_a_slow_reader_costs_no_memory(service, client):
    query = "x" * 8_000
    for number in range(400):
        template = {"name": "t", "metrics": [
            {"name": f"m{i}", "provider": "web", "query": query} for i in range(10)]}
        decided = submit(
            client, f"big-{number}", apply={
                "revision": {"release": f"v{number}", "digest": f"d{number}"},
                "strategy": {"replicas": number + 1, "steps": [{"analysis": {
                    "templates": [template]}}]}})[0]
        assert decided.result == ALLOWED, decided
    # Some 32 MiB; a whole export first, so that what is kept for speed is there.
    total = sum(
        len(event.payload) for update in client.stream(f"{LOG}/Export", timeout=120)
        for event in update.events)
    assert total > 30 << 20
    before = resident(service.process.pid)
    proxies, streams, clients = [], [], []
    for _ in range(8):
        proxy = Dripping(service.port, free=20_000)
        proxy.start()
        proxies.append(proxy)
        channel = grpc.insecure_channel(
            f"127.0.0.1:{proxy.port}", options=[("grpc.use_local_subchannel_pool", 1)])
        request, response = client._method(f"{LOG}/Export")
        clients.append(channel)
        streams.append(channel.unary_stream(
            f"/{LOG}/Export", request_serializer=request.SerializeToString,
            response_deserializer=response.FromString)(request(), timeout=120))
    time.sleep(6)
    grown = resident(service.process.pid) - before
    print(f"eight dripping exports of {total >> 20} MiB: {grown} KiB more")
    assert grown < 48 << 10
    # Everybody else is served.
    assert client.call(f"{LOG}/Read", limit=1).events
    for stream in streams:
        stream.cancel()
    for channel in clients:
        channel.close()


def test_state_of_the_past(service, client):
    apply(client, "v1")
    agent = Agent(client, "eu")
    marks = []
    for number, command in enumerate(
        [{"start": {"revision": 1}}, {"pause": {}}, {"resume": {}}, {"abort": {}}]):
        decision = submit(client, f"k{number}", cluster="eu", **command)[0]
        assert decision.result == ALLOWED, decision
        now = view(client, "eu")
        assert now.position >= decision.position
        marks.append((now.position, now))
        time.sleep(0.01)
    moments = {
        event.position: event.now_microseconds for event in all_events(client)}
    for position, then in marks:
        for bounds in ({"as_of_position": position},
                       {"as_of_microseconds": moments[position - 1]}):
            past = client.call(
                f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster="eu", **bounds)
            assert past.position == position, bounds
            past.now_microseconds = then.now_microseconds
            assert past == then, bounds
        listed = client.call(f"{ROLLOUTS}/ListRollouts", as_of_position=position)
        assert [r.phase for r in listed.rollouts] == [then.phase]
        assert listed.position == position
        explained = client.call(
            f"{ROLLOUTS}/Explain", application="shop/checkout", cluster="eu",
            as_of_position=position)
        assert explained.log_position == position
        assert len(explained.story) <= len(client.call(
            f"{ROLLOUTS}/Explain", application="shop/checkout", cluster="eu").story)
        asked = client.call(
            f"{ROLLOUTS}/EvaluateRollback", application="shop/checkout", cluster="eu",
            as_of_position=position)
        assert asked.position == position
    first = marks[0][0]
    assert not client.call(f"{ROLLOUTS}/ListRollouts", as_of_position=1).rollouts
    assert refused(lambda: client.call(
        f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster="eu", as_of_position=1)
    )[0] == grpc.StatusCode.NOT_FOUND
    shown = service.cli("get", "shop/checkout", "--cluster", "eu", "--as-of", first)
    assert shown["phase"] == "progressing" and int(shown["position"]) == first
    # More than there is: asked again within the deadline, then stale.
    ahead = marks[-1][0] + 5
    for path, fields in [
        (f"{ROLLOUTS}/GetRollout", {"application": "shop/checkout", "cluster": "eu"}),
        (f"{ROLLOUTS}/ListRollouts", {}), (f"{LOG}/Read", {}),
    ]:
        code, text = refused(lambda: client.call(
            path, at_least_position=ahead, timeout=2, **fields))
        assert code == grpc.StatusCode.FAILED_PRECONDITION and "stale" in text
    service.cli(
        "get", "shop/checkout", "--cluster", "eu", "--at-least", ahead, "--request-timeout", "1s",
        expect=25)
    # And answered once there is as much.
    waiting = threading.Timer(0.5, lambda: [
        submit(client, f"more-{n}", cluster="eu", **{c: {}})
        for n, c in enumerate(["retry", "pause", "resume", "pause", "resume", "abort"])])
    waiting.start()
    late = client.call(
        f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster="eu",
        at_least_position=ahead, timeout=20)
    assert late.position >= ahead
    waiting.join()
    code, text = refused(lambda: client.call(
        f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster="eu",
        as_of_microseconds=int((time.time() + 3600) * 1e6)))
    assert code == grpc.StatusCode.INVALID_ARGUMENT and "future" in text
    assert agent


def test_handlers_and_following(service, client, tmp_path):
    apply(client, "v1")
    out = tmp_path / "handled"
    command = [
        str(BIN / "windlass"), "subscribe", "job", "--server", service.url,
        "--exec", f"cat >> {out}; test $WINDLASS_SUBSCRIPTION = job"]
    handler = subprocess.Popen(command, stderr=subprocess.PIPE)
    follower = subprocess.Popen(
        [str(BIN / "windlass"), "events", "--follow", "--from", "1", "--output", "json",
         "--server", service.url], stdout=subprocess.PIPE)
    try:
        apply(client, "v2", key="second")
        length = len(all_events(client))
        wait_for(lambda: out.exists() and out.read_text().count("\n") >= length)
        wait_for(lambda: client.call(
            f"{LOG}/ListSubscriptions").subscriptions[0].position == length)
        followed = [json.loads(follower.stdout.readline()) for _ in range(length - 1)]
        assert [int(event["position"]) for event in followed] == list(range(1, length))
    finally:
        handler.terminate()
        follower.terminate()
    handler.wait(10)
    follower.wait(10)
    failing = subprocess.run(
        [str(BIN / "windlass"), "subscribe", "failing", "--server", service.url, "--exec",
         "exit 4"], capture_output=True, text=True, timeout=30)
    assert failing.returncode == 10 and "ended with 4" in failing.stderr
    by_name = {s.name: s for s in client.call(f"{LOG}/ListSubscriptions").subscriptions}
    assert by_name["failing"].position == 0


def test_latency_from_append_to_subscriber(service):
    client = service.client()
    prepare(client, 1)
    start = view(client, "c0").position
    delays = []
    ready = threading.Event()

    def follow():
        other = service.client()
        stream = other.stream(f"{LOG}/Subscribe", from_position=start, timeout=60)
        next(stream)
        ready.set()
        for update in stream:
            now = time.time() * 1e6
            delays.extend(now - event.recorded_microseconds for event in update.events)
            if len(delays) >= 200:
                return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    ready.wait(10)
    for number in range(200):
        submit(client, f"l{number}", cluster="c0", **{"resume" if number % 2 else "pause": {}})
        time.sleep(0.01)
    thread.join(30)
    assert len(delays) >= 200
    ordered = sorted(delays)
    print(
        f"append to subscriber: p50 {statistics.median(ordered) / 1000:.1f} ms, "
        f"p99 {ordered[int(len(ordered) * 0.99)] / 1000:.1f} ms, commit included")
    client.close()
