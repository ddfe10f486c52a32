"""A primary lost and its synchronous standby promoted, again and again, under writers.

Nothing that was answered is lost, because an answer waits for the standby; nothing is doubled, because
a command whose answer was lost is repeated under its key.
"""

import os
import pathlib
import pwd
import random
import shutil
import subprocess
import tempfile
import threading
import time

import grpc

from own_postgres import PROGRAMS, ROOT_USER
from simulated_agent import until
from windlass_service import ALLOWED, UNAVAILABLE, UNKNOWN, Service, all_events, free_port, submit
from writers import Writer, begin, finish, judge, prepare, settle, states

ROUNDS = 3 if not os.environ.get("WINDLASS_CAMPAIGN") else 10
WRITERS = 8
NAMES = ("one", "two")


class Pair:
    """A primary that waits for a standby, or not, and the standby; they change places."""

    def __init__(self, synchronous=True):
        self.synchronous = synchronous
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-pair-"))
        self.ports = {name: free_port() for name in NAMES}
        self.primary, self.standby = NAMES
        if ROOT_USER:
            account = pwd.getpwnam("postgres")
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.run("initdb", "-D", self.data("one"), "-U", "postgres", "-A", "trust", "--no-sync",
                 "--no-instructions", "--data-checksums")
        with open(self.data("one") / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write("listen_addresses = '127.0.0.1'\nwal_keep_size = 256MB\n"
                       "synchronous_commit = on\nhot_standby = on\nmax_wal_senders = 5\n"
                       f"unix_socket_directories = '{self.directory}'\n")
        with open(self.data("one") / "pg_hba.conf", "a", encoding="utf-8") as file:
            file.write("host replication postgres 127.0.0.1/32 trust\n")
        self.start("one")
        self.run("createdb", "-h", "127.0.0.1", "-p", self.ports["one"], "-U", "postgres", "fleet")
        self.follow("two")

    def data(self, name):
        return self.directory / name

    def run(self, program, *arguments, check=True):
        command = [str(part) for part in (PROGRAMS.parent / program, *arguments)]
        if ROOT_USER:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                       *command]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=120)
        assert not check or result.returncode == 0, result
        return result.stdout.strip()

    def sql(self, name, text):
        return self.run("psql", "-h", "127.0.0.1", "-p", self.ports[name], "-U", "postgres", "-d",
                        "fleet", "-qtAX", "-c", text, check=False)

    def start(self, name):
        self.run("pg_ctl", "-D", self.data(name), "-w", "-l", self.directory / f"{name}.log", "-o",
                 f"-p {self.ports[name]}", "start")

    def follow(self, name):
        """Makes `name` a fresh copy of the primary that the primary waits for."""
        if self.data(name).exists():
            shutil.rmtree(self.data(name))
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", self.ports[self.primary], "-U",
                 "postgres", "-D", self.data(name), "-X", "stream", "-c", "fast")
        with open(self.data(name) / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(f"primary_conninfo = 'host=127.0.0.1 port={self.ports[self.primary]} "
                       f"user=postgres application_name={name}'\n"
                       "synchronous_standby_names = ''\n")
        (self.data(name) / "standby.signal").touch()
        if ROOT_USER:
            account = pwd.getpwnam("postgres")
            os.chown(self.data(name) / "standby.signal", account.pw_uid, account.pw_gid)
        self.start(name)
        self.standby = name
        if not self.synchronous:
            return
        self.sql(self.primary, f"alter system set synchronous_standby_names = '{name}'")
        self.sql(self.primary, "select pg_reload_conf()")
        self.wait_for_sync()

    def wait_for_sync(self):
        end = time.monotonic() + 60
        while self.sql(self.primary, "select sync_state from pg_stat_replication") != "sync":
            assert time.monotonic() < end, "the standby does not follow"
            time.sleep(0.1)

    def caught_up(self):
        """Whether the standby has all that the primary has written."""
        return self.sql(self.primary, "select bool_and(replay_lsn = pg_current_wal_lsn()) "
                        "from pg_stat_replication where state = 'streaming'") == "t"

    def cut_replication(self):
        """From here on the standby hears nothing."""
        self.sql(self.standby, "alter system set primary_conninfo = ''")
        self.sql(self.standby, "select pg_reload_conf()")
        end = time.monotonic() + 60
        while self.sql(self.primary, "select count(*) from pg_stat_replication") != "0":
            assert time.monotonic() < end, "the standby does not let go"
            time.sleep(0.05)

    def stop(self, name):
        self.run("pg_ctl", "-D", self.data(name), "-m", "immediate", "stop")

    def lose_primary(self):
        """kill -9 in effect; what it had not sent is gone."""
        self.stop(self.primary)

    def promote(self):
        self.run("pg_ctl", "-D", self.data(self.standby), "-w", "promote")
        self.primary, self.standby = self.standby, self.primary
        # Nobody follows yet: waiting for nobody would stop every writer, which is the operator's
        # choice to make and not ours.
        self.sql(self.primary, "alter system set synchronous_standby_names = ''")
        self.sql(self.primary, "select pg_reload_conf()")

    @property
    def url(self):
        hosts = ",".join(f"127.0.0.1:{self.ports[name]}" for name in NAMES)
        return f"postgresql://postgres@{hosts}/fleet"

    def close(self):
        for name in NAMES:
            self.run("pg_ctl", "-D", self.data(name), "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.directory, ignore_errors=True)


def test_a_standby_promoted_under_load_has_everything_that_was_answered():
    pair = Pair()
    service = Service(["--database", pair.url]).start()
    try:
        client = service.client()
        prepare(client, WRITERS)
        client.close()
        writers, stop = begin(service.client, WRITERS)
        chance = random.Random(3)
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.3, 1.5))
            pair.lose_primary()
            # Reads go on while there is nowhere to write.
            client = service.client()
            assert len(states(client, writers)) == WRITERS
            client.close()
            answered = sum(len(writer.ledger) for writer in writers)
            pair.promote()
            end = time.monotonic() + 60
            while sum(len(writer.ledger) for writer in writers) <= answered + WRITERS:
                assert time.monotonic() < end, f"no writer goes on:\n{service.log()}"
                time.sleep(0.05)
            pair.follow(pair.standby)
        time.sleep(0.5)
        finish(writers, stop)
        client = service.client()
        answered, length = judge(client, writers)
        before = states(client, writers)
        client.close()
        assert answered > ROUNDS * WRITERS
        service.stop()
        service.start()
        client = service.client()
        assert judge(client, writers) == (answered, length)
        assert states(client, writers) == before
        client.close()
        print(f"{ROUNDS} promotions, answered {answered}, events {length}, "
              f"repeats {sum(writer.unknown for writer in writers)}")
    finally:
        service.close()
        pair.close()


