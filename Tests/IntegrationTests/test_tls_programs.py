"""windlassd, windlass and windlass-agent over TLS, with certificates as openssl makes them."""

import json
import os
import re
import signal
import socket
import subprocess
from types import SimpleNamespace

import grpc
import pytest

from simulated_agent import SimulatedAgent, manifests, until
from windlass_service import BIN, Client, Service, free_port

APP = "shop/web"
CLUSTER = "eu-1"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """A certificate authority in a directory, and what it issues."""

    def __init__(self, directory, name="authority"):
        self.directory = directory
        self.key, self.file = directory / f"{name}.key", directory / f"{name}.pem"
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.file,
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, names="DNS:localhost,IP:127.0.0.1"):
        """Paths of a certificate for these names and of its key."""
        directory = self.directory
        certificate, key, request = (
            directory / f"{name}.crt", directory / f"{name}.key", directory / f"{name}.csr")
        extensions = directory / f"{name}.ext"
        extensions.write_text(
            f"subjectAltName={names}\n"
            "extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n")
        openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            f"/CN={name}", "-keyout", key, "-out", request)
        openssl(
            "x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key,
            "-CAcreateserial", "-days", "1", "-extfile", extensions, "-out", certificate)
        return certificate, key


class EncryptedService(Service):
    """A Service whose files and clients know TLS."""

    def __init__(self, directory, *flags, client=None):
        self.authority = Authority(directory)
        self.certificate, self.key = self.authority.issue("server")
        self.proof = ["--cert", client[0], "--cert-key", client[1]] if client else []
        super().__init__(
            ["--tls-cert", self.certificate, "--tls-key", self.key, *flags])

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def run(self, *arguments, proof=None, trust=True, environment=None, stdin=None):
        """Runs `windlass`; returns its exit status, its object and its standard error."""
        command = [BIN / "windlass", *arguments, "--output", "json"]
        if "--server" not in arguments:
            command += ["--server", self.url]
        command += ["--ca", self.authority.file] if trust else []
        command += self.proof if proof is None else proof
        result = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, timeout=60, input=stdin,
            env={**os.environ, **(environment or {})})
        answer = json.loads(result.stdout) if result.stdout.strip() else None
        return result.returncode, answer, result.stderr

    def done(self, *arguments, **options):
        status, answer, said = self.run(*arguments, **options)
        assert status == 0, (status, answer, said, self.log())
        return answer

    def failed(self, expected, *arguments, **options):
        """The message of a run that must end with this status."""
        status, answer, said = self.run(*arguments, **options)
        assert status == expected, (status, answer, said)
        return answer["error"]["message"]

    def stock(self, client=None):
        """grpcio's channel to it."""
        pair = [path.read_bytes() for path in reversed(client)] if client else [None, None]
        credentials = grpc.ssl_channel_credentials(self.authority.file.read_bytes(), *pair)
        return grpc.secure_channel(
            f"localhost:{self.port}", credentials,
            options=[("grpc.use_local_subchannel_pool", 1)])

    def shown(self):
        """The serial number of the certificate that a new connection sees."""
        said = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-alpn", "h2"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=20).stdout
        return subprocess.run(
            ["openssl", "x509", "-noout", "-serial"], input=said, capture_output=True,
            check=True).stdout


@pytest.fixture
def encrypted(tmp_path):
    tmp_path.chmod(0o755)
    # Found by its age only when SIGHUP does not ask: that is another test's.
    service = EncryptedService(tmp_path, "--access-log", "all", "--limit", "reloadInterval=1h")
    service.from_template().start()
    yield service
    service.close()


@pytest.fixture
def mutual(tmp_path):
    tmp_path.chmod(0o755)
    service = EncryptedService(tmp_path, "--tls-client-ca", tmp_path / "authority.pem")
    service.from_template().start()
    yield service
    service.close()


