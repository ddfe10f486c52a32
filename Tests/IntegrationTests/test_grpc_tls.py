"""TLS from outside: which handshakes and certificates are refused, and that nobody else notices."""

import datetime
import os
import pathlib
import re
import socket
import ssl
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from interop_server import SERVICE, Authority, InteropServer, until
from raw_http2 import DATA, HEADERS, Connection, call

# Offering what is out of use is the point of some of these tests.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


class Site:
    """A server that asks for certificates, the authority of both sides, and a good client."""

    def __init__(self, directory, *arguments):
        self.authority = Authority(directory)
        self.certificate, self.key = self.authority.issue("server")
        self.good = self.authority.issue("good")
        self.server = InteropServer(
            "--tls", "--certificate", self.certificate, "--key", self.key, *arguments)

    def context(self, client=None, alpn=("h2",), **changes):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority.file)
        # Lets us offer what is long out of use.
        context.set_ciphers(changes.pop("ciphers", "ALL:@SECLEVEL=0"))
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if client:
            context.load_cert_chain(*client)
        for name, value in changes.items():
            setattr(context, name, value)
        return context

    def open(self, context, name="localhost", session=None):
        return Connection(
            self.server.address, timeout=20,
            wrap=lambda plain: context.wrap_socket(plain, server_hostname=name, session=session))

    def serves(self, context, name="localhost", session=None):
        """Whether a call is answered. A refused connection ends, it does not hang."""
        try:
            with self.open(context, name, session) as connection:
                connection.send(call(1, SERVICE + "EmptyCall"))
                while True:
                    found = connection.frame()
                    if found is None:
                        return False
                    if found[0] == DATA:
                        return True
        except socket.timeout as error:
            raise AssertionError("neither answered nor closed") from error
        except OSError:
            return False


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("open"))
    yield site
    site.server.stop()


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """As `site`, but clients must show a certificate."""
    directory = tmp_path_factory.mktemp("closed")
    site = Site(directory, "--client-ca", directory / "authority.pem", "--require-client")
    yield site
    site.server.stop()


@pytest.fixture(autouse=True)
def neighbour(request):
    """A connection that was there before, and one made afterwards, are served."""
    name = next((name for name in ("site", "closed") if name in request.fixturenames), None)
    if not name:
        yield
        return
    site = request.getfixturevalue(name)
    context = site.context(client=site.good)
    with site.open(context) as before:
        yield
        before.send(call(1, SERVICE + "EmptyCall"))
        before.until(HEADERS)
    assert site.serves(context)
    assert site.server.memory() < 192 << 20


# ------------------------------------------------------------------------ versions, suites, ALPN


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_are_spoken(site, version):
    context = site.context(minimum_version=version, maximum_version=version)
    assert site.serves(context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_not(site, version):
    assert not site.serves(site.context(minimum_version=version, maximum_version=version))


FORWARD_SECRET = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
]
UNWANTED = [
    "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "AES256-SHA",
    "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-NULL-SHA",
]


@pytest.mark.parametrize("suite", FORWARD_SECRET)
def test_suites_with_forward_secrecy_and_authenticated_encryption_are_taken(site, suite):
    context = site.context(
        ciphers=suite + ":@SECLEVEL=0", maximum_version=ssl.TLSVersion.TLSv1_2)
    assert site.serves(context)


@pytest.mark.parametrize("suite", UNWANTED)
def test_others_are_not(site, suite):
    context = site.context(
        ciphers=suite + ":@SECLEVEL=0", minimum_version=ssl.TLSVersion.TLSv1_2,
        maximum_version=ssl.TLSVersion.TLSv1_2)
    assert not site.serves(context)


@pytest.mark.parametrize("protocols", [(), ("http/1.1",), ("h2c",), ("spdy/3", "http/1.0")])
def test_whoever_does_not_offer_h2_is_disconnected(site, protocols):
    assert not site.serves(site.context(alpn=protocols))


@pytest.mark.parametrize("protocols", [("h2",), ("http/1.1", "h2"), ("h2", "http/1.1")])
def test_h2_is_chosen_wherever_it_stands(site, protocols):
    with site.open(site.context(alpn=protocols)) as connection:
        assert connection.socket.selected_alpn_protocol() == "h2"


def test_the_name_asked_for_does_not_matter_to_the_server(site):
    assert site.serves(site.context(check_hostname=False), name="elsewhere.example")