def test_without_its_standby_nothing_is_answered_and_a_cancelled_wait_is_no_answer():
    pair = Pair()
    service = Service(["--database", pair.url]).start()
    try:
        client = service.client()
        prepare(client, 1)
        assert settle(client, "before", "c0", pause={})[0].result == ALLOWED
        pair.stop(pair.standby)
        cancelled = []
        ended = threading.Event()

        def cancel():
            # What an impatient administrator does: the server then reports success, with a warning.
            while not ended.wait(0.05):
                found = pair.sql(pair.primary, "select pg_cancel_backend(pid) from pg_stat_activity "
                                 "where wait_event = 'SyncRep'")
                if found:
                    cancelled.append(found)

        canceller = threading.Thread(target=cancel)
        canceller.start()
        try:
            for _ in range(3):
                try:
                    decision = submit(client, "alone", cluster="c0", timeout=15, resume={})[0]
                    assert decision.result in (UNKNOWN, UNAVAILABLE), decision
                except grpc.RpcError as error:
                    assert error.code() in (
                        grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
            until(lambda: cancelled, "a wait that is cancelled")
            until(lambda: service.console_get("/readyz")[0] == 503, "503")
            assert len(states(client, [Writer(service.client, 0, ended)])) == 1
        finally:
            ended.set()
            canceller.join()
        # Not cancelled, it waits; so does everybody else, and nobody for long.
        try:
            decision = submit(client, "alone", cluster="c0", timeout=20, resume={})[0]
            assert decision.result in (UNKNOWN, UNAVAILABLE), decision
        except grpc.RpcError as error:
            assert error.code() in (
                grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
        pair.start(pair.standby)
        pair.wait_for_sync()
        decision, _ = settle(client, "alone", "c0", resume={})
        assert decision.result == ALLOWED, decision
        mine = [e.type for e in all_events(client) if e.type in ("paused.v1", "resumed.v1")]
        assert mine == ["paused.v1", "resumed.v1"]
        until(lambda: service.console_get("/readyz")[0] == 200, service.log)
        client.close()
    finally:
        service.close()
        pair.close()