def test_the_command_line_speaks_tls_and_says_what_is_wrong(encrypted, tmp_path):
    service = encrypted
    assert service.done("get")["rollouts"] == []
    variables = {"WINDLASS_SERVER": service.url, "WINDLASS_CA": str(service.authority.file)}
    result = subprocess.run(
        [BIN / "windlass", "get"], env={**os.environ, **variables}, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr

    # Nobody vouches for it: reached, and not trusted.
    message = service.failed(23, "get", trust=False)
    assert "CERTIFICATE_VERIFY_FAILED" in message and "--ca" in message, message
    foreign = Authority(tmp_path, "foreign")
    message = service.failed(23, "get", "--ca", foreign.file, trust=False)
    assert "--ca" in message, message
    service.done("get", "--server", f"https://127.0.0.1:{service.port}")
    # Cleartext to TLS, and a command that never got that far is not in doubt.
    plain = f"http://localhost:{service.port}"
    service.failed(23, "get", "--server", plain, trust=False)
    service.failed(
        23, "abort", APP, "--cluster", CLUSTER, "--request-timeout", "500ms", trust=False)

    # What cannot be meant, before anything is sent.
    missing = tmp_path / "nowhere.pem"
    message = service.failed(20, "get", "--ca", missing, trust=False)
    assert "--ca" in message and str(missing) in message and "No such file" in message, message
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    message = service.failed(20, "get", "--ca", empty, trust=False)
    assert str(empty) in message and "holds no PEM certificate" in message, message
    certificate, key = service.authority.issue("person")
    assert "--cert-key" in service.failed(20, "get", "--cert", certificate)
    assert "--cert" in service.failed(20, "get", "--cert-key", key)
    message = service.failed(20, "get", "--cert", certificate, "--cert-key", service.key)
    assert "--cert-key" in message and "does not belong" in message, message
    assert "https://" in service.failed(20, "get", "--server", plain)
    message = service.failed(20, "get", "--server", f"{service.url},{plain}")
    assert "cleartext" in message, message


def test_the_name_in_the_certificate_counts(tmp_path):
    tmp_path.chmod(0o755)
    service = EncryptedService(tmp_path)
    service.certificate, service.key = service.authority.issue("named", "DNS:windlass.example")
    service.extra = ["--tls-cert", service.certificate, "--tls-key", service.key]
    service.from_template().start()
    try:
        message = service.failed(23, "get")
        assert "--server-name" in message, message
        service.failed(23, "get", "--server-name", "other.example")
        service.done("get", "--server-name", "windlass.example")
        service.done("get", environment={"WINDLASS_SERVER_NAME": "windlass.example"})
    finally:
        service.close()


def test_of_several_servers_the_first_that_answers_is_asked(encrypted):
    service = encrypted
    dead = f"https://localhost:{free_port()}"
    service.done("get", "--server", f"{dead},{service.url}")
    service.done("get", "--server", dead, "--server", service.url)
    message = service.failed(23, "get", "--server", dead, "--server", dead.replace(
        "localhost", "127.0.0.1"))
    assert message.count("refused") == 2, message


def test_a_certificate_is_required_of_clients_where_an_authority_is_named(mutual, tmp_path):
    service = mutual
    good = service.authority.issue("person")
    message = service.failed(23, "get")
    assert "--cert" in message, message
    foreign = Authority(tmp_path, "foreign")
    stranger = foreign.issue("stranger")
    message = service.failed(23, "get", "--cert", stranger[0], "--cert-key", stranger[1])
    assert "--cert" in message, message
    # In TLS 1.3 the client hears of it when it could have sent its command: no command is in doubt.
    for proof in [[], ["--cert", stranger[0], "--cert-key", stranger[1]]]:
        for _ in range(5):
            service.failed(23, "abort", APP, "--cluster", CLUSTER, *proof)
    service.done("get", "--cert", good[0], "--cert-key", good[1])
    # A stock client, either way.
    path = "/grpc.health.v1.Health/Check"
    with service.stock() as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary(path)(b"", timeout=10)
    with service.stock(good) as channel:
        assert channel.unary_unary(path)(b"", timeout=10) == b"\x08\x01"


def test_an_agent_follows_a_rollout_over_mutual_tls(mutual):
    service = mutual
    pair = service.authority.issue("agent")
    proof = ["--cert", pair[0], "--cert-key", pair[1]]
    flags = ["--ca", service.authority.file, *proof]
    # Before the service one where nobody listens, and one that takes connections and says nothing.
    silent = socket.create_server(("127.0.0.1", 0))
    dead = SimpleNamespace(url=f"https://localhost:{free_port()}")
    agent = SimulatedAgent(
        dead, CLUSTER, "--server", f"https://localhost:{silent.getsockname()[1]}", "--server",
        service.url, *map(str, flags))
    try:
        for release in ("v1", "v2"):
            answer = service.done(
                "apply", "-", "--start", "--cluster", CLUSTER, "--wait", "--timeout", "50s",
                proof=proof,
                stdin=manifests(APP, release, steps=[{"setWeight": 50}, "check"]))
            assert answer["exitCode"] == 0, answer
        view = service.done("get", APP, "--cluster", CLUSTER, proof=proof)
        assert view["view"]["phase"] if "view" in view else view["phase"], view
    finally:
        silent.close()
        assert agent.stop() == 0, agent.lines


@pytest.mark.parametrize("asked", [True, False], ids=["SIGHUP", "by itself"])
def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path, asked):
    tmp_path.chmod(0o755)
    interval = "1h" if asked else "100ms"
    service = EncryptedService(tmp_path, "--limit", f"reloadInterval={interval}")
    service.from_template().start()
    try:
        before = service.shown()
        with service.stock() as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            assert check(b"", timeout=10) == b"\x08\x01"
            # A file that is no good changes nothing but a figure and a line.
            good = service.key.read_bytes()
            (tmp_path / "bad").write_text("rubbish\n")
            os.replace(tmp_path / "bad", service.key)
            if asked:
                service.process.send_signal(signal.SIGHUP)
            until(lambda: "no good" in service.log(), service.log)
            assert str(service.key) in service.log()
            assert service.shown() == before
            (tmp_path / "good").write_bytes(good)

            certificate, key = service.authority.issue("renewed")
            os.replace(key, service.key)
            os.replace(certificate, service.certificate)
            if asked:
                service.process.send_signal(signal.SIGHUP)
            until(lambda: service.shown() != before, service.log)
            # The connection from before goes on.
            assert check(b"", timeout=10) == b"\x08\x01"
        service.done("get")
        figures = service.console_get("/metrics")[1]
        reloads = re.search(r"(?m)^windlass_grpc_certificate_reloads_total (\d+)", figures)
        assert int(reloads[1]) >= 1
        refused = re.search(
            r"(?m)^windlass_grpc_certificate_reloads_refused_total (\d+)", figures)
        assert int(refused[1]) >= 1
    finally:
        service.close()