def test_plain_http2_and_http1_get_nothing(site):
    for text in (b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", None):
        with Connection(site.server.address, **({"hello": text} if text else {})) as connection:
            kind = connection.frame()
            # An alert of TLS is all there may be, which is no frame.
            assert kind is None or kind[0] not in (HEADERS, DATA)


def test_only_tls_13_where_it_is_asked_for(tmp_path):
    site = Site(tmp_path, "--tls13")
    try:
        assert site.serves(site.context())
        assert not site.serves(site.context(maximum_version=ssl.TLSVersion.TLSv1_2))
    finally:
        site.server.stop()


def s_client(site, *arguments, said=b"", wait=0.5):
    """The output of openssl's client after saying something to it."""
    process = subprocess.Popen(
        ["openssl", "s_client", "-connect", site.server.address, "-CAfile", site.authority.file,
         "-servername", "localhost", "-alpn", "h2", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    if said:
        # Commands count only once the handshake is over.
        while True:
            line = process.stdout.readline()
            lines.append(line)
            if not line or b"Verify return code" in line:
                break
        process.stdin.write(said)
        process.stdin.flush()
        time.sleep(wait)
    rest, _ = process.communicate(timeout=20)
    return (b"".join(lines) + rest).decode(errors="replace")


def test_renegotiation_is_refused(site):
    text = s_client(site, "-tls1_2", said=b"R\n")
    assert "RENEGOTIATING" in text
    # By an alert or by hanging up.
    assert re.search("no.renegotiation|handshake failure|unexpected eof", text), text


def test_early_data_is_not_taken(site, tmp_path):
    session, early = tmp_path / "session", tmp_path / "early"
    early.write_bytes(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    s_client(site, "-tls1_3", "-sess_out", session, said=b"\n")
    assert session.exists()
    text = s_client(site, "-tls1_3", "-sess_in", session, "-early_data", early, said=b"\n")
    assert "Early data was accepted" not in text
    assert "Max Early Data: 0" in text or "Early data was not sent" in text


# --------------------------------------------------------------------------- client certificates


def other(directory, name="other"):
    directory = pathlib.Path(directory) / name
    directory.mkdir(exist_ok=True)
    return Authority(directory, name)


def client_certificate(kind, authority, directory):
    """A certificate that no server should take."""
    issue = authority.issue
    name = kind.replace(" ", "-")
    if kind == "expired":
        return issue(name, since=NOW - 3 * DAY, until_=NOW - DAY)
    if kind == "not yet valid":
        return issue(name, since=NOW + DAY, until_=NOW + 3 * DAY)
    if kind == "of another authority":
        return other(directory).issue(name)
    if kind == "of another authority with the same name":
        return other(directory, "authority").issue(name)
    if kind == "self-signed":
        lonely = other(directory, "lonely")
        return lonely.file, lonely.key_file()
    if kind == "for servers only":
        return issue(name, usage=[ExtendedKeyUsageOID.SERVER_AUTH])
    if kind == "for signing code":
        return issue(name, usage=[ExtendedKeyUsageOID.CODE_SIGNING])
    if kind == "signed by a leaf":
        leaf = Authority.__new__(Authority)
        leaf.directory, leaf.name, leaf.parent = authority.directory, "leaf", authority
        leaf.key = ec.generate_private_key(ec.SECP256R1())
        leaf.certificate = authority._build("leaf", leaf.key)
        return leaf.issue(name, chain=[leaf])
    if kind == "of an expired intermediate":
        middle = Authority(
            authority.directory, "middle", authority, since=NOW - 3 * DAY, until_=NOW - DAY)
        return middle.issue(name, chain=[middle])
    if kind == "without its intermediate":
        middle = Authority(authority.directory, "middle", authority)
        return middle.issue(name)
    if kind == "outside of its intermediate's names":
        constraint = x509.NameConstraints([x509.DNSName("allowed.example")], None)
        middle = Authority(
            authority.directory, "middle", authority, extra=[(constraint, True)])
        return middle.issue(name, names=["denied.example"], chain=[middle])
    if kind == "with a weak key":
        return issue(name, key=rsa.generate_private_key(65537, 1024))
    if kind == "signed with SHA-1":
        certificate, key = issue(name, names=())
        # Our library signs nothing with SHA-1 any more; openssl does.
        for command in (
            ["req", "-new", "-key", key, "-subj", "/CN=sha1", "-out", directory / "request"],
            ["x509", "-req", "-in", directory / "request", "-CA", authority.file, "-CAkey",
             authority.key_file(), "-CAcreateserial", "-sha1", "-out", certificate],
        ):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        return certificate, key
    if kind == "with a critical extension nobody knows":
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")
        return issue(name, extra=[(unknown, True)])
    raise AssertionError(kind)


REFUSED = [
    "expired", "not yet valid", "of another authority", "of another authority with the same name",
    "self-signed", "for servers only", "for signing code", "signed by a leaf",
    "of an expired intermediate", "without its intermediate",
    "outside of its intermediate's names", "with a critical extension nobody knows",
    "with a weak key", "signed with SHA-1",
]


def test_no_certificate_is_no_service_where_one_is_required(closed):
    assert not closed.serves(closed.context())


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_bad_client_certificate_is_refused(closed, tmp_path, kind, version):
    bad = client_certificate(kind, closed.authority, tmp_path)
    context = closed.context(client=bad, minimum_version=version, maximum_version=version)
    assert not closed.serves(context)


@pytest.mark.parametrize(
    "key",
    [lambda: ec.generate_private_key(ec.SECP256R1()),
     lambda: ec.generate_private_key(ec.SECP384R1()),
     lambda: rsa.generate_private_key(65537, 3072)],
    ids=["p256", "p384", "rsa3072"])
def test_good_keys_are_taken(closed, key):
    assert closed.serves(closed.context(client=closed.authority.issue("key", key=key())))


def test_a_chain_over_an_intermediate_is_taken(closed):
    middle = Authority(closed.authority.directory, "middle-good", closed.authority)
    client = middle.issue("over-middle", chain=[middle])
    assert closed.serves(closed.context(client=client))


def test_a_chain_of_very_many_is_refused(closed):
    chain = [closed.authority]
    for number in range(120):
        chain.insert(0, Authority(closed.authority.directory, f"deep{number}", chain[0]))
    client = chain[0].issue("deep", chain=chain[:-1])
    assert not closed.serves(closed.context(client=client))


# --------------------------------------------------------------- handshakes that do not come to it


def test_silent_and_slow_handshakes_are_cut_and_do_not_keep_others_out(tmp_path):
    site = Site(tmp_path, "--handshake-timeout-ms", "700", "--handshakes-max", "50")
    try:
        held = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(49)]
        assert site.serves(site.context())
        held += [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(20)]
        for connection in held:
            connection.settimeout(20)
            try:
                assert connection.recv(1) == b""
            except ConnectionError:
                pass
            connection.close()
        until(lambda: site.serves(site.context()), "served again")
        # Byte by byte is as slow as not at all.
        slow = socket.create_connection(("127.0.0.1", site.server.port))
        slow.settimeout(20)
        slow.sendall(bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC]))
        try:
            assert slow.recv(1) == b""
        except ConnectionError:
            pass
    finally:
        site.server.stop()


@pytest.mark.parametrize(
    "said",
    [b"", bytes(5), b"\x16\x03\x01\xff\xff" + bytes(0xFFFF),
     b"\x16\x03\x01\x00\x05\x01\xff\xff\xff\x03",
     b"\x15\x03\x03\x00\x02\x02\x28", b"\x17\x03\x03\x00\x10" + bytes(16), os.urandom(4_000),
     b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"],
    ids=["nothing", "zeros", "too long", "huge hello", "alert", "data", "random", "ssl2"])
def test_rubbish_ends_in_a_closed_connection(site, said):
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=20) as connection:
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4_096):
                pass
        except OSError as error:
            assert not isinstance(error, TimeoutError)


