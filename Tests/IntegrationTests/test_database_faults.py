"""PostgreSQL ill in every way short of dead: bounded waits, reads from memory, recovery by itself.

While it is ill, readiness and gRPC health say so, a command is answered within seconds with
`unavailable` or `unknown`, and what is in memory can be read. Once it is well nobody has to be told:
the command repeated under its key is recorded once.
"""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import threading
import time

import grpc
import pytest

from own_postgres import PROGRAMS, ROOT_USER, OwnPostgres
from simulated_agent import until
from test_embedded import refused
from windlass_service import ALLOWED, Service, all_events, free_port, submit
from writers import prepare, states

BOUND = 15  # Seconds in which a command is answered, whatever the database does.
SERVING, NOT_SERVING = 1, 2


class Patient:
    """A service on a PostgreSQL of ours, with one running rollout."""

    def __init__(self, postgres, url=None, *flags):
        self.postgres = postgres
        self.service = Service(["--database", url or postgres.url, *flags]).start()
        self.client = self.service.client()
        prepare(self.client, 1)
        self.count = 0
        self.command()

    def close(self):
        self.client.close()
        self.service.close()

    def health(self):
        return self.client.call("grpc.health.v1.Health/Check", service="").status

    def ready(self):
        return self.service.console_get("/readyz")

    def send(self, key, **command):
        """One try; the decision's result, or None for an error that says to repeat."""
        began = time.monotonic()
        try:
            result = submit(self.client, key, cluster="c0", timeout=BOUND, **command)[0].result
        except grpc.RpcError as error:
            assert error.code() in (
                grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), error
            result = None
        assert time.monotonic() - began < BOUND + 2
        assert result in (None, ALLOWED, 5, 6), result
        return result

    def next(self):
        self.count += 1
        return f"k{self.count}", {"pause" if self.count % 2 else "resume": {}}

    def command(self):
        """A command that is repeated under its key until it is recorded, once."""
        key, command = self.next()
        until(lambda: self.send(key, **command) == ALLOWED, self.service.log, seconds=60)
        self.check()

    def check(self):
        mine = [e.type for e in all_events(self.client)
                if e.stream == "rollout-shop/checkout@c0" and e.type in ("paused.v1", "resumed.v1")]
        assert mine == [("resumed.v1", "paused.v1")[n % 2] for n in range(1, self.count + 1)]

    def suffers(self, seconds=30):
        """The next command is not taken, and everybody who asks is told the truth."""
        key, command = self.next()
        # It may be a moment until the illness is met.
        until(lambda: self.send(key, **command) != ALLOWED, "a command that fails", seconds)
        until(lambda: self.ready()[0] == 503, "503", seconds)
        status, reason = self.ready()
        assert "reads go on from memory" in reason, reason
        assert self.health() == NOT_SERVING
        assert self.service.console_get("/healthz")[0] == 200
        began = time.monotonic()
        state = states(self.client, [type("Writer", (), {"cluster": "c0"})])
        assert len(state) == 1 and time.monotonic() - began < 2
        # Still so after a while, and no command waits for long while it is known.
        for _ in range(5):
            began = time.monotonic()
            assert self.send(key, **command) != ALLOWED
            assert self.ready()[0] == 503, self.ready()
        return key, command, reason

    def recovers(self, key, command, seconds=60):
        until(lambda: self.ready()[0] == 200, self.service.log, seconds)
        until(lambda: self.health() == SERVING, "serving", seconds)
        until(lambda: self.send(key, **command) == ALLOWED, self.service.log, seconds)
        self.check()
        self.command()


@pytest.fixture(scope="module")
def postgres():
    postgres = OwnPostgres()
    yield postgres
    postgres.close()


@pytest.fixture
def patient(postgres):
    patient = Patient(postgres)
    yield patient
    patient.close()


@pytest.fixture(autouse=True)
def fresh(request):
    """Every test has a database of its own on the shared server."""
    yield
    if "postgres" in request.fixturenames:
        postgres = request.getfixturevalue("postgres")
        postgres.start_again()
        postgres.sql("drop database if exists fleet with (force)", database="postgres")
        postgres.sql("create database fleet", database="postgres")


