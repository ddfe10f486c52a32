"""The interop cases of the gRPC project: by its own client, by grpcio on several ways to the
server, by a C++ client, and by plain HTTP/2 clients."""

import gzip
import os
import pathlib
import re
import struct
import subprocess
import threading

import grpc
import pytest

from interop_server import (
    PROTO, SERVICE, Authority, InteropServer, envoy, haproxy, load_messages, nginx, until,
)

CODES = grpc.StatusCode
M = load_messages()


@pytest.fixture(scope="module")
def server():
    with InteropServer() as server:
        yield server


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A server with TLS, its authority, and the files of a client."""
    authority = Authority(tmp_path_factory.mktemp("tls"))
    certificate, key = authority.issue("server")
    client = authority.issue("client")
    with InteropServer(
        "--tls", "--certificate", certificate, "--key", key, "--client-ca", authority.file,
        "--require-client",
    ) as server:
        yield server, authority, client


# --------------------------------------------------------------------------- the project's client

RUBY_CLIENT = next(
    pathlib.Path("/usr/lib").glob(
        "*/rubygems-integration/*/gems/grpc-*/src/ruby/pb/test/client.rb"),
    None,
)
RUBY_CASES = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
    "empty_stream", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server", "unimplemented_method", "unimplemented_service",
    "status_code_and_message", "custom_metadata", "client_compressed_unary",
    "client_compressed_streaming",
]


@pytest.mark.parametrize("case", RUBY_CASES)
def test_the_projects_own_client(server, case):
    assert RUBY_CLIENT, "Debian's ruby-grpc is needed"
    done = subprocess.run(
        ["ruby", RUBY_CLIENT, "--server_host=127.0.0.1", f"--server_port={server.port}",
         f"--test_case={case}"],
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_projects_own_client_has_no_case_that_is_not_run_here():
    cases = set(re.findall(r"^  def ([a-z_]+)$", RUBY_CLIENT.read_text(), re.MULTILINE))
    # Credentials of a cloud provider, and helpers.
    others = {
        "service_account_creds", "jwt_token_creds", "compute_engine_creds", "oauth2_auth_token",
        "per_rpc_creds", "all", "logger", "each_item", "each",
    }
    assert set(RUBY_CASES) - cases == set()
    assert {case for case in cases - others if not case.startswith("perform")} <= set(
        RUBY_CASES
    ) | {"parse_args", "main", "nulls", "load_prod_cert", "load_test_certs"}


# ------------------------------------------------------------------------------ grpcio, many ways


@pytest.fixture(scope="module", params=["direct", "tls", "nginx", "haproxy", "envoy"])
def channel(request):
    options = [("grpc.max_receive_message_length", 16 << 20)]
    if request.param == "tls":
        server, authority, (certificate, key) = request.getfixturevalue("secure")
        credentials = grpc.ssl_channel_credentials(
            authority.file.read_bytes(), key.read_bytes(), certificate.read_bytes())
        channel = grpc.secure_channel(f"localhost:{server.port}", credentials, options)
        yield channel
        channel.close()
        return
    server = request.getfixturevalue("server")
    starts = {"nginx": nginx, "haproxy": haproxy, "envoy": envoy}
    start = starts.get(request.param)
    proxy = start(server.address) if start else None
    channel = grpc.insecure_channel((proxy or server).address, options)
    channel.way = request.param
    yield channel
    channel.close()
    if proxy:
        proxy.stop()


class Stub:
    def __init__(self, channel):
        def method(make, name, request, reply):
            return make(
                SERVICE + name, request_serializer=M[request].SerializeToString,
                response_deserializer=M[reply].FromString)

        out = "StreamingOutputCallRequest", "StreamingOutputCallResponse"
        self.empty = method(channel.unary_unary, "EmptyCall", "Empty", "Empty")
        self.unary = method(channel.unary_unary, "UnaryCall", "SimpleRequest", "SimpleResponse")
        self.cacheable = method(
            channel.unary_unary, "CacheableUnaryCall", "SimpleRequest", "SimpleResponse")
        self.output = method(channel.unary_stream, "StreamingOutputCall", *out)
        self.input = method(
            channel.stream_unary, "StreamingInputCall", "StreamingInputCallRequest",
            "StreamingInputCallResponse")
        self.duplex = method(channel.stream_stream, "FullDuplexCall", *out)
        self.half_duplex = method(channel.stream_stream, "HalfDuplexCall", *out)
        self.unimplemented = method(channel.unary_unary, "UnimplementedCall", "Empty", "Empty")


@pytest.fixture
def stub(channel):
    return Stub(channel)


def payload(size):
    return M["Payload"](body=bytes(size))


def ask(*sizes, **fields):
    parameters = [M["ResponseParameters"](size=size) for size in sizes]
    return M["StreamingOutputCallRequest"](response_parameters=parameters, **fields)


def failed(call):
    with pytest.raises(grpc.RpcError) as error:
        result = call()
        if hasattr(result, "__next__"):
            list(result)
    return error.value


TIMEOUT = 60
SIZES_IN, SIZES_OUT = [27182, 8, 1828, 45904], [31415, 9, 2653, 58979]


class Conversation:
    """Requests that are sent one by one, when the test says so."""

    def __init__(self):
        self.requests = []
        self.changed = threading.Condition()
        self.over = False

    def send(self, request):
        with self.changed:
            self.requests.append(request)
            self.changed.notify()

    def end(self):
        with self.changed:
            self.over = True
            self.changed.notify()

    def __iter__(self):
        return self

    def __next__(self):
        with self.changed:
            self.changed.wait_for(lambda: self.requests or self.over)
            if self.requests:
                return self.requests.pop(0)
            raise StopIteration


def test_empty_unary(stub):
    assert stub.empty(M["Empty"](), timeout=TIMEOUT) == M["Empty"]()


@pytest.mark.parametrize("method", ["unary", "cacheable"])
def test_large_unary(stub, method):
    request = M["SimpleRequest"](response_size=314159, payload=payload(271828))
    reply = getattr(stub, method)(request, timeout=TIMEOUT)
    assert reply.payload.body == bytes(314159)


def test_server_id(stub):
    reply = stub.unary(M["SimpleRequest"](fill_server_id=True), timeout=TIMEOUT)
    assert reply.server_id


def test_client_streaming(stub):
    requests = (M["StreamingInputCallRequest"](payload=payload(size)) for size in SIZES_IN)
    assert stub.input(requests, timeout=TIMEOUT).aggregated_payload_size == 74922


def test_client_streaming_of_nothing(stub):
    assert stub.input(iter([]), timeout=TIMEOUT).aggregated_payload_size == 0


def test_server_streaming(stub):
    replies = stub.output(ask(*SIZES_OUT), timeout=TIMEOUT)
    assert [len(reply.payload.body) for reply in replies] == SIZES_OUT


def test_server_streaming_with_pauses(stub):
    request = ask(*SIZES_OUT)
    for parameter in request.response_parameters:
        parameter.interval_us = 2000
    replies = stub.output(request, timeout=TIMEOUT)
    assert [len(reply.payload.body) for reply in replies] == SIZES_OUT


def test_ping_pong(stub):
    conversation = Conversation()
    replies = stub.duplex(conversation, timeout=TIMEOUT)
    for size_in, size_out in zip(SIZES_IN, SIZES_OUT):
        conversation.send(ask(size_out, payload=payload(size_in)))
        assert len(next(replies).payload.body) == size_out
    conversation.end()
    assert list(replies) == []
    assert replies.code() == CODES.OK


def test_half_duplex(stub):
    requests = [ask(size, payload=payload(1)) for size in SIZES_OUT]
    replies = stub.half_duplex(iter(requests), timeout=TIMEOUT)
    assert [len(reply.payload.body) for reply in replies] == SIZES_OUT


def test_empty_stream(stub):
    assert list(stub.duplex(iter([]), timeout=TIMEOUT)) == []


def test_cancel_after_begin(stub):
    conversation = Conversation()
    call = stub.input.future(conversation, timeout=TIMEOUT)
    call.cancel()
    assert call.code() == CODES.CANCELLED
    conversation.end()


def test_cancel_after_first_response(stub):
    conversation = Conversation()
    replies = stub.duplex(conversation, timeout=TIMEOUT)
    conversation.send(ask(31415, payload=payload(27182)))
    assert len(next(replies).payload.body) == 31415
    replies.cancel()
    conversation.end()
    assert replies.code() == CODES.CANCELLED


def test_timeout_on_sleeping_server(stub):
    conversation = Conversation()
    conversation.send(ask(payload=payload(27182)))
    error = failed(lambda: stub.duplex(conversation, timeout=0.001))
    conversation.end()
    assert error.code() == CODES.DEADLINE_EXCEEDED


def test_a_deadline_that_the_server_sees(stub):
    request = ask(1)
    request.response_parameters[0].interval_us = 20_000_000
    error = failed(lambda: stub.output(request, timeout=0.5))
    assert error.code() == CODES.DEADLINE_EXCEEDED


MESSAGES = [
    "test status method",
    "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
]


@pytest.mark.parametrize("message", MESSAGES, ids=["plain", "special"])
def test_status_code_and_message(stub, message):
    status = M["EchoStatus"](code=2, message=message)
    errors = [failed(lambda: stub.unary(M["SimpleRequest"](response_status=status)))]
    errors.append(failed(lambda: stub.duplex(iter([ask(response_status=status)]))))
    errors.append(failed(lambda: stub.output(ask(response_status=status))))
    for error in errors:
        assert (error.code(), error.details()) == (CODES.UNKNOWN, message)


@pytest.mark.parametrize("code", [code for code in CODES if code != CODES.OK])
def test_every_status_code(stub, code):
    status = M["EchoStatus"](code=code.value[0], message="as asked")
    assert failed(lambda: stub.unary(M["SimpleRequest"](response_status=status))).code() == code


INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


@pytest.mark.parametrize(
    "binary", [b"\xab\xab\xab", b"\xff", b"", bytes(range(256))],
    ids=["three", "one", "none", "all"])
def test_custom_metadata(stub, binary):
    metadata = [(INITIAL, "test_initial_metadata_value"), (TRAILING, binary)]

    def check(call):
        # An answer of trailers alone has no place for the first but the trailers.
        fields = dict(call.initial_metadata()) | dict(call.trailing_metadata())
        assert fields[INITIAL] == "test_initial_metadata_value"
        assert fields[TRAILING] == binary

    request = M["SimpleRequest"](response_size=314159, payload=payload(271828))
    reply, call = stub.unary.with_call(request, metadata=metadata, timeout=TIMEOUT)
    assert len(reply.payload.body) == 314159
    check(call)
    replies = stub.duplex(iter([ask(1)]), metadata=metadata, timeout=TIMEOUT)
    assert len(list(replies)) == 1
    check(replies)
    error = failed(
        lambda: stub.unary(
            M["SimpleRequest"](response_status=M["EchoStatus"](code=5)), metadata=metadata))
    check(error)


def test_unimplemented_method(stub):
    assert failed(lambda: stub.unimplemented(M["Empty"]())).code() == CODES.UNIMPLEMENTED


def test_unimplemented_service(channel):
    call = channel.unary_unary("/grpc.testing.UnimplementedService/UnimplementedCall")
    assert failed(lambda: call(b"")).code() == CODES.UNIMPLEMENTED


GZIP = grpc.Compression.Gzip
TRUE, FALSE = M["BoolValue"](value=True), M["BoolValue"](value=False)


def test_client_compressed_unary(stub):
    def request(expected):
        return M["SimpleRequest"](
            expect_compressed=expected, response_size=314159, payload=payload(271828))

    # The probe: the server says so when what it was promised is not so.
    assert failed(lambda: stub.unary(request(TRUE))).code() == CODES.INVALID_ARGUMENT
    assert len(stub.unary(request(TRUE), compression=GZIP).payload.body) == 314159
    assert len(stub.unary(request(FALSE)).payload.body) == 314159


def test_client_compressed_streaming(stub):
    def request(size):
        return M["StreamingInputCallRequest"](expect_compressed=TRUE, payload=payload(size))

    assert failed(lambda: stub.input(iter([request(9)]))).code() == CODES.INVALID_ARGUMENT
    reply = stub.input(iter([request(27182), request(45904)]), compression=GZIP)
    assert reply.aggregated_payload_size == 73086


def test_server_compressed_unary(stub):
    for compressed in (TRUE, FALSE):
        request = M["SimpleRequest"](
            response_compressed=compressed, response_size=314159, payload=payload(271828))
        assert stub.unary(request).payload.body == bytes(314159)


def test_server_compressed_streaming(stub):
    request = ask(31415, 92653)
    request.response_parameters[0].compressed.value = True
    request.response_parameters[1].compressed.value = False
    assert [len(reply.payload.body) for reply in stub.output(request)] == [31415, 92653]


def test_deflate_is_unimplemented_and_says_what_is(stub):
    error = failed(lambda: stub.empty(M["Empty"](), compression=grpc.Compression.Deflate))
    assert error.code() == CODES.UNIMPLEMENTED


def test_many_calls_at_once(stub):
    request = M["SimpleRequest"](response_size=5000, payload=payload(5000))
    calls = [stub.unary.future(request, timeout=TIMEOUT) for _ in range(300)]
    assert all(len(call.result().payload.body) == 5000 for call in calls)


def test_health_and_reflection(channel):
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    assert check(b"") == b"\x08\x01"
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"")
    assert next(watch) == b"\x08\x01"
    watch.cancel()
    listed = channel.unary_unary("/grpc.health.v1.Health/List")(b"")
    assert listed == bytes.fromhex("0a060a0012020801")
    from google.protobuf.descriptor_pool import DescriptorPool
    from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
        ProtoReflectionDescriptorDatabase,
    )

    database = ProtoReflectionDescriptorDatabase(channel)
    assert "grpc.testing.TestService" in database.get_services()
    service = DescriptorPool(database).FindServiceByName("grpc.testing.TestService")
    assert len(service.methods) == 8


# ------------------------------------------------------------------------------------------- C++


@pytest.fixture(scope="module")
def cpp_client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cpp")
    source = pathlib.Path(__file__).parent / "interop_client.cc"
    plugin = subprocess.check_output(["sh", "-c", "command -v grpc_cpp_plugin"], text=True).strip()
    subprocess.run(
        ["protoc", f"-I{PROTO}", f"--cpp_out={directory}", f"--grpc_out={directory}",
         f"--plugin=protoc-gen-grpc={plugin}", PROTO / "grpc" / "testing" / "test.proto"],
        check=True,
    )
    flags = subprocess.check_output(
        ["pkg-config", "--cflags", "--libs", "grpc++", "protobuf"], text=True).split()
    program = directory / "interop_client"
    generated = [directory / "grpc" / "testing" / f"test.{kind}.cc" for kind in ("pb", "grpc.pb")]
    subprocess.run(
        [os.environ.get("CXX", "c++"), "-std=c++17", "-O0", f"-I{directory}", source, *generated,
         "-o", program, *flags, "-lgrpc++_reflection"],
        check=True,
    )
    return program


CPP_CASES = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
    "empty_stream", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server", "status_code_and_message", "special_status_message",
    "custom_metadata", "unimplemented_method", "unimplemented_service",
    "client_compressed_unary", "client_compressed_streaming", "server_compressed_unary",
    "server_compressed_streaming",
]


@pytest.mark.parametrize("case", CPP_CASES)
def test_cpp_client(server, cpp_client, case):
    done = subprocess.run(
        [cpp_client, server.address, case], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


# --------------------------------------------------------------------------------- plain HTTP/2


def framed(message, flag=0):
    return struct.pack(">BI", flag, len(message)) + message


def curl(server, path, body, tmp_path, *arguments):
    (tmp_path / "request").write_bytes(body)
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "--max-time", "60", "-D", tmp_path / "headers",
         "-o", tmp_path / "reply", "-H", "te: trailers", "-H", "content-type: application/grpc",
         "--data-binary", f"@{tmp_path / 'request'}", *arguments,
         f"http://{server.address}{path}"],
        capture_output=True, text=True, timeout=90,
    )
    assert done.returncode == 0, done.stderr
    reply = tmp_path / "reply"
    headers = (tmp_path / "headers").read_text()
    return headers, reply.read_bytes() if reply.exists() else b""


def test_curl(server, tmp_path):
    request = M["SimpleRequest"](response_size=10).SerializeToString()
    headers, reply = curl(server, SERVICE + "UnaryCall", framed(request), tmp_path)
    assert headers.startswith("HTTP/2 200") and "grpc-status: 0" in headers
    assert reply[0] == 0
    assert M["SimpleResponse"].FromString(reply[5:]).payload.body == bytes(10)


@pytest.mark.parametrize("accepts", [True, False])
def test_a_reply_is_flagged_as_compressed_exactly_when_the_client_can_read_it(
    server, tmp_path, accepts
):
    request = M["SimpleRequest"](response_size=100_000, response_compressed=TRUE)
    arguments = ["-H", "grpc-accept-encoding: identity,gzip"] if accepts else []
    headers, reply = curl(
        server, SERVICE + "UnaryCall", framed(request.SerializeToString()), tmp_path, *arguments)
    assert ("grpc-encoding: gzip" in headers) == accepts
    assert reply[0] == int(accepts)
    length = struct.unpack(">I", reply[1:5])[0]
    assert len(reply) == length + 5
    message = gzip.decompress(reply[5:]) if accepts else reply[5:]
    assert M["SimpleResponse"].FromString(message).payload.body == bytes(100_000)
    assert (length < 1000) == accepts


def test_streamed_replies_are_flagged_one_by_one(server, tmp_path):
    request = ask(50_000, 40_000)
    request.response_parameters[0].compressed.value = True
    headers, reply = curl(
        server, SERVICE + "StreamingOutputCall", framed(request.SerializeToString()), tmp_path,
        "-H", "grpc-accept-encoding: gzip")
    first = struct.unpack(">I", reply[1:5])[0]
    assert reply[0] == 1 and reply[5 + first] == 0


def test_a_plain_get_is_told_what_this_is(server, tmp_path):
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "-w", "%{http_code}",
         f"http://{server.address}/"],
        capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("405") and "POST" in done.stdout


def test_nghttp(server, tmp_path):
    body = tmp_path / "request"
    body.write_bytes(framed(M["SimpleRequest"](response_size=7).SerializeToString()))
    done = subprocess.run(
        ["nghttp", "-v", "-H", "te: trailers", "-H", "content-type: application/grpc", "-d", body,
         f"http://{server.address}{SERVICE}UnaryCall"],
        capture_output=True, timeout=60)
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0 and "grpc-status: 0" in text, text


def test_h2load(server, tmp_path):
    body = tmp_path / "request"
    body.write_bytes(framed(M["SimpleRequest"](response_size=100).SerializeToString()))
    done = subprocess.run(
        ["h2load", "-n", "20000", "-c", "8", "-m", "32", "-d", body, "-H", "te: trailers",
         "-H", "content-type: application/grpc", f"http://{server.address}{SERVICE}UnaryCall"],
        capture_output=True, text=True, timeout=120)
    assert "20000 succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout, done.stdout


# -------------------------------------------------------------------------------- the access log


def test_the_access_log_has_one_line_per_call_and_nothing_hostile_gets_through():
    with InteropServer("--log-calls") as server:
        channel = grpc.insecure_channel(server.address)
        stub = Stub(channel)
        trace = "0af7651916cd43dd8448eb211c80319c"
        stub.empty(M["Empty"](), metadata=[
            ("x-request-id", 'run "7"'), ("traceparent", f"00-{trace}-b7ad6b7169203331-01")])
        failed(lambda: stub.unimplemented(M["Empty"](), metadata=[
            ("x-request-id", "y" * 5000), ("traceparent", "00-not-a-trace")]))
        channel.close()
        # A field with bytes that no client library would send.
        subprocess.run(
            ["curl", "-sS", "--http2-prior-knowledge", "-H", "te: trailers",
             "-H", "content-type: application/grpc", "-H", "x-request-id: \x1b[31m\u202egpj",
             "--data-binary", f"@{write_frame(server.directory)}", "-o", "/dev/null",
             f"http://{server.address}{SERVICE}EmptyCall"],
            capture_output=True, timeout=60)
        until(lambda: server.log().count("status=") == 3, "three lines")
        log = server.log()
    lines = [line for line in log.splitlines() if " call" in line and "status=" in line]
    assert len(lines) == 3, log
    first = next(line for line in lines if trace in line)
    for text in ("method=/grpc.testing.TestService/EmptyCall", "status=OK", "duration_us=",
                 "request_bytes=5", "reply_bytes=5", "peer=127.0.0.1:", "principal=-",
                 "request_id=run \\x227\\x22", "parent_span_id=b7ad6b7169203331"):
        assert text in first, first
    assert re.search(r" span_id=(?!b7ad6b7169203331)[0-9a-f]{16}", first), first
    second = next(line for line in lines if "UNIMPLEMENTED" in line)
    # What a client invents is no method; a long id is cut; what is no trace is none.
    assert "method=unknown" in second and "yyy..." in second and "trace_id" not in second
    assert len(second) < 1000
    assert all(ord(character) in range(0x20, 0x7F) for line in lines for character in line)


def write_frame(directory):
    path = directory / "frame"
    path.write_bytes(framed(b""))
    return path
