"""Starting from a snapshot: quickly, and never from one that the log does not bear out."""

import os
import random
import re
import shutil
import subprocess
import time

import pytest

from long_log import LongLog, psql
from own_postgres import OwnPostgres
from windlass_service import BIN, Agent, Service, all_events, apply, submit, view

CAMPAIGN = bool(os.environ.get("WINDLASS_CAMPAIGN"))


def metric(service, name):
    text = service.console_get("/metrics")[1]
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    assert found, f"{name} is not among the figures"
    return float(found[1])


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def deploy(service, releases=("v1", "v2", "v3")):
    """Three revisions on one cluster, one after the other."""
    client = service.client()
    agent = Agent(client, "eu-west")
    for release in releases:
        apply(client, release)
        number = int(release[1:])
        submit(client, f"start-{release}", cluster="eu-west", start={"revision": number})
        agent.follow()
    client.close()
    return seen(service)


def check(*arguments):
    """`windlassd check-snapshots`: its exit code and its lines."""
    result = subprocess.run(
        [BIN / "windlassd", "check-snapshots", *map(str, arguments)],
        capture_output=True, text=True, timeout=600)
    return result.returncode, result.stdout.splitlines(), result.stderr


def seen(service):
    """Everything a rollout shows, but for the moment it was asked."""
    client = service.client()
    state = view(client, "eu-west")
    client.close()
    return {field.name: str(value) for field, value in state.ListFields()
            if field.name != "now_microseconds"}


@pytest.fixture
def postgres():
    postgres = OwnPostgres()
    yield postgres
    postgres.close()


def test_a_restart_begins_where_the_last_snapshot_ends():
    service = Service(["--snapshot-every", "10"]).from_template().start()
    try:
        before = deploy(service)
        service.stop()
        code, lines, _ = check("--data-dir", service.data)
        assert code == 0 and lines and all(": same (" in line for line in lines), lines
        service.start()
        assert "starting from a snapshot" in service.whole_log()
        position = metric(service, "windlass_snapshot_position")
        assert 0 < position <= metric(service, "windlass_log_next_position")
        after = seen(service)
        assert after == before
        # The log is folded beside the work, and bears the snapshot out.
        wait_for(lambda: metric(service, 'windlass_snapshot_checks_total{result="same"}') == 1)
        assert metric(service, 'windlass_snapshot_checks_total{result="different"}') == 0
    finally:
        service.close()


def test_snapshots_can_be_switched_off():
    service = Service(["--snapshot-every", "off"]).from_template().start()
    try:
        deploy(service, ["v1"])
        service.stop()
        assert check("--data-dir", service.data)[:2] == (0, ["no snapshots"])
        service.start()
        assert "snapshot" not in service.whole_log()
    finally:
        service.close()


def test_killed_while_it_writes_snapshots():
    service = Service(["--snapshot-every", "1", "--snapshot-interval", "1s"])
    service.from_template().start()
    try:
        chance = random.Random(3)
        deploy(service, ["v1"])
        for number in range(2, 42 if CAMPAIGN else 8):
            client = service.client()
            for count in range(20):
                submit(client, f"hold-{number}-{count}",
                       **{"hold" if count % 2 == 0 else "release_hold": {"revision": 1}})
            client.close()
            time.sleep(chance.uniform(0, 0.5))
            service.kill()
            service.start()
        expected = seen(service)
        service.stop()
        code, lines, _ = check("--data-dir", service.data)
        assert code == 0 and lines, lines
        # The same again without any.
        service.extra = ["--snapshot-every", "off"]
        service.start()
        assert seen(service) == expected
    finally:
        service.close()


