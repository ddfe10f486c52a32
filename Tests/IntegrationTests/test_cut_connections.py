"""The connection to PostgreSQL cut at every byte of a command, and between all messages of the rest.

A command is repeated under its key until it is answered. Whatever the cut did to the first try, the
command is in the log exactly once, and repeating it again gives the same answer. What only reads gives
the same answer as without a cut, or says that it cannot.
"""

import concurrent.futures
import os
import random
import time

import grpc
import pytest

from cutting_proxy import Cut, CuttingProxy, Way
from own_postgres import PROGRAMS, OwnPostgres
from simulated_agent import until
from windlass_service import ALLOWED, CLUSTERS, Agent, Service, all_events, digest, submit
from writers import prepare, settle

CAMPAIGN = bool(os.environ.get("WINDLASS_CAMPAIGN"))
# How many places of a conversation are tried: all of them in a campaign.
SAMPLE = None if CAMPAIGN else 24
# Services that are cut off at the same time: a silent connection takes seconds to be given up.
WORKERS = 16 if CAMPAIGN else 4
CLUSTER = "c0"
EVENTS = {"pause": "paused.v1", "resume": "resumed.v1"}
STREAM = f"rollout-shop/checkout@{CLUSTER}"


@pytest.fixture(scope="module")
def postgres():
    assert PROGRAMS is not None
    postgres = OwnPostgres(options="-c max_connections=300")
    yield postgres
    postgres.close()


class Proxied:
    """A service whose only way to a database of its own is a proxy."""

    count = 0

    def __init__(self, postgres):
        Proxied.count += 1
        self.postgres = postgres
        self.name = f"cut{Proxied.count}"
        self.proxy = CuttingProxy(postgres.port)
        url = postgres.database(self.name).replace(str(postgres.port), str(self.proxy.port))
        # In the clear, so that the proxy can tell messages apart.
        self.service = Service(["--database", f"{url}?sslmode=disable"]).start()
        self.client = self.service.client()
        self.names = self.commands = 0
        prepare(self.client, 1)

    def command(self):
        """Pauses and resumes in turn; the append's connection is used only when there is one."""
        self.commands += 1
        decision, _ = settle(self.client, f"turn-{self.commands}", CLUSTER,
                             **{"pause" if self.commands % 2 else "resume": {}})
        assert decision.result == ALLOWED, decision

    def close(self):
        self.client.close()
        self.service.close()
        self.proxy.close()


@pytest.fixture
def workers(postgres):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        services = list(pool.map(lambda _: Proxied(postgres), range(WORKERS)))
        yield services
        list(pool.map(Proxied.close, services))


def share(workers, jobs, work):
    """Gives every worker its part of the jobs; returns what each made of its part."""
    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        parts = [jobs[number::len(workers)] for number in range(len(workers))]
        return list(pool.map(work, workers, parts))


class Run:
    """Pauses and resumes in turn, each command with a cut of its own."""

    def __init__(self, proxied):
        self.client, self.proxy = proxied.client, proxied.proxy
        self.answers = []
        self.number = 0
        self.cuts = self.lost = self.unclean = 0

    def once(self, offset=None, way=None, request=0):
        self.number += 1
        command = "pause" if self.number % 2 else "resume"
        cut = None
        if way is not None:
            cut = Cut(EVENTS[command].encode(), offset, way)
            self.proxy.arm(cut)
        key = f"cut-{self.number}"
        decision, tries = settle(self.client, key, CLUSTER, **{command: {}})
        assert decision.result == ALLOWED, decision
        again, _ = settle(self.client, key, CLUSTER, **{command: {}})
        # Byte for byte, but for its own word that it is a repeat.
        assert (again.position, again.version) == (decision.position, decision.version)
        assert list(again.events) == list(decision.events)
        self.answers.append((decision.position, decision.version, EVENTS[command]))
        if cut is not None:
            self.unclean += tries > 1
            self.cuts += cut.done
            self.lost += cut.done and offset < request

    def length(self):
        """Bytes of a command's conversation, request and reply."""
        # The first time on a connection there is more to say.
        self.once()
        cut = Cut(EVENTS["resume"].encode(), 1 << 30, Way.CLOSE)
        self.proxy.arm(cut)
        self.number += 1
        decision, _ = settle(self.client, f"cut-{self.number}", CLUSTER, resume={})
        self.answers.append((decision.position, decision.version, "resumed.v1"))
        cut.done = True
        assert cut.request > 100 and cut.reply > 50, cut
        return cut.request, cut.reply

    def check(self):
        events = all_events(self.client)
        assert [event.position for event in events] == list(range(len(events)))
        mine = [e for e in events if e.stream == STREAM and e.type in ("paused.v1", "resumed.v1")]
        assert [(e.position + 1, e.version, e.type) for e in mine] == self.answers


