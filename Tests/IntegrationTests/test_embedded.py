"""The private PostgreSQL, and one of your own, as whoever operates windlassd meets them."""

import concurrent.futures
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from own_postgres import PROGRAMS, ROOT_USER, OwnPostgres
from simulated_agent import manifests, until
from windlass_service import BIN, Agent, Service, free_port


def refused(*flags, environment=None):
    """Runs windlassd with flags that it cannot start with; returns what it says."""
    process = subprocess.Popen(
        [BIN / "windlassd", "serve", "--listen", f"127.0.0.1:{free_port()}",
         "--console", f"127.0.0.1:{free_port()}", *map(str, flags)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **(environment or {})})
    try:
        said = process.communicate(timeout=20)[1]
    except subprocess.TimeoutExpired:
        process.terminate()
        raise AssertionError(f"it started:\n{process.communicate()[1]}") from None
    # It ended by itself, and by no trap.
    assert process.returncode > 0, (process.returncode, said)
    return said


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def events(service):
    return service.cli("events", "--limit", 1000)["events"]


@pytest.fixture
def directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="windlass-it-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_a_second_service_on_the_same_directory_is_refused(service):
    service.cli("apply", "-", stdin=manifests("shop/web", "v1"))
    said = refused("--data-dir", service.data)
    assert "in use by another windlassd" in said and str(service.process.pid) in said, said
    assert str(service.data) in said
    # The first does not notice.
    service.cli("apply", "-", stdin=manifests("shop/web", "v2"))
    assert service.console_get("/readyz")[0] == 200


def test_a_clean_stop_leaves_nothing_behind(service):
    service.cli("apply", "-", stdin=manifests("shop/web", "v1"))
    before = events(service)
    pid = service.postmaster()
    assert alive(pid)
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0, service.log()
    assert not alive(pid)
    assert service.postmaster() is None
    service.start()
    assert events(service) == before


def test_ctrl_c_stops_as_cleanly(service):
    pid = service.postmaster()
    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(30) == 0, service.log()
    assert not alive(pid)


def test_a_killed_service_adopts_the_database_it_left(service):
    service.cli("apply", "-", stdin=manifests("shop/web", "v1"))
    before = events(service)
    pid = service.postmaster()
    service.kill()
    assert alive(pid)
    service.start()
    assert service.postmaster() == pid
    assert f"already running (process {pid})" in service.log()
    assert events(service) == before
    service.cli("apply", "-", stdin=manifests("shop/web", "v2"))
    # Adopted is owned: a clean stop ends it.
    service.stop()
    until(lambda: not alive(pid), "the end of PostgreSQL")


def test_killed_together_everything_acknowledged_is_there(service):
    service.cli("apply", "-", stdin=manifests("shop/web", "v1"))
    before = events(service)
    pid = service.postmaster()
    service.kill()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), "the end of PostgreSQL")
    service.start()
    assert service.postmaster() not in (None, pid)
    assert events(service) == before


def test_a_foreign_directory_is_refused_and_left_alone(directory):
    data = directory / "data"
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "precious.txt").write_text("mine")
    mode = (data / "postgres").stat()
    said = refused("--data-dir", data)
    assert "was not created by Windlass" in said and "--data-dir" in said, said
    assert (data / "postgres" / "precious.txt").read_text() == "mine"
    assert [p.name for p in (data / "postgres").iterdir()] == ["precious.txt"]
    assert (data / "postgres").stat().st_uid == mode.st_uid


def test_a_database_of_a_newer_version_is_refused_and_left_alone():
    service = Service().from_template()
    try:
        version = next(service.data.rglob("data/PG_VERSION"))
        version.write_text("99\n")
        said = refused("--data-dir", service.data)
        assert "99" in said, said
        assert version.read_text() == "99\n"
        assert service.postmaster() is None
    finally:
        service.close()


def test_a_file_in_the_place_of_the_directory_is_refused(directory):
    (directory / "data").write_text("")
    assert "data" in refused("--data-dir", directory / "data")