def test_a_server_that_takes_no_writes(patient):
    sql = patient.postgres.sql
    sql("alter system set default_transaction_read_only = on")
    sql("select pg_reload_conf()")
    try:
        key, command, reason = patient.suffers()
        assert "read-only" in reason or "no writes" in reason, reason
    finally:
        sql("alter system reset default_transaction_read_only", write=True)
        sql("select pg_reload_conf()", write=True)
    patient.recovers(key, command)


def test_the_log_s_lock_held_by_somebody(patient):
    holder = patient.postgres.session("begin; select from windlass_log.head for update;")
    try:
        key, command, reason = patient.suffers()
        assert "lock" in reason, reason
    finally:
        holder.kill()
        holder.wait()
    patient.recovers(key, command)


def test_a_restart_and_a_crash_of_the_server(patient):
    for mode in ("fast", "immediate"):
        patient.postgres.stop(mode)
        key, command, _ = patient.suffers()
        patient.postgres.start()
        patient.recovers(key, command)


def test_time_limits_set_for_the_role_do_not_end_what_the_service_does(patient):
    sql = patient.postgres.sql
    for setting in ("statement_timeout = '1ms'", "idle_session_timeout = '50ms'",
                    "idle_in_transaction_session_timeout = '1ms'", "lock_timeout = '1ms'",
                    "default_transaction_isolation = 'serializable'",
                    "synchronous_commit = 'off'"):
        sql(f"alter role postgres set {setting}", before="set statement_timeout = 0")
    try:
        sql("select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'windlass'", before="set statement_timeout = 0")
        until(lambda: patient.ready()[0] == 200, patient.service.log)
        for _ in range(5):
            patient.command()
            assert patient.ready()[0] == 200
    finally:
        sql("alter role postgres reset all", before="set statement_timeout = 0")


@pytest.mark.skipif(not ROOT_USER, reason="mounts a file system")
def test_a_full_disk():
    small = OwnPostgres(tmpfs="160m", initdb=["--wal-segsize=1"], options="-c max_wal_size=8MB "
                        "-c min_wal_size=2MB")
    try:
        patient = Patient(small)
        ballast = small.directory / "ballast"
        try:
            with open(ballast, "wb") as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            # As long as the open segment of the write-ahead log has room nobody notices.
            end = time.monotonic() + 120
            while True:
                key, command = patient.next()
                if patient.send(key, **command) != ALLOWED:
                    patient.count -= 1
                    break
                assert time.monotonic() < end, "the disk does not fill"
            # The failed one is asked again under its key by `suffers`.
            key, command, _ = patient.suffers()
            ballast.unlink()
            # PostgreSQL may have ended itself; starting it is for whoever runs it.
            small.start_again()
            patient.recovers(key, command)
        finally:
            patient.close()
    finally:
        small.close()


UNSAFE = ["fsync=off", "full_page_writes=off", "zero_damaged_pages=on",
          "ignore_checksum_failure=on"]


@pytest.mark.parametrize("setting", UNSAFE)
def test_a_server_that_may_forget_is_refused_unless_allowed(postgres, setting):
    postgres.stop("fast")
    postgres.start(f"-c {setting}")
    try:
        name, value = setting.split("=")
        said = refused("--database", postgres.url)
        assert f"{name} = {value}" in said and "--allow-unsafe-database" in said, said
        patient = Patient(postgres, postgres.url, "--allow-unsafe-database")
        try:
            assert f"{name} = {value}" in patient.service.log()
            patient.command()
        finally:
            patient.close()
    finally:
        postgres.stop("fast")
        postgres.start()