def test_calls_are_logged_with_their_trace_and_nothing_hostile(encrypted):
    service = encrypted
    trace = "0af7651916cd43dd8448eb211c80319c"
    service.done(
        "get", environment={"TRACEPARENT": f"00-{trace}-b7ad6b7169203331-01"})
    line = until(
        lambda: next((line for line in service.log().splitlines() if trace in line), None),
        service.log)
    for part in ("method=/windlass.v1.Rollouts/ListRollouts", "status=OK", "user_agent=windlass/"):
        assert part in line, line
    # A malformed one counts as none.
    service.done("get", environment={"TRACEPARENT": "00-zz\u202e-b7ad6b7169203331-01"})

    with service.stock() as channel:
        call = channel.unary_unary("/grpc.health.v1.Health/Check")
        call(b"", timeout=10, metadata=[("x-request-id", 'a" b\\c status=FORGED')])
        with pytest.raises(grpc.RpcError):
            channel.unary_unary('/evil.Service/"quoted"\\')(b"", timeout=10)
    line = until(
        lambda: next((line for line in service.log().splitlines() if "FORGED" in line), None),
        service.log)
    assert r"a\x22 b\x5cc" in line, line
    log = (service.directory / "windlassd.log").read_bytes()
    # An invented method is in no line, and no line holds a control character.
    assert b"evil.Service" not in log
    assert all(byte >= 0x20 or byte in b"\n\t" for byte in log)

    figures = service.console_get("/metrics")[1]
    method = 'method="/windlass.v1.Rollouts/ListRollouts",code="OK"'
    bucket = re.findall(
        rf'windlass_grpc_call_seconds_bucket{{{re.escape(method)},le="([^"]+)"}} (\d+)', figures)
    assert bucket[-1][0] == "+Inf" and int(bucket[-1][1]) >= 2, figures
    counts = [int(count) for _, count in bucket]
    assert counts == sorted(counts)
    assert f"windlass_grpc_call_seconds_count{{{method}}} {counts[-1]}" in figures
    assert 'method="unknown",code="UNIMPLEMENTED"' in figures
    assert "evil" not in figures
    for name in ("connections", "streams", "connections_accepted_total", "handshakes_failed_total"):
        assert re.search(rf"(?m)^windlass_grpc_{name} \d+$", figures), name
    page = service.console_get("/")[1]
    assert f"--server https://127.0.0.1:{service.port}" in page