def test_a_path_too_long_for_a_socket_beside_the_data_still_works(directory):
    service = Service()
    shutil.rmtree(service.directory)
    elsewhere = set(pathlib.Path("/tmp").glob("windlass-*-*"))
    service.directory = directory / ("d" * 100)
    service.directory.mkdir()
    try:
        service.from_template().start()
        service.cli("apply", "-", stdin=manifests("shop/web", "v1"))
        # The same socket is found again after a crash.
        pid = service.postmaster()
        service.kill()
        service.start()
        assert service.postmaster() == pid
        assert events(service)
        service.stop()
    finally:
        service.close()
        for socket_directory in set(pathlib.Path("/tmp").glob("windlass-*-*")) - elsewhere:
            if socket_directory.name.split("-")[1].isdigit():
                shutil.rmtree(socket_directory)


@pytest.mark.skipif(not ROOT_USER, reason="only root hands the directory to another user")
def test_a_parent_that_postgres_cannot_pass_is_refused_with_the_command_that_mends_it(directory):
    private = directory / "private"
    private.mkdir(mode=0o700)
    said = refused("--data-dir", private / "data")
    assert "chmod" in said and str(private) in said, said


@pytest.mark.parametrize("flag", [
    "--listen",
    "--console",
])
def test_a_port_in_use_names_its_flag(flag):
    service = Service().from_template()
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            said = refused("--data-dir", service.data, flag, address)
        assert flag in said and address in said, said
        # The next start has nothing in its way.
        service.start()
        service.stop()
    finally:
        service.close()


def test_a_start_that_fails_leaves_no_database_running():
    service = Service().from_template()
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            refused("--data-dir", service.data, "--console",
                    f"127.0.0.1:{taken.getsockname()[1]}")
        assert service.postmaster() is None
    finally:
        service.close()


@pytest.mark.parametrize("flags, words", [
    (["--listen", "nowhere"], ["listen", "HOST:PORT"]),
    (["--lease-seconds", "1"], ["lease-seconds", "300"]),
    (["--log-level", "loud"], ["log-level", "warning"]),
    (["--database", "mysql://localhost/x"], ["database", "postgresql://"]),
    (["--config", "/does/not/exist.json"], ["/does/not/exist.json"]),
])
def test_a_setting_that_cannot_be_is_refused_by_name(directory, flags, words):
    said = refused("--data-dir", directory / "data", *flags)
    for word in words:
        assert word in said, said
    assert not (directory / "data").exists()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(directory):
    file = directory / "windlass.json"
    data = directory / "data"
    file.write_text('{"leaseSeconds": 500}')
    assert "500" in refused("--config", file, "--data-dir", data)
    environment = {"WINDLASS_LEASE_SECONDS": "400", "WINDLASS_CONFIG": str(file)}
    assert "400" in refused("--data-dir", data, environment=environment)
    assert "301" in refused("--data-dir", data, "--lease-seconds", "301", environment=environment)
    assert not data.exists()


@pytest.fixture(scope="module")
def postgres():
    if PROGRAMS is None:
        pytest.skip("no PostgreSQL programs in /usr/lib/postgresql")
    postgres = OwnPostgres()
    yield postgres
    postgres.close()