def test_every_byte_of_a_commit_may_be_the_last(workers):
    runs = {worker: Run(worker) for worker in workers}
    request, reply = [run.length() for run in runs.values()][0]
    total = request + reply
    places = list(range(total))
    if SAMPLE:
        chance = random.Random(11)
        # The first and last bytes of either side, the seam between them, and a seeded choice.
        edges = {0, 1, 4, 5, request - 1, request, request + 1, request + 5, total - 6, total - 1}
        places = sorted(edges | set(chance.sample(places, SAMPLE - len(edges))))
    # Within the last message of the request, the statement has run and holds its locks, and the
    # server waits for the rest.
    silent = places if CAMPAIGN else {1, request - 3, request + 1, total - 1}
    jobs = [(offset, way) for way in Way
            for offset in (places if way is not Way.HANG else sorted(silent))
            if way is not Way.HALF or offset >= request]

    def work(worker, part):
        run = runs[worker]
        for offset, way in part:
            run.once(offset, way, request)
        worker.proxy.arm(None)
        run.once()
        run.check()

    share(workers, jobs, work)
    cuts = sum(run.cuts for run in runs.values())
    unclean = sum(run.unclean for run in runs.values())
    # The reply to a commit is as long as the positions in it have digits: nearly every cut happens.
    assert cuts > 0.9 * len(jobs) and sum(run.lost for run in runs.values()) > 0 and unclean > 0
    print(f"{len(jobs)} places over {total} bytes ({request} of a request), {cuts} cuts, "
          f"{unclean} commands were repeated")


# ------------------------------------------------------------------------------- all other commands


