"""The connection to PostgreSQL cut at every byte of a command: nothing is lost, nothing is doubled.

A command is repeated under its key until it is answered. Whatever the cut did to the first try, the
command is in the log exactly once, and repeating it again gives the same answer.
"""

import os
import random
import time

import grpc
import pytest

from cutting_proxy import Cut, CuttingProxy, Way
from own_postgres import PROGRAMS, OwnPostgres
from windlass_service import ALLOWED, Agent, Service, all_events, apply, submit

CAMPAIGN = bool(os.environ.get("WINDLASS_CAMPAIGN"))
# How many places of a conversation are tried: all of them in a campaign.
SAMPLE = None if CAMPAIGN else 24
CLUSTER = "eu-west"
EVENTS = {"pause": "paused.v1", "resume": "resumed.v1"}
STREAM = f"rollout-shop/checkout@{CLUSTER}"


@pytest.fixture(scope="module")
def postgres():
    postgres = OwnPostgres()
    yield postgres
    postgres.close()


@pytest.fixture(scope="module")
def proxied(postgres):
    """A service whose only way to its database is the proxy, and one more that goes straight."""
    assert PROGRAMS is not None
    proxy = CuttingProxy(postgres.port)
    url = postgres.url.replace(str(postgres.port), str(proxy.port))
    service = Service(["--database", url]).start()
    client = service.client()
    apply(client, "v1")
    Agent(client, CLUSTER)
    assert submit(client, "start", cluster=CLUSTER, start={"revision": 1})[0].result == ALLOWED
    yield service, client, proxy
    client.close()
    service.close()
    proxy.close()


def settle(client, key, command):
    """Repeats under one key until somebody answers; returns the answer and the tries."""
    end = time.monotonic() + 60
    tries = 0
    while True:
        tries += 1
        try:
            decision = submit(client, key, cluster=CLUSTER, timeout=4, **{command: {}})[0]
            if decision.result == ALLOWED:
                return decision, tries
            # 5 is unknown, 6 unavailable: both say to repeat.
            assert decision.result in (5, 6), decision
        except grpc.RpcError as error:
            assert error.code() in (
                grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
        assert time.monotonic() < end, f"no answer to {key}"
        time.sleep(0.01)


class Run:
    """Pauses and resumes in turn, each command with a cut of its own."""

    def __init__(self, proxied):
        self.service, self.client, self.proxy = proxied
        self.answers = []
        self.unclean = 0

    def command(self, number):
        return "pause" if number % 2 else "resume"

    def once(self, number, offset=None, way=None):
        command = self.command(number)
        cut = None
        if way is not None:
            cut = Cut(EVENTS[command].encode(), offset, way)
            self.proxy.arm(cut)
        key = f"cut-{number}-{os.getpid()}"
        decision, tries = settle(self.client, key, command)
        again, _ = settle(self.client, key, command)
        assert again.position == decision.position and again.version == decision.version
        assert list(again.events) == list(decision.events)
        self.answers.append((decision.position, decision.version, EVENTS[command]))
        self.unclean += tries > 1
        return cut

    def length(self, number):
        """Bytes of a command's conversation, request and reply."""
        cut = Cut(EVENTS[self.command(number)].encode(), 1 << 30, Way.CLOSE)
        self.proxy.arm(cut)
        settle(self.client, f"measure-{number}-{os.getpid()}", self.command(number))
        self.answers.append(None)
        cut.done = True
        assert cut.request > 100 and cut.reply > 50, cut
        return cut.request, cut.reply

    def check(self):
        events = all_events(self.client)
        assert [event.position for event in events] == list(range(len(events)))
        mine = [e for e in events if e.stream == STREAM and e.type in ("paused.v1", "resumed.v1")]
        assert len(mine) == len(self.answers)
        for event, answer in zip(mine, self.answers):
            if answer is not None:
                assert (event.position + 1, event.version, event.type) == answer


def test_every_byte_of_a_commit_may_be_the_last(proxied):
    run = Run(proxied)
    request, reply = run.length(1)
    number = 2
    total = request + reply
    places = list(range(total))
    if SAMPLE:
        chance = random.Random(11)
        # The first and last bytes of either side, the seam between them, and a seeded choice.
        edges = {0, 1, 4, 5, request - 1, request, request + 1, request + 5, total - 6, total - 1}
        places = sorted(edges | set(chance.sample(places, SAMPLE - len(edges))))
    # Within the last message of the request, the statement has run and holds its locks, and the
    # server waits for the rest.
    seam = range(request - 5, request)
    silent = {1, request // 2, *seam, request + 1, total - 1} if CAMPAIGN else {
        1, request - 3, total - 1}
    cuts = lost = 0
    for way in Way:
        for offset in places if way is not Way.HANG else sorted(silent):
            if way is Way.HALF and offset < request:
                continue
            cut = run.once(number, offset, way)
            number += 1
            cuts += cut.done
            lost += cut.done and offset < request
    run.proxy.arm(None)
    run.once(number)
    run.check()
    # The reply to a commit is as long as the positions in it have digits: nearly every cut happens.
    assert cuts > 0.9 * (number - 2) and lost > 0 and run.unclean > 0
    print(f"{cuts} cuts over {total} bytes ({request} of a request), "
          f"{run.unclean} commands were repeated")