# ---------------------------------------------------------------------------- change while it runs


def test_a_session_from_before_a_change_of_authority_opens_nothing(tmp_path):
    directory = tmp_path
    site = Site(
        directory, "--client-ca", directory / "authority.pem", "--require-client", "--reload-ms",
        "50")
    try:
        context = site.context(client=site.good, maximum_version=ssl.TLSVersion.TLSv1_2)
        with site.open(context) as connection:
            connection.send(call(1, SERVICE + "EmptyCall"))
            connection.until(DATA)
            session = connection.socket.session
        assert session is not None
        assert site.serves(context, session=session)
        # Another authority for clients: what was good is so no more.
        replacement = other(tmp_path)
        site.authority.file.rename(tmp_path / "old.pem")
        (tmp_path / "new.pem").write_bytes(replacement.file.read_bytes())
        os.replace(tmp_path / "new.pem", site.authority.file)
        until(lambda: "replaced" in site.server.log(), "the files are taken over")
        assert not site.serves(context, session=session)
        site.authority.file = tmp_path / "old.pem"
        good = replacement.issue("good")
        assert site.serves(site.context(client=good))
    finally:
        site.server.stop()


def test_a_renewed_certificate_is_shown_without_a_failed_call(tmp_path):
    site = Site(tmp_path, "--reload-ms", "50")
    try:
        shown = set()
        with site.open(site.context()) as old:
            for round_ in range(3):
                certificate, key = site.authority.issue(f"round{round_}")
                os.replace(key, site.key)
                os.replace(certificate, site.certificate)
                until(
                    lambda: site.server.log().count("replaced") > round_,
                    "the files are taken over")
                with site.open(site.context()) as connection:
                    shown.add(connection.socket.getpeercert()["serialNumber"])
                assert site.serves(site.context())
                old.send(call(2 * round_ + 1, SERVICE + "EmptyCall"))
                old.until(DATA)
        assert len(shown) == 3
    finally:
        site.server.stop()