class Story:
    """One of every command, each sent until it is answered and then once more."""

    def __init__(self, proxied, number):
        self.proxied = proxied
        self.client = proxied.client
        self.application = f"shop/app{number}"
        self.cluster = f"k{number}"
        self.number = number
        self.place = None
        self.way = None
        self.counts = {}

    def cut(self, step):
        """The next append of ours is broken after so many messages."""
        marker = (self.application if step not in ("claim", "release") else
                  f"lease-{self.cluster}").encode()
        if self.way is None:
            cut = Cut(marker, 1 << 30, Way.CLOSE)
        else:
            ends = self.ends[step]
            if self.place >= len(ends):
                return None
            cut = Cut(marker, ends[self.place], self.way)
        self.proxied.proxy.arm(cut)
        return cut

    def measured(self, step, cut):
        if self.way is None and cut is not None:
            cut.done = True
            self.proxied.proxy.arm(None)
            self.ends[step] = [0, *cut.boundaries()]

    def command(self, step, cluster=True, **command):
        key = f"{self.application}-{step}"
        cut = self.cut(step)
        where = self.cluster if cluster else None
        decision, _ = settle(self.client, key, where, application=self.application, **command)
        self.measured(step, cut)
        again, _ = settle(self.client, key, where, application=self.application, **command)
        assert (again.result, again.position, again.version, list(again.events)) == (
            decision.result, decision.position, decision.version, list(decision.events))
        if cut is not None:
            self.counts[self.way] = self.counts.get(self.way, 0) + cut.done

    def call(self, step, path, good, **fields):
        cut = self.cut(step)

        def attempt():
            try:
                answer = self.client.call(f"{CLUSTERS}/{path}", timeout=4, **fields)
                return answer if good(answer) else None
            except grpc.RpcError as error:
                # All of them say to repeat with the same key.
                assert error.code() in (
                    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
                    grpc.StatusCode.UNKNOWN), error
                return None

        answer = until(attempt, f"{path}: {self.proxied.service.log()}", seconds=120)
        self.measured(step, cut)
        if cut is not None:
            self.counts[self.way] = self.counts.get(self.way, 0) + cut.done
        return answer

    def run(self, ends, place=None, way=None):
        self.ends, self.place, self.way = ends, place, way
        for release in ("v1", "v2"):
            self.command(
                f"apply {release}", cluster=False, apply={
                    "revision": {"release": release, "digest": digest(release),
                                 "images": [f"web:{release}"]},
                    "strategy": {"replicas": 1, "steps": [{"set_weight": {"percent": 20}}],
                                 "window": {"revisions": 2, "counting": 1, "match": 1}}})
        epoch = self.call(
            "claim", "ClaimLease", lambda answer: answer.epoch > 0, cluster=self.cluster,
            holder="agent", idempotency_key=f"claim-{self.number}", registration={"mode": 2}).epoch

        def report(id, attempt, **outcome):
            self.call(
                id, "ReportOutcomes", lambda answer: answer.results[0].kind in (1, 2),
                cluster=self.cluster, epoch=epoch,
                reports=[dict(id=id, application=self.application, attempt=attempt, **outcome)])

        self.command("start", start={"revision": 1})
        self.command("pause", pause={})
        self.command("resume", resume={})
        report("seen", 1, revision_observed={"revision": 1, "local": {"pod_hash": "hash1"}})
        report("available", 1, available={"revision": 1})
        self.command("forward", start={"revision": 2})
        # Some of these are refused, which is recorded as well.
        for plain in ("promote", "promote_full", "abort", "retry", "escalate", "undo"):
            self.command(plain, **{plain: {}})
        self.command("rollback", rollback={"revision": 1})
        self.command("hold", cluster=False, hold={"revision": 1})
        self.command("unhold", cluster=False, release_hold={"revision": 1})
        self.call("release", "ReleaseLease", lambda answer: True, cluster=self.cluster,
                  holder="agent", epoch=epoch)
        events = all_events(self.client)
        assert [event.position for event in events] == list(range(len(events)))
        mine = [(e.stream.replace(self.application, "A").replace(self.cluster, "C"), e.version,
                 e.type) for e in events
                if self.application in e.stream or e.stream.endswith(f"-{self.cluster}")]
        return mine


