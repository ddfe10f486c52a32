"""The views for dashboards: against the API, against a count of our own, and through faults."""

import json
import random
import re
import subprocess
import threading
import time

import pytest

from own_postgres import PROGRAMS, OwnPostgres
from simulated_agent import until
from windlass_service import (
    ALLOWED, BIN, REFUSED, ROOT, Agent, Service, all_events, apply, submit,
)

VIEWS = (
    "rollouts", "attempts", "decisions", "refusals", "analysis_runs", "violations", "revisions",
    "holds", "clusters", "fleet_matrix", "verifications", "watches", "quarantined_streams")
DOCUMENT = ROOT / "docs" / "read-models.md"
HOSTILE = "<b>'; drop schema windlass; --</b> \"\\ \u202e 🧭\n\ttab"


class Database(OwnPostgres):
    """A PostgreSQL of our own, asked with psql as whoever we like."""

    def psql(self, statement, user="postgres", ok=True):
        result = subprocess.run(
            [str(PROGRAMS.parent / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c",
             statement, f"postgresql://{user}@127.0.0.1:{self.port}/fleet"],
            capture_output=True, text=True, timeout=60)
        if ok:
            assert result.returncode == 0, (statement, result.stderr)
            return result.stdout.strip()
        return result

    def rows(self, query, user="postgres"):
        return json.loads(
            self.psql(f"select coalesce(json_agg(q), '[]') from ({query}) q", user))

    def view(self, name):
        """The rows of a view in an order of their own, with times as microseconds."""
        return sorted(self.psql(f"select to_jsonb(v) from windlass.{name} v").splitlines())

    def everything(self):
        return {name: self.view(name) for name in VIEWS}

    def position(self):
        exists = self.psql("select to_regclass('windlass.read_models') is not null")
        return int(self.psql("select position from windlass.read_models") or 0) \
            if exists == "t" else -1


@pytest.fixture(scope="module")
def database():
    database = Database()
    yield database
    database.close()


def serve(database, *flags, wait=True):
    return Service(["--database", database.url, *flags]).start(wait)


def caught_up(database, client):
    def look():
        head = view_position(client)
        return database.position() == head and head == view_position(client)
    until(look, "the views catch up", 60)


def view_position(client):
    """How many events the log has."""
    return client.call("windlass.v1.Log/Read", limit=1).position


def traffic(client, prefix, seed, rounds=6):
    """What a few teams do in a few clusters, some of it refused, some of it leaking."""
    dice = random.Random(seed)
    application = f"{prefix}/web"
    agents = [
        Agent(client, f"{prefix}-{name}", application, holder=f"agent-{name}")
        for name in ("eu", "us")]
    for number in range(1, rounds + 1):
        apply(client, f"v{number}", application, window=2, key=f"{prefix}-apply-{number}")
        for agent in agents:
            key = f"{prefix}-{agent.cluster}-{number}"

            def ask(what, **command):
                return submit(
                    client, f"{key}-{what}", application, agent.cluster, HOSTILE, **command)[0]

            started = ask("start", start={"revision": number})
            assert started.result in (ALLOWED, REFUSED), started
            kind = dice.randrange(6)
            if kind == 0:
                ask("abort", abort={})
                ask("retry", retry={})
            elif kind == 1:
                ask("full", promote_full={})
            elif kind == 2:
                agent.follow(fail=(number,))
            agent.follow()
            if number > 2 and dice.random() < 0.6:
                back = ask("back", rollback={"revision": dice.randrange(1, number)})
                if back.result == ALLOWED:
                    agent.follow(leak=dice.random() < 0.7)
            if dice.random() < 0.3:
                ask("resume", resume={})  # Refused: nothing is paused.
        held = dice.randrange(1, number + 1)
        submit(client, f"{prefix}-hold-{number}", application, reason=HOSTILE,
               hold={"revision": held})
        submit(client, f"{prefix}-held-{number}", application, agents[0].cluster,
               start={"revision": held})
        if dice.random() < 0.7:
            submit(client, f"{prefix}-free-{number}", application, release_hold={"revision": held})
    return application, [agent.cluster for agent in agents]


# ---------------------------------------------------------------- a count of our own


class Recount:
    """Reads raw events and comes to its own conclusions, knowing nothing of the service's code."""

    def __init__(self, client):
        self.attempts, self.rollouts, self.runs, self.holds = {}, {}, {}, {}
        self.violations, self.refusals, self.revisions, self.clusters = [], [], {}, {}
        self.messages = client.pool
        for event in all_events(client):
            self.read(event)

    def read(self, event):
        category, _, name = event.stream.partition("-")
        title = "".join(
            word.capitalize() for word in event.type.removesuffix(".v1").split("-"))
        message = self.message(title).FromString(event.payload)
        handler = getattr(self, "on_" + title, None)
        if category == "rollout":
            application, _, cluster = name.rpartition("@")
            key = (application, cluster)
            rollout = self.rollouts.setdefault(
                key, {"stable_revision": None, "desired_revision": None, "attempt": None})
            rollout.update(
                version=event.version, position=event.position, changed_at=message.now_microseconds)
            if handler:
                handler(key, rollout, message, event)
        elif handler:
            handler(name, message, event)

    def message(self, title):
        from google.protobuf import message_factory
        return message_factory.GetMessageClass(
            self.messages.FindMessageTypeByName(f"windlass.v1.{title}"))

    @staticmethod
    def word(message, field):
        """An enum's value as the views spell it."""
        value = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[
            getattr(message, field)].name
        return re.sub("^(READING|PAUSE)_", "", value).lower().replace("_", "-")

    @staticmethod
    def asked(by):
        return {"requested_by": by.principal or None, "claimed_actor": by.claimed_actor or None,
                "reason": by.reason or None}

    def on_AttemptClassified(self, key, rollout, m, event):
        rollout.update(desired_revision=m.revision, attempt=m.attempt)
        c = m.classification
        row = {
            "revision": m.revision, "stable_before": m.stable or None,
            "kind": self.word(c, "kind"), "track": self.word(c, "track"),
            "rules": list(c.rules), "started_at": m.now_microseconds, "verdict": None,
            "ended_at": None, "position": event.position, "window_verdict": None,
            **self.asked(m.by)}
        if c.HasField("rollback"):
            row["window_verdict"] = self.word(c.rollback.answer, "verdict")
        self.attempts[(*key, m.attempt)] = row

    def on_AttemptEnded(self, key, rollout, m, event):
        row = self.attempts[(*key, m.attempt)]
        row["verdict"] = self.word(m.verdict, "kind").split("-")[0]
        row["ended_at"] = m.now_microseconds
        rollout["attempt"] = None
        if row["verdict"] == "promoted":
            rollout["stable_revision"] = rollout["desired_revision"] = row["revision"]

    def on_StableAdopted(self, key, rollout, m, event):
        rollout.update(stable_revision=m.stable, desired_revision=m.stable)

    def run(self, key, m):
        k = m.key
        step = k.step_index_plus_one - 1 if k.step_index_plus_one else None
        return self.runs.setdefault(
            (*key, m.attempt, self.word(k, "type"), step, k.round),
            {"state": "scheduled", "object": None, "phase": None, "reading": None})

    def on_RunScheduled(self, key, rollout, m, event):
        self.run(key, m)

    def on_RunCreated(self, key, rollout, m, event):
        run = self.run(key, m)
        run["object"] = m.object.name
        if run["state"] == "scheduled":
            run["state"] = "created"

    def on_RunCancelled(self, key, rollout, m, event):
        self.run(key, m)["state"] = "cancelled"

    def on_RunFinished(self, key, rollout, m, event):
        self.run(key, m).update(
            state="finished", phase=self.word(m.result, "phase"), reading=self.word(m, "reading"))

    def on_ContractViolated(self, key, rollout, m, event):
        self.violations.append((event.position, *key, m.attempt, m.object.name))

    def on_CommandRefused(self, name, m, event):
        self.refusals.append(
            (event.position, name, m.cluster or None, m.command, m.rule, m.message))

    def on_RevisionRegistered(self, name, m, event):
        self.revisions[(name, m.revision.number)] = (m.revision.release, m.revision.digest)

    def on_RevisionHeld(self, name, m, event):
        self.holds[(name, m.revision)] = self.asked(m.by)

    def on_RevisionReleased(self, name, m, event):
        self.holds.pop((name, m.revision), None)

    def on_LeaseClaimed(self, name, m, event):
        self.clusters[name] = (event.version, m.holder)


MICROSECONDS = "(extract(epoch from {0}) * 1000000)::bigint as {0}"


def compare_with_recount(database, client):
    count = Recount(client)
    columns = (
        "application, cluster, attempt, revision, stable_before, kind, track, rules, verdict, "
        "position, window_verdict, requested_by, claimed_actor, reason, "
        + MICROSECONDS.format("started_at") + ", " + MICROSECONDS.format("ended_at"))
    attempts = {
        (row.pop("application"), row.pop("cluster"), row.pop("attempt")): row
        for row in database.rows(f"select {columns} from windlass.attempts")}
    assert attempts == count.attempts
    columns = (
        "application, cluster, stable_revision, desired_revision, attempt, version, position, "
        + MICROSECONDS.format("changed_at"))
    rollouts = {
        (row.pop("application"), row.pop("cluster")): row
        for row in database.rows(f"select {columns} from windlass.rollouts")}
    assert rollouts == count.rollouts
    runs = {
        tuple(row.pop(name) for name in (
            "application", "cluster", "attempt", "type", "step_index", "round")): row
        for row in database.rows(
            "select application, cluster, attempt, type, step_index, round, state, object, phase, "
            "reading from windlass.analysis_runs")}
    assert runs == count.runs

    def tuples(query):
        return [tuple(row.values()) for row in database.rows(query)]

    assert tuples("select position, application, cluster, attempt, object from windlass.violations "
                  "order by position") == count.violations
    assert tuples("select position, application, cluster, command, rule, message "
                  "from windlass.refusals order by position") == count.refusals
    assert {(row[0], row[1]): (row[2], row[3]) for row in tuples(
        "select application, revision, release, digest from windlass.revisions"
    )} == count.revisions
    assert {
        (row["application"], row["revision"]): {
            "requested_by": row["held_by"], "claimed_actor": row["claimed_actor"],
            "reason": row["reason"]}
        for row in database.rows("select * from windlass.holds where is_held")} == count.holds
    assert {row[0]: (row[1], row[2]) for row in tuples(
        "select cluster, lease_epoch, lease_holder from windlass.clusters")} == count.clusters
    return count


def compare_with_api(database, service, application, clusters):
    """What `windlass get` and `windlass explain` say of each rollout and attempt."""
    held = {row["revision"] for row in database.rows(
        f"select revision from windlass.revisions where application = '{application}' and is_held")}
    for cluster in clusters:
        where = f"application = '{application}' and cluster = '{cluster}'"
        shown = service.cli("get", application, "--cluster", cluster)
        shown = shown.get("rollout", shown)
        row, = database.rows(f"select * from windlass.rollouts where {where}")
        assert row["stable_revision"] == (shown.get("stable") or None)
        assert row["desired_revision"] == (shown.get("desired") or None)
        assert row["phase"] == shown["phase"]
        assert row["message"] == shown["message"]
        assert row["version"] == int(shown["version"])
        assert row["attempt"] == (shown.get("attempt") or {}).get("number")
        matrix = {r["revision"]: r for r in database.rows(
            f"select * from windlass.fleet_matrix where {where}")}
        for revision in shown["revisions"]:
            number = revision["revision"]["number"]
            cell = matrix.pop(number, None)
            assert (number in held) == revision.get("held", False)
            if cell is None:
                assert not revision.get("attempted") and not revision.get("local")
                continue
            assert cell["release"] == revision["revision"]["release"]
            assert cell["is_stable"] == revision.get("stable", False)
            assert cell["is_desired"] == revision.get("desired", False)
            assert cell["is_held"] == revision.get("held", False)
            assert cell["was_attempted"] == revision.get("attempted", False)
            assert cell["was_stable"] == revision.get("onceStable", False)
            assert cell["is_imported"] == revision.get("imported", False)
            assert cell["pod_hash"] == (revision.get("local") or {}).get("podHash")
        assert not matrix
        last = shown.get("lastEnded")
        if last:
            ended, = database.rows(
                f"select * from windlass.attempts where {where} and attempt = {last['number']}")
            assert ended["contract"] == (last.get("contract") or None)
            assert ended["track"] == last["track"].lower()
            objects = database.rows(
                f"select object from windlass.violations where {where} "
                f"and attempt = {last['number']} order by position")
            assert [o["object"] for o in objects] == [
                v["name"] for v in last.get("violations", [])]
            runs = database.rows(
                f"select * from windlass.analysis_runs where {where} "
                f"and attempt = {last['number']}")
            assert sorted((r["state"], r["object"] or "") for r in runs) == sorted(
                (r["state"], r.get("object", "")) for r in last.get("runs", []))
        for attempt in database.rows(f"select * from windlass.attempts where {where}"):
            told = service.cli(
                "explain", application, "--cluster", cluster, "--attempt", attempt["attempt"])
            text = json.dumps(told)
            for rule in attempt["rules"]:
                assert rule in text, (rule, told)


# ---------------------------------------------------------------- tests


def test_the_views_agree_with_the_api_and_with_a_count_of_the_raw_events(database):
    service = serve(database)
    try:
        client = service.client()
        places = [traffic(client, "shop", 1), traffic(client, "bank", 2)]
        caught_up(database, client)
        count = compare_with_recount(database, client)
        assert count.violations and count.refusals and count.holds and count.runs
        for application, clusters in places:
            compare_with_api(database, service, application, clusters)
        reasons = {row["reason"] for row in database.rows("select reason from windlass.attempts")}
        assert HOSTILE in reasons
        metrics = service.console_get("/metrics")[1]
        assert re.search(r"^windlass_read_models_behind_events 0$", metrics, re.M), metrics
        assert re.search(r"^windlass_read_models_stuck 0$", metrics, re.M)
        client.close()
    finally:
        service.close()


def rebuild(database):
    return subprocess.Popen(
        [BIN / "windlassd", "rebuild-read-models", "--database", database.url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_built_anew_the_views_show_the_same_and_readers_notice_nothing(database):
    service = serve(database)
    client = service.client()
    stop = threading.Event()
    seen, errors = [0], []

    def read(names):
        statement = "; ".join(f"select count(*) from windlass.{name}" for name in names)
        while not stop.is_set():
            result = database.psql(statement, ok=False)
            if result.returncode or "0" in result.stdout.split():
                errors.append((result.stdout, result.stderr))
            seen[0] += 1

    try:
        caught_up(database, client)
        before = database.everything()
        filled = [name for name in VIEWS if before[name]]
        orders = [filled, filled[::-1], random.Random(5).sample(filled, len(filled))]
        readers = [threading.Thread(target=read, args=(order,)) for order in orders]
        for reader in readers:
            reader.start()
        generations = []
        for _ in range(5):
            # Beside the service, which does the work.
            command = rebuild(database)
            assert command.wait(120) == 0, command.stderr.read()
            generations.append(database.psql("select generation from windlass.read_models"))
            assert database.everything() == before
        service.stop()
        # Without a service.
        command = rebuild(database)
        assert command.wait(120) == 0, command.stderr.read()
        generations.append(database.psql("select generation from windlass.read_models"))
        assert database.everything() == before
        assert len(set(generations)) == 6
        stop.set()
        for reader in readers:
            reader.join()
        assert not errors, errors[:3]
        assert seen[0] > 20
        left = database.psql(
            "select count(*) from pg_namespace where nspname ~ '^windlass_read_[0-9]+$'")
        assert left == "1"
    finally:
        stop.set()
        service.close()


def test_killed_again_and_again_it_ends_where_one_that_lived_would(database):
    service = serve(database)
    dice = random.Random(7)
    try:
        for number in range(20):
            client = service.client()
            traffic(client, f"kill{number}", number, rounds=1)
            client.close()
            if number % 4 == 3:
                command = rebuild(database)
                time.sleep(dice.random())
                command.kill()
                command.wait()
            time.sleep(dice.random() * 0.3)
            service.kill()
            service.start()
        client = service.client()
        caught_up(database, client)
        until(lambda: not database.psql("select building from windlass.read_models"),
              "a rebuild that was killed is finished by the service", 60)
        compare_with_recount(database, client)
        survived = database.everything()
        command = rebuild(database)
        assert command.wait(120) == 0, command.stderr.read()
        assert database.everything() == survived
        client.close()
    finally:
        service.close()


def test_two_services_fill_the_same_tables_and_one_takes_over(database):
    services = [serve(database), serve(database)]
    try:
        for number in range(4):
            client = services[number % 2].client()
            traffic(client, f"two{number}", number, rounds=2)
            caught_up(database, client)
            client.close()
            services[number % 2].kill()
            services[number % 2].start()
        client = services[0].client()
        caught_up(database, client)
        compare_with_recount(database, client)
        client.close()
        at_work = [
            re.search(r"^windlass_read_models_at_work (\d)$", service.console_get("/metrics")[1],
                      re.M).group(1) for service in services]
        assert at_work.count("1") <= 1
        for service in services:
            assert service.console_get("/readyz")[0] == 200
    finally:
        for service in services:
            service.close()


def test_switched_off_nothing_follows_and_nothing_is_told(database):
    service = serve(database, "--read-models", "off")
    try:
        client = service.client()
        before = database.position()
        apply(client, "v1", "off/web")
        assert "windlass_read_models" not in service.console_get("/metrics")[1]
        assert database.position() == before
        client.close()
    finally:
        service.close()
    service = serve(database)
    try:
        client = service.client()
        caught_up(database, client)
        client.close()
    finally:
        service.close()


def test_a_reader_may_read_the_views_and_nothing_else(database):
    service = serve(database)
    service.stop()
    database.psql("create role dashboard login; grant windlass_reader to dashboard")
    for name in (*VIEWS, "read_models"):
        database.psql(f"select count(*) from windlass.{name}", "dashboard")
    schema = "windlass_read_" + database.psql("select generation from windlass.read_models")
    for statement in (
        "select * from windlass_log.event", "select * from windlass_log.head",
        "delete from windlass_log.event", "truncate windlass_log.event",
        "select windlass_log.ensure_partitions(1)",
        f"select * from {schema}.rollout", f"truncate {schema}.rollout",
        f"drop schema {schema} cascade", "select * from windlass_read.generation",
        "update windlass_read.generation set position = 0",
        "select windlass_read.begin_generation(1)",
        "insert into windlass.clusters (cluster) values ('x')",
        "update windlass.clusters set mode = 'observe'", "delete from windlass.watches",
        "truncate windlass.rollouts", "drop view windlass.rollouts",
        "create view windlass.mine as select 1", "create table windlass.mine (n int)",
        "create schema mine", "set role windlass_projector", "set role windlass_writer",
        "set role windlass_owner",
    ):
        result = database.psql(statement, "dashboard", ok=False)
        assert result.returncode != 0, statement
    service.close()


def documented():
    """The columns of each view as docs/read-models.md has them: (name, type)."""
    tables, view = {}, None
    for line in DOCUMENT.read_text().splitlines():
        if match := re.match(r"### windlass\.(\w+)$", line):
            view = tables.setdefault(match.group(1), [])
        elif line.startswith("## "):
            view = None
        elif view is not None and (match := re.match(r"\| `(\w+)` \| ([^|]+) \| .+ \|$", line)):
            view.append((match.group(1), match.group(2)))
    return tables


def test_the_document_has_every_column_with_its_type(database):
    found = {}
    for row in database.rows("""
        select c.relname as view, a.attname as name, format_type(a.atttypid, null) as type
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'windlass'::regnamespace and a.attnum > 0
        order by c.relname, a.attnum"""):
        found.setdefault(row["view"], []).append(
            (row["name"], row["type"].replace("timestamp with time zone", "timestamptz")))
    assert found == documented()


def queries():
    """Each SQL statement of the document that asks something."""
    for block in re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.S):
        for statement in block.split(";"):
            if statement.strip().startswith("select"):
                yield statement.strip()


def test_every_query_of_the_document_has_an_answer(database):
    asked = list(queries())
    assert len(asked) >= 10
    answers = [database.rows(query) for query in asked]
    assert sum(1 for rows in answers if rows) >= len(asked) - 4, [
        query for query, rows in zip(asked, answers) if not rows]
    block, = [b for b in re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.S)
              if "create role" in b]
    database.psql(block)
    database.psql("drop role grafana")


def test_a_private_database_is_rebuilt_beside_its_service_and_without_it():
    service = Service().from_template().start()
    try:
        command = [BIN / "windlassd", "rebuild-read-models", "--data-dir", service.data]
        for _ in range(2):
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            assert "built anew" in done.stdout
            service.stop()
        assert service.postmaster() is None
    finally:
        service.close()
