"""Our own client against a server of another implementation, and through proxies to our own."""

import concurrent.futures
import pathlib
import subprocess
import time

import grpc
import pytest

from interop_server import (
    BIN, SERVICE, Authority, InteropServer, envoy, free_port, haproxy, load_messages, nginx,
)

M = load_messages()
CASES = [
    "empty_unary", "large_unary", "many_at_once", "server_streaming", "status_code_and_message",
    "unimplemented_method", "unimplemented_service", "deadline", "cancel_after_first_response",
    "server_compressed_unary", "server_compressed_streaming", "too_large_reply",
]


def play(case, *arguments, status=0):
    done = subprocess.run(
        [BIN / "grpc-interop-server", "call", case, *map(str, arguments)],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stderr
    return done.stderr


class Foreign:
    """The test service, as far as our client calls it, by grpcio."""

    def __init__(self, credentials=None):
        def unary(request, context):
            if request.response_status.code:
                # Any text may be a message; `abort` takes codes of its own type only.
                context.set_code(next(
                    code for code in grpc.StatusCode
                    if code.value[0] == request.response_status.code))
                context.set_details(request.response_status.message)
                return M["SimpleResponse"]()
            if request.response_compressed.value:
                context.set_compression(grpc.Compression.Gzip)
            return M["SimpleResponse"](payload=M["Payload"](body=bytes(request.response_size)))

        def output(request, context):
            if any(one.compressed.value for one in request.response_parameters):
                context.set_compression(grpc.Compression.Gzip)
            for one in request.response_parameters:
                end = time.monotonic() + one.interval_us / 1e6
                while time.monotonic() < end and context.is_active():
                    time.sleep(0.02)
                body = bytes(one.size)
                yield M["StreamingOutputCallResponse"](payload=M["Payload"](body=body))

        def handler(make, behaviour, request, reply):
            return make(
                behaviour, request_deserializer=M[request].FromString,
                response_serializer=M[reply].SerializeToString)

        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(16))
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
            "grpc.testing.TestService", {
                "EmptyCall": handler(
                    grpc.unary_unary_rpc_method_handler, lambda *_: M["Empty"](), "Empty", "Empty"),
                "UnaryCall": handler(
                    grpc.unary_unary_rpc_method_handler, unary, "SimpleRequest", "SimpleResponse"),
                "StreamingOutputCall": handler(
                    grpc.unary_stream_rpc_method_handler, output, "StreamingOutputCallRequest",
                    "StreamingOutputCallResponse"),
            })])
        self.port = (
            self.server.add_secure_port("127.0.0.1:0", credentials) if credentials
            else self.server.add_insecure_port("127.0.0.1:0"))
        self.server.start()
        self.address = f"127.0.0.1:{self.port}"

    def stop(self):
        self.server.stop(None).wait()


@pytest.fixture(scope="module", params=["grpcio", "grpcio-tls", "own", "nginx", "haproxy", "envoy"])
def endpoint(request, tmp_path_factory):
    """What to call, as arguments."""
    if request.param == "grpcio":
        server = Foreign()
        yield [f"http://{server.address}"]
        server.stop()
    elif request.param == "grpcio-tls":
        authority = Authority(tmp_path_factory.mktemp("tls"))
        certificate, key = authority.issue("server")
        mine = authority.issue("client")
        server = Foreign(grpc.ssl_server_credentials(
            [(key.read_bytes(), certificate.read_bytes())], authority.file.read_bytes(), True))
        yield [
            f"https://localhost:{server.port}", "--ca", authority.file, "--certificate", mine[0],
            "--key", mine[1],
        ]
        server.stop()
    else:
        with InteropServer() as server:
            start = {"nginx": nginx, "haproxy": haproxy, "envoy": envoy}.get(request.param)
            proxy = start(server.address) if start else None
            yield [(proxy or server).address]
            if proxy:
                proxy.stop()


@pytest.mark.parametrize("case", CASES)
def test_our_own_client(endpoint, case):
    play(case, *endpoint)


def test_every_case_of_the_client_is_played():
    source = pathlib.Path(__file__).parents[1] / "InteropServer" / "InteropCalls.swift"
    names = source.read_text().split("static let cases = [")[1].split("]")[0]
    assert set(names.replace('"', "").replace(",", " ").split()) == set(CASES)


def test_a_dead_endpoint_is_passed_over_and_a_lone_one_is_named():
    dead = f"127.0.0.1:{free_port()}"
    with InteropServer() as server:
        play("large_unary", dead, server.address)
    message = play("empty_unary", dead, status=1)
    assert dead in message and "UNAVAILABLE" in message