def test_every_command_cut_between_its_messages_leaves_the_same_log(workers):
    ends = {}
    expected = Story(workers[0], 900).run(ends)
    assert len(expected) > 15 and min(map(len, ends.values())) > 6, ends
    places = max(len(found) for found in ends.values())
    jobs = [(place, way) for way in Way for place in range(places)]
    if SAMPLE:
        silent = [0, places // 2]
        jobs = [(place, way) for place, way in jobs if way is not Way.HANG or place in silent]

    def work(worker, part):
        counts = {}
        for number, (place, way) in enumerate(part):
            story = Story(worker, number)
            assert story.run(dict(ends), place, way) == expected, (place, way)
            for way, count in story.counts.items():
                counts[way] = counts.get(way, 0) + count
        return counts

    counts = share(workers, jobs, work)
    total = {way.name: sum(part.get(way, 0) for part in counts) for way in Way}
    assert all(total.values()), total
    print(f"{len(jobs)} stories of {len(ends)} kinds of commands, cuts {total}")


# ------------------------------------------------------------------------------------ all the rest

# Statements that are no append, and what makes the service use them.
READS = ["scan_forwards", "selection_streams", "names", "stream_events"]


def page(client, stream=""):
    begin = {"from_version": 1} if stream else {"from_position": 1}
    answer = client.call(
        "windlass.v1.Log/Read", filter={"stream": stream}, limit=3, timeout=40, **begin)
    return [(e.position, e.stream, e.version, e.type) for e in answer.events]


def provoke(proxied, statement):
    """Lets the service run a statement, and returns what it answered."""
    client = proxied.client
    if statement in ("stream_events", "selection_streams"):
        return page(client, "application-shop/checkout")
    if statement == "names":
        # Names are asked for once, so it takes new ones.
        proxied.names += 1
        application = f"shop/name{proxied.names}"
        settle(client, application, None, application=application, apply={
            "revision": {"release": "v1", "digest": digest("v1"), "images": ["web:v1"]},
            "strategy": {"replicas": 1, "steps": [{"set_weight": {"percent": 20}}]}})
        return [event[3] for event in page(client, f"application-{application}")]
    if statement in READS:
        return page(client)
    if statement == "renew_lease":
        return client.call(f"{CLUSTERS}/RenewLease", cluster=CLUSTER, holder="agent-1", epoch=1,
                           timeout=15).epoch
    # The rest the service does by itself, all the time or whenever it connects.
    return until(lambda: proxied.service.console_get("/readyz")[0] == 200, proxied.service.log, 60)


def tried(proxied, statement):
    try:
        return provoke(proxied, statement)
    except grpc.RpcError as error:
        assert error.code() in (
            grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
        return None


REST = [*READS, "renew_lease", "head", "notify", "listen", "become_writer", "wait_for_commit",
        "own_backend", "user\0postgres"]


def test_every_other_conversation_cut_between_its_messages_does_no_harm(postgres, workers):
    def measure(worker, statement):
        cut = Cut(statement.encode(), 1 << 30, Way.CLOSE)
        worker.proxy.arm(cut)
        reconnect(postgres, worker)
        until(lambda: tried(worker, statement), worker.service.log, 60)
        worker.command()
        until(lambda: cut.reply > 0, f"{statement} is never said", 60)
        cut.done = True
        worker.proxy.arm(None)
        # Whatever else comes later on the same connection is another conversation.
        return [0, *cut.boundaries()][:12]

    def reconnect(postgres, worker):
        postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where "
                     f"datname = '{worker.name}'", database="postgres")

    plans = {statement: measure(workers[0], statement) for statement in REST}
    jobs = [(statement, place, way) for statement, ends in plans.items()
            for place in range(len(ends)) for way in Way]
    if SAMPLE:
        chance = random.Random(5)
        jobs = sorted(chance.sample(
            [job for job in jobs if job[2] is not Way.HANG], 40), key=str) + [
            (statement, 1, Way.HANG) for statement in ("scan_forwards", "head", "user\0postgres")]

    def work(worker, part):
        done = 0
        expected = {statement: provoke(worker, statement) for statement in REST}
        for statement, place, way in part:
            cut = Cut(statement.encode(), plans[statement][place], way)
            worker.proxy.arm(cut)
            reconnect(postgres, worker)
            answer = until(lambda: tried(worker, statement), worker.service.log, 120)
            assert answer == expected[statement], (statement, place, way)
            worker.command()
            until(lambda: not cut.armed, (statement, place, way), 60)
            worker.proxy.arm(None)
            worker.command()
            done += cut.done
        events = all_events(worker.client)
        mine = [e.type for e in events if e.stream == STREAM and e.type in EVENTS.values()]
        assert mine == [("paused.v1", "resumed.v1")[n % 2] for n in range(worker.commands)]
        return done

    done = sum(share(workers, jobs, work))
    print(f"{done} cuts in {len(jobs)} conversations of {len(plans)} kinds")
    assert done > len(jobs) // 2