def test_an_old_server_is_refused():
    """Something that speaks the protocol, takes anybody, and says that it is PostgreSQL 12."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    greet(client)

        threading.Thread(target=serve, daemon=True).start()
        said = refused("--database",
                       f"postgresql://someone@127.0.0.1:{listener.getsockname()[1]}/fleet")
    assert "PostgreSQL 15 or newer is needed, this is 12" in said, said


def greet(client):
    def message(kind, body):
        return kind + struct.pack("!i", len(body) + 4) + body

    with client:
        while True:
            size = struct.unpack("!i", client.recv(4))[0]
            body = client.recv(size - 4)
            if struct.unpack("!i", body[:4])[0] == 80877103:  # Asks for TLS.
                client.sendall(b"N")
                continue
            break
        client.sendall(
            message(b"R", struct.pack("!i", 0))
            + b"".join(message(b"S", name + b"\0" + value + b"\0") for name, value in (
                (b"server_version", b"12.1"), (b"in_hot_standby", b"off"),
                (b"default_transaction_read_only", b"off"), (b"client_encoding", b"UTF8")))
            + message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I"))
        with contextlib.suppress(OSError):
            while client.recv(65536):
                client.sendall(message(
                    b"T", struct.pack("!h", 1) + b"transaction_read_only\0"
                    + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0))
                    + message(b"D", struct.pack("!hi", 1, 3) + b"off")
                    + message(b"C", b"SHOW\0") + message(b"Z", b"I"))


# ------------------------------------------------------------------------------------------ hosts


def test_hosts_that_are_away_silent_or_read_only_are_passed_over(postgres):
    # One refuses, one takes the connection and never says a word, one does not take writes.
    postgres.sql("create database deaf", database="postgres")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = [free_port(), silent.getsockname()[1], postgres.port]
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        began = time.monotonic()
        patient = Patient(postgres, f"postgresql://postgres@{hosts}/fleet")
        assert time.monotonic() - began < 40
        try:
            patient.postgres.stop("immediate")
            key, command, _ = patient.suffers()
            patient.postgres.start()
            patient.recovers(key, command)
        finally:
            patient.close()


@pytest.mark.parametrize("hosts, why", [
    (",".join(f"h{n}" for n in range(9)), "at most 8 hosts"),
    ("a:1,b:2,c", None), ("a:1,b:0", "1...65535"),
])
def test_lists_of_hosts_that_cannot_be(hosts, why):
    said = refused("--database", f"postgresql://u:hunter2@{hosts}/fleet")
    assert "hunter2" not in said
    assert why is None or why in said, said


# --------------------------------------------------------------------------------- TLS, passwords


class Authority:
    """A certificate authority made for a test, and what it has signed."""

    def __init__(self, directory, name):
        self.directory = directory
        self.name = name
        self.certificate = directory / f"{name}.crt"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", directory / f"{name}.key", "-out", self.certificate, "-days", "2",
                     "-subj", f"/CN={name}")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def sign(self, name, alternative):
        key, request = self.directory / f"{name}.key", self.directory / f"{name}.csr"
        certificate = self.directory / f"{name}.crt"
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", key, "-out", request, "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName={alternative}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey",
                     self.directory / f"{self.name}.key", "-CAcreateserial", "-out", certificate,
                     "-days", "2", "-copy_extensions", "copy")
        return certificate, key


def test_only_the_server_that_the_authority_vouches_for_by_name_is_talked_to(postgres, tmp_path):
    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    certificate, key = ours.sign("server", "DNS:localhost")
    for source, name in ((certificate, "server.crt"), (key, "server.key")):
        shutil.copy(source, postgres.data / name)
        postgres.own(postgres.data / name, 0o600)
    base = f"postgresql://postgres@localhost:{postgres.port}/fleet"

    def url(authority, mode="verify-full", host="localhost"):
        return (base.replace("localhost", host)
                + f"?sslmode={mode}&sslrootcert={authority.certificate}")

    # Without TLS on the server nothing is said in the clear instead.
    said = refused("--database", url(ours))
    assert "SSL" in said, said
    postgres.stop("fast")
    postgres.start("-c ssl=on")
    try:
        said = refused("--database", url(other))
        assert "certificate verify failed" in said, said
        said = refused("--database", url(ours, host="127.0.0.1"))
        assert "does not match host name" in said, said
        patient = Patient(postgres, url(ours))
        try:
            ciphered = postgres.sql(
                "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) "
                "where application_name = 'windlass'")
            assert ciphered == "t"
            assert "not verified" not in patient.service.log()
            # Another certificate takes its place: no new connection is made to it.
            shutil.copy(other.sign("impostor", "DNS:localhost")[0], postgres.data / "server.crt")
            shutil.copy(tmp_path / "impostor.key", postgres.data / "server.key")
            postgres.own(postgres.data / "server.crt", 0o600)
            postgres.own(postgres.data / "server.key", 0o600)
            postgres.stop("fast")
            postgres.start("-c ssl=on")
            key_, command, _ = patient.suffers()
            until(lambda: "certificate verify failed" in patient.ready()[1], patient.ready)
            shutil.copy(certificate, postgres.data / "server.crt")
            shutil.copy(key, postgres.data / "server.key")
            postgres.own(postgres.data / "server.crt", 0o600)
            postgres.own(postgres.data / "server.key", 0o600)
            postgres.sql("select pg_reload_conf()")
            patient.recovers(key_, command)
        finally:
            patient.close()
    finally:
        postgres.stop("fast")
        postgres.start()


def test_an_unverified_server_beyond_this_machine_is_warned_of(postgres):
    patient = Patient(postgres)
    try:
        assert "sslmode=verify-full" in patient.service.log()
    finally:
        patient.close()


PASSWORD = "s3cret/with:odd@signs"


@pytest.fixture
def scram(postgres):
    """The server asks a role `keeper` for a password, by SCRAM."""
    rules = postgres.data / "pg_hba.conf"
    before = rules.read_text()
    postgres.sql(f"set password_encryption = 'scram-sha-256'; "
                 f"create role keeper login superuser password '{PASSWORD}'")
    rules.write_text("host all keeper 127.0.0.1/32 scram-sha-256\n" + before)
    postgres.sql("select pg_reload_conf()")
    yield f"postgresql://keeper@127.0.0.1:{postgres.port}/fleet"
    rules.write_text(before)
    postgres.sql("select pg_reload_conf()")
    postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'")
    postgres.sql("drop owned by keeper; ", check=False)


def test_passwords_come_from_a_file_and_are_never_told(postgres, scram, tmp_path):
    file = tmp_path / "password"
    said = refused("--database", scram)
    assert "password" in said, said
    file.write_text("wrong\n")
    said = refused("--database", scram, "--database-password-file", file)
    assert "password authentication failed" in said and "wrong" not in said, said
    said = refused("--database", scram, "--database-password-file", tmp_path / "nothing")
    assert "nothing cannot be read" in said, said
    for content in (b"", b"\n", b"one\ntwo\n", b"a\0b", b"x" * 5000):
        file.write_bytes(content)
        said = refused("--database", scram, "--database-password-file", file)
        assert "must hold one line" in said, said

    # libpq's own kind of file, named in the URL.
    passfile = tmp_path / "pgpass"
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passfile.write_text(f"127.0.0.1:*:*:keeper:{escaped}\n")
    passfile.chmod(0o600)
    patient = Patient(postgres, f"{scram}?passfile={passfile}")
    patient.close()
    postgres.sql("drop database fleet with (force)", database="postgres")
    postgres.sql("create database fleet", database="postgres")

    file.write_text(PASSWORD + "\n")
    patient = Patient(postgres, scram, "--database-password-file", str(file))
    try:
        # The password is changed, first there and then here, while the service runs.
        postgres.sql("alter role keeper password 'another'")
        postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                     "where usename = 'keeper'")
        key, command, _ = patient.suffers()
        until(lambda: "password authentication failed" in patient.ready()[1], patient.ready)
        file.with_suffix(".new").write_text("another\n")
        os.replace(file.with_suffix(".new"), file)
        patient.recovers(key, command)
        log = patient.service.log()
        assert PASSWORD not in log and "another" not in log.replace("another replica", "")
    finally:
        patient.close()