def test_a_snapshot_that_was_tampered_with_is_not_used(postgres):
    service = Service(["--database", postgres.url, "--snapshot-every", "100"]).start()
    try:
        deploy(service)
        service.stop()
        psql(postgres.url, """
            update windlass_log.snapshot_part
            set content = set_byte(content, 100, get_byte(content, 100) # 1)""")
        code, lines, _ = check("--database", postgres.url)
        assert code == 1 and "do not fit their digest" in lines[-1], lines
        service.start()
        assert metric(service, "windlass_snapshots_refused_total") == 1
        assert "a snapshot is not used" in service.whole_log()
        expected = seen(service)
        service.stop()

        # With a digest that fits it is used, until the log is folded beside the work.
        psql(postgres.url, "delete from windlass_log.snapshot")
        service.start()
        client = service.client()
        submit(client, "hold", hold={"revision": 2}, reason="a long word")
        client.close()
        service.extra[-1] = "1"
        service.stop()
        service.start()
        wait_for(lambda: metric(service, "windlass_snapshots_written_total") == 1
                 or psql(postgres.url, "select count(*) from windlass_log.snapshot") != "0\n")
        service.extra[-1] = "1000000"
        service.stop()
        psql(postgres.url, """
            update windlass_log.snapshot_part set content = decode(replace(encode(content, 'hex'),
              encode('a long word', 'hex'), encode('a mere word', 'hex')), 'hex');
            update windlass_log.snapshot s set digest = sha256(p.content)
            from windlass_log.snapshot_part p where p.snapshot_id = s.snapshot_id""")
        code, lines, _ = check("--database", postgres.url)
        assert code == 1, lines
        assert "DIFFERS, first in stream application-shop/checkout" in lines[-1], lines
        service.start()
        wait_for(lambda: metric(service, 'windlass_snapshot_checks_total{result="different"}') == 1)
        wait_for(lambda: service.console_get("/readyz")[0] == 200)
        # Folded from zero: what it was, and the hold that has been recorded since.
        after = seen(service)
        assert "held: true" in after["revisions"] and "held: true" not in expected["revisions"]
        for changed in ("position", "revisions"):
            after.pop(changed), expected.pop(changed)
        assert after == expected
        assert psql(postgres.url, "select count(*) from windlass_log.snapshot") == "0\n"
    finally:
        service.close()


def test_a_restored_backup_has_the_snapshots_of_its_own_past_only():
    service = Service(["--snapshot-every", "10"]).from_template().start()
    try:
        deploy(service, ["v1"])
        service.stop()
        backup = service.directory / "backup"
        subprocess.run(["cp", "-a", service.data, backup], check=True)
        service.start()
        deploy_more(service)
        service.stop()
        code, lines, _ = check("--data-dir", service.data)
        later = lines[-1]
        shutil.rmtree(service.data)
        shutil.move(backup, service.data)
        code, lines, _ = check("--data-dir", service.data)
        assert code == 0 and later not in lines
        service.start()
        assert metric(service, "windlass_snapshots_refused_total") == 0
        client = service.client()
        assert len(all_events(client)) == metric(service, "windlass_log_next_position")
        client.close()
    finally:
        service.close()


def deploy_more(service):
    client = service.client()
    for count in range(40):
        submit(client, f"hold-{count}",
               **{"release_hold" if count % 2 else "hold": {"revision": 1}})
    client.close()


def test_the_start_of_a_long_log(postgres):
    """Reports how long starts take; a campaign has a million events. Nothing is asserted of time."""
    service = Service(["--database", postgres.url, "--snapshot-every", "off"]).start()
    try:
        deploy(service, [f"v{number}" for number in range(1, 10)])
        service.stop()
        model = LongLog(postgres.url, "shop/checkout", "eu-west")
        per_rollout = len(model.models[2])
        clusters = 100 if CAMPAIGN else 20
        applications = max(1, (1_000_000 if CAMPAIGN else 20_000) // (per_rollout * clusters))
        count = model.write(applications, clusters)

        def start(*extra):
            service.extra = ["--database", postgres.url, *extra]
            began = time.monotonic()
            service.start()
            took = time.monotonic() - began
            assert metric(service, "windlass_log_next_position") == count
            assert metric(service, "windlass_quarantined_streams") == 0
            return took

        figures = {}
        figures["without"] = start("--snapshot-every", "off")
        service.stop()
        start("--snapshot-every", "1000", "--no-snapshot-check")
        wait_for(lambda: metric(service, "windlass_snapshots_written_total") == 1, 300)
        size = metric(service, "windlass_snapshot_bytes")
        service.stop()
        for turn in range(3):
            figures[f"with, {turn}"] = start("--no-snapshot-check")
            assert metric(service, "windlass_snapshot_position") == count
            resident = int(re.search(
                r"VmRSS:\s+(\d+)", open(f"/proc/{service.process.pid}/status").read())[1])
            service.stop()
        rollouts = applications * clusters
        print(f"{count} events, {rollouts} rollouts of {per_rollout} events, snapshot of "
              f"{size / 1e6:.1f} MB, {size / rollouts:.0f} bytes a rollout, resident "
              f"{resident / 1024:.0f} MiB; seconds to ready: "
              + ", ".join(f"{name}: {took:.2f}" for name, took in figures.items()))
        assert check("--database", postgres.url)[0] == 0
    finally:
        service.close()
