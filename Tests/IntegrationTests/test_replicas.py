"""Several services on one database: one order, seen by all, shared fairly, and read in step.

A tenth of all commits is rolled back by the database at the last moment. Every writer reads what it
wrote from another replica at once, and nobody ever reads backwards.
"""

import os
import threading
import time

from own_postgres import OwnPostgres
from simulated_agent import until
from windlass_service import ROLLOUTS, Service, all_events
from writers import Writer, finish, judge, prepare, states

REPLICAS = 3
CLIENTS = 16  # Of each replica.
SECONDS = 60 if os.environ.get("WINDLASS_CAMPAIGN") else 8

# A commit fails when everything is written and checked: what a crash of the backend would do.
INJECT = """
create function public.fail() returns trigger language plpgsql as $$ begin
  if random() < 0.1 then raise exception 'injected rollback'; end if; return null; end $$;
create constraint trigger inject after insert on windlass_log.batch
  deferrable initially deferred for each row execute function public.fail();
"""


class Session(Writer):
    """A writer that goes on reading, at its own replica and at the others in turn."""

    def __init__(self, services, replica, number, stop):
        super().__init__(services[replica].client, number, stop)
        self.services = services
        self.replica = replica
        self.readers = {}
        self.seen = 0
        self.reads = 0

    def view(self, replica, at_least):
        if replica not in self.readers:
            self.readers[replica] = self.services[replica].client()
        return self.readers[replica].call(
            f"{ROLLOUTS}/GetRollout", application="shop/checkout", cluster=self.cluster,
            at_least_position=at_least, timeout=20)

    def answered(self, client, decision):
        # What was written is there, wherever it is asked for by its position.
        other = (self.replica + 1 + self.reads % (REPLICAS - 1)) % REPLICAS
        elsewhere = self.view(other, decision.position)
        # At the replica that answered it is there without asking.
        here = self.view(self.replica, 0)
        for view in (elsewhere, here):
            assert view.version >= decision.version, (self.cluster, view.version, decision.version)
            assert view.position >= decision.position
        # Later reads of the session, by its position, never go back.
        self.seen = max(self.seen, elsewhere.position, here.position)
        assert self.view(other, self.seen).position >= self.seen
        self.reads += 1


class Tailer(threading.Thread):
    """Follows the log of one replica by position, page after page, and keeps what it saw."""

    def __init__(self, service, stop):
        super().__init__(daemon=True)
        self.client = service.client()
        self.stop = stop
        self.seen = []
        self.error = None

    def run(self):
        try:
            while True:
                last = self.stop.is_set()
                page = self.client.call(
                    "windlass.v1.Log/Read", from_position=len(self.seen), limit=1000, timeout=20)
                for event in page.events:
                    # Gapless and in order at every moment: nothing becomes visible later on before it.
                    assert event.position == len(self.seen), (event.position, len(self.seen))
                    self.seen.append((event.stream, event.version, event.type))
                if last and not page.events:
                    return
                time.sleep(0.01)
        except Exception as error:  # The test reports it.
            self.error = error


def test_three_replicas_share_one_log():
    postgres = OwnPostgres()
    services = [Service(["--database", postgres.url]) for _ in range(REPLICAS)]
    try:
        for service in services:
            service.start()
        client = services[0].client()
        prepare(client, REPLICAS * CLIENTS)
        for service in services:
            end = service.client()
            until(lambda: len(all_events(end)) == len(all_events(client)), "everybody follows")
            end.close()
        postgres.sql(INJECT)
        stop, quiet = threading.Event(), threading.Event()
        tailers = [Tailer(service, quiet) for service in services]
        writers = [Session(services, number % REPLICAS, number, stop)
                   for number in range(REPLICAS * CLIENTS)]
        for thread in (*tailers, *writers):
            thread.start()
        time.sleep(SECONDS)
        finish(writers, stop)
        quiet.set()
        for tailer in tailers:
            tailer.join(60)
            assert not tailer.is_alive() and tailer.error is None, tailer.error
        answered, length = judge(client, writers)
        events = [(e.stream, e.version, e.type) for e in all_events(client)]
        for tailer in tailers:
            assert tailer.seen == events[:len(tailer.seen)]
            assert len(tailer.seen) >= max(w.ledger[-1]["position"] for w in writers)
        shown = []
        for service in services:
            end = service.client()
            until(lambda: end.call(f"{ROLLOUTS}/GetRollout", application="shop/checkout",
                                   cluster="c0").position >= length, "everybody follows")
            shown.append(states(end, writers))
            end.close()
        assert shown[0] == shown[1] == shown[2]
        parts = [sum(len(w.ledger) for w in writers if w.replica == r) for r in range(REPLICAS)]
        # Nobody is starved: a third each would be perfect.
        assert min(parts) > answered / REPLICAS / 2, parts
        assert min(len(w.ledger) for w in writers) > 0
        assert sum(w.unknown for w in writers) > 0, "nothing was rolled back"
        print(f"answered {answered} (by replica {parts}), events {length}, "
              f"reads {sum(w.reads for w in writers) * 3}, "
              f"repeats {sum(w.unknown for w in writers)}")
        client.close()
    finally:
        for service in services:
            service.close()
        postgres.close()