def test_two_services_on_one_database_answer_each_others_commands(postgres):
    # Both at once on an empty database: the migrations are applied under a lock.
    replicas = [Service(["--database", postgres.url]).start(wait=False) for _ in range(2)]
    try:
        for replica in replicas:
            replica.wait_ready()
        one, two = replicas
        assert not one.data.exists() and not two.data.exists()
        first = one.cli("apply", "-", "--key", "k", stdin=manifests("shop/web", "v1"))
        # The same command by the other door is the same command.
        again = two.cli("apply", "-", "--key", "k", stdin=manifests("shop/web", "v1"))
        assert again["answers"] == first["answers"]

        # An agent at one, commands at the other.
        clients = [replica.client() for replica in replicas]
        agent = Agent(clients[0], "eu-west", application="shop/web")
        until(lambda: two.cli("clusters")["clusters"], "the cluster seen from both")
        started = two.cli("start", "shop/web", "v1", "--cluster", "eu-west")
        attempt = started["answers"][0]["decisions"][0]["attempt"]
        until(agent.directive, "the directive")
        agent.follow()
        waited = two.cli("start", "shop/web", "v1", "--cluster", "eu-west", "--wait")
        assert waited["exitCode"] == 0
        shown = until(
            lambda: next((v for v in [two.cli("get", "shop/web", "--cluster", "eu-west")]
                          if v["stable"] == 1), None), "stable from both")
        assert shown["lastEnded"]["number"] == attempt

        # Against each other: of many starts of new revisions nothing is lost or doubled.
        def register(number):
            replica = replicas[number % 2]
            return replica.cli("apply", "-", stdin=manifests("shop/web", f"r{number}"))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(register, range(12)))
        numbers = sorted(a["answers"][0]["decisions"][0]["revision"] for a in answers)
        assert numbers == list(range(2, 14))
        logs = [replica.cli("events", "--limit", 1000)["events"] for replica in replicas]
        assert logs[0] == logs[1]
        assert [int(e["position"]) for e in logs[0]] == list(range(len(logs[0])))
        for client in clients:
            client.close()

        # One gone, the other goes on.
        one.stop()
        two.cli("apply", "-", stdin=manifests("shop/web", "after"))
    finally:
        for replica in replicas:
            replica.close()


def test_a_database_lost_and_found_again_recovers_by_itself(postgres):
    service = Service(["--database", postgres.url]).start()
    try:
        service.cli("apply", "-", stdin=manifests("shop/lost", "v1"))
        before = events(service)
        postgres.stop()
        command = ["apply", "-", "--key", "lost"]
        result = subprocess.run(
            [BIN / "windlass", *command, "--request-timeout", "1s", "--server", service.url],
            capture_output=True, text=True, input=manifests("shop/lost", "v2"), timeout=30)
        # Nothing was sent to the database, so it is known that nothing was recorded.
        assert result.returncode == 23 and "not recorded" in result.stdout, result
        assert "--key lost" in result.stderr, result
        status, reason = service.console_get("/readyz")
        assert status == 503 and "reads go on from memory" in reason, reason
        assert service.console_get("/healthz")[0] == 200
        assert service.cli("get")["rollouts"] is not None
        postgres.start()
        until(lambda: service.console_get("/readyz")[0] == 200, service.log)
        service.cli(*command, stdin=manifests("shop/lost", "v2"))
        stream = service.cli("events", "--stream", "application-shop/lost")["events"]
        assert [e["type"] for e in stream].count("revision-registered.v1") == 2
        assert events(service)[:len(before)] == before
    finally:
        postgres.start_again()
        service.close()


def test_readiness_notices_a_lost_database_without_being_asked_for_a_command(postgres):
    service = Service(["--database", postgres.url]).start()
    try:
        postgres.stop()
        until(lambda: service.console_get("/readyz")[0] == 503, "503", seconds=15)
    finally:
        postgres.start_again()
        service.close()


def test_a_database_that_may_forget_is_refused(postgres):
    postgres.stop()
    postgres.start("-c fsync=off")
    try:
        said = refused("--database", postgres.url)
        assert "fsync" in said, said
    finally:
        postgres.stop()
        postgres.start_again()


def test_an_unreachable_database_says_what_to_do():
    port = free_port()
    said = refused("--database", f"postgresql://someone:hunter2@127.0.0.1:{port}/fleet")
    assert str(port) in said and "--database" in said, said
    assert "hunter2" not in said


def test_a_database_that_does_not_exist_says_so(postgres):
    said = refused("--database", postgres.url.replace("/fleet", "/nothing"))
    assert "nothing" in said and "does not exist" in said, said
