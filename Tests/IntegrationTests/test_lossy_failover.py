"""A standby that had not everything is promoted: every replica notices before it decides again.

Without a synchronous standby the last answers before a failover can be lost, and their positions are
given out again with other content. No replica may go on from a memory of what is not in the log.
"""

import os
import shutil
import subprocess

from own_postgres import OwnPostgres
from simulated_agent import until
from test_failover import Pair
from windlass_service import ALLOWED, Service, all_events, view
from writers import EVENTS, prepare, settle, states

LOSSES = range(1, 21) if os.environ.get("WINDLASS_CAMPAIGN") else (1, 7)
REPLICAS = 3
OTHERS = [type("Writer", (), {"cluster": f"c{number}"}) for number in range(REPLICAS)]


def story(client):
    return [(e.position, e.stream, e.version, e.type) for e in all_events(client)]


def known(client):
    return view(client, "c0").position


def test_no_replica_decides_on_what_a_failover_took_back():
    pair = Pair(synchronous=False)
    services = []
    try:
        for _ in range(REPLICAS):
            services.append(Service(["--database", pair.url]).start())
        clients = [service.client() for service in services]
        prepare(clients[0], REPLICAS)
        turn = 0
        for lost in LOSSES:
            until(lambda: pair.caught_up(), "a standby that has everything")
            pair.cut_replication()
            kept = story(clients[0])
            # Acknowledged, and known to every replica: that is what makes it dangerous.
            for number in range(lost):
                decision, _ = settle(
                    clients[number % REPLICAS], f"lost-{lost}-{number}", f"c{number % REPLICAS}",
                    **{("pause", "resume")[number // REPLICAS % 2]: {}})
                assert decision.result == ALLOWED, decision
            doomed = story(clients[0])
            assert len(doomed) == len(kept) + lost
            for client in clients:
                until(lambda: known(client) >= len(doomed), "a replica that follows")
            pair.lose_primary()
            pair.promote()

            # Whoever decides first grows the new log beyond where the old one ended, or just not.
            order = [(lost + place) % REPLICAS for place in range(REPLICAS)]
            answers = []
            for place, replica in enumerate(order):
                for again in range(lost + 2 if place == 0 and lost % 2 else 1):
                    key = f"after-{lost}-{replica}-{again}"
                    command = ("pause", "resume")[again % 2]
                    decision, _ = settle(clients[replica], key, f"c{replica}", **{command: {}})
                    assert decision.result == ALLOWED, (lost, replica, decision)
                    answers.append((decision.position - 1, f"rollout-shop/checkout@c{replica}",
                                    decision.version, EVENTS[command]))
            log = story(clients[order[0]])
            # The log is what was kept and what was decided after it, and nothing else: no decision
            # was taken on the strength of what was lost.
            assert log[:len(kept)] == kept
            assert log[len(kept):] == sorted(answers), (lost, log[len(kept):], answers)
            for service, client in zip(services, clients):
                assert story(client) == log
                assert "the log is not the one that was folded" in service.log() or turn, lost
            # Nobody remembers the lost ones, and all tell the same.
            for client in clients:
                until(lambda: known(client) >= len(log), "a replica that follows")
            shown = [states(client, OTHERS) for client in clients]
            assert shown[0] == shown[1] == shown[2]
            # What was lost was never recorded: its key is free, and can be sent again.
            for replica in range(REPLICAS):
                decision, _ = settle(
                    clients[0], f"level-{lost}-{replica}", f"c{replica}", resume={})
                assert decision.result in (1, 2), decision
            turn += 1
            pair.follow(pair.standby)
        detections = [service.whole_log().count("the log is not the one that was folded")
                      for service in services]
        assert min(detections) >= len(list(LOSSES)), detections
        print(f"losses of {list(LOSSES)} events, detected {detections} times")
    finally:
        for service in services:
            service.close()
        pair.close()


def test_a_restored_backup_is_noticed_even_when_it_has_grown_past_what_was_known():
    postgres = OwnPostgres()
    services = []
    copy = postgres.directory / "copy"
    try:
        services += [Service(["--database", postgres.url]).start() for _ in range(2)]
        clients = [service.client() for service in services]
        prepare(clients[0], 2)
        postgres.stop("fast")
        subprocess.run(["cp", "-a", postgres.data, copy], check=True)
        postgres.start()
        until(lambda: services[0].console_get("/readyz")[0] == 200, services[0].log)
        kept = len(story(clients[0]))
        for number in range(3):
            command = {("pause", "resume")[number % 2]: {}}
            assert settle(clients[0], f"gone-{number}", "c0", **command)[0].result == ALLOWED
        for client in clients:
            until(lambda: known(client) == kept + 3, "a replica that follows")
        postgres.stop("fast")
        shutil.rmtree(postgres.data)
        subprocess.run(["cp", "-a", copy, postgres.data], check=True)
        postgres.start()
        # The first grows the old log again, longer than it was; the second must not take it for its own.
        for number in range(5):
            command = {("pause", "resume")[number % 2]: {}}
            decision, _ = settle(clients[0], f"new-{number}", "c1", **command)
            assert decision.result == ALLOWED, decision
            assert decision.position == kept + number + 1
        decision, _ = settle(clients[1], "new-5", "c1", resume={})
        # It is paused by now, and the log that says so is known.
        assert decision.result == ALLOWED and decision.position == kept + 6, decision
        logs = [story(client) for client in clients]
        assert logs[0] == logs[1] and len(logs[0]) == kept + 6
        for client in clients:
            until(lambda: known(client) == kept + 6, "a replica that follows")
        shown = [states(client, OTHERS[:2]) for client in clients]
        assert shown[0] == shown[1]
        for service in services:
            assert "the log is not the one that was folded" in service.whole_log()
    finally:
        for service in services:
            service.close()
        postgres.close()