def refused(*flags, environment=None):
    """What windlassd says when it does not start with these flags."""
    process = subprocess.Popen(
        [BIN / "windlassd", "serve", "--console", f"127.0.0.1:{free_port()}", *map(str, flags)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **(environment or {})})
    try:
        said = process.communicate(timeout=20)[1]
    except subprocess.TimeoutExpired:
        process.terminate()
        raise AssertionError(f"it started:\n{process.communicate()[1]}") from None
    assert process.returncode > 0, (process.returncode, said)
    return said


def test_what_would_not_be_safe_or_cannot_be_is_refused_at_start(tmp_path):
    tmp_path.chmod(0o755)
    data = ["--data-dir", tmp_path / "data"]
    beyond = ["--listen", f"0.0.0.0:{free_port()}", *data]
    said = refused(*beyond)
    assert "--insecure" in said and "--tls-cert" in said, said
    said = refused(*data, environment={"WINDLASS_LISTEN": f"[::]:{free_port()}"})
    assert "--insecure" in said, said

    authority = Authority(tmp_path)
    certificate, key = authority.issue("server")
    missing = tmp_path / "nowhere.pem"
    for flags, name, reason in [
        (["--tls-cert", missing, "--tls-key", key], "--tls-cert", "No such file"),
        (["--tls-cert", certificate, "--tls-key", missing], "--tls-key", "No such file"),
        (["--tls-cert", key, "--tls-key", key], "--tls-cert", "holds no PEM certificate"),
        (["--tls-cert", certificate, "--tls-key", authority.file], "--tls-key", "private key"),
        (["--tls-cert", certificate, "--tls-key", authority.key], "--tls-key", "belong"),
        (["--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", missing],
         "--tls-client-ca", "No such file"),
    ]:
        said = refused("--listen", f"127.0.0.1:{free_port()}", *data, *flags)
        assert name in said and reason in said, said
    # Nothing was begun for any of them.
    assert not (tmp_path / "data").exists()


def test_cleartext_beyond_this_host_is_served_when_asked_for_and_said_loudly():
    service = Service(["--insecure"])
    service.from_template()
    port = service.port
    service.extra += ["--listen", f"0.0.0.0:{port}"]
    try:
        service.start()
        assert "INSECURE" in service.log()
        client = Client(port)
        assert "windlass.v1.Rollouts" in client.services()
        client.close()
        # SIGHUP, which ends a program that does not listen for it, has nothing to do here.
        service.process.send_signal(signal.SIGHUP)
        until(lambda: "SIGHUP" in service.log(), service.log)
        assert service.console_get("/readyz")[0] == 200
    finally:
        service.close()


def test_while_it_drains_it_says_so_to_whoever_watches(encrypted):
    service = encrypted
    with service.stock() as channel:
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"")
        assert next(watch) == b"\x08\x01"
        service.process.send_signal(signal.SIGTERM)
        assert next(watch) == b"\x08\x02"
        with pytest.raises(grpc.RpcError):
            next(watch)
    assert service.process.wait(60) == 0, service.log()
