"""Honest clients and hostile ones on one server for a while: nobody honest notices, and the server
does not grow. The seconds are in GRPC_SOAK_SECONDS, 60 without it, 900 in a campaign."""

import gzip
import os
import random
import socket
import ssl
import struct
import threading
import time

import grpc
import pytest

from interop_server import SERVICE, Authority, InteropServer, load_messages, until
from raw_http2 import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, PRIORITY, RST_STREAM,
    SETTINGS, WINDOW_UPDATE, Connection, Target, call, field, frame, message, request_headers,
    settings,
)

CAMPAIGN = bool(os.environ.get("WINDLASS_CAMPAIGN"))
SECONDS = float(os.environ.get("GRPC_SOAK_SECONDS", "900" if CAMPAIGN else "60"))
SEED = int(os.environ.get("GRPC_SOAK_SEED", "0")) or (
    random.SystemRandom().randrange(1 << 32) if CAMPAIGN else 1)
M = load_messages()
MEBIBYTE = 1 << 20


# ------------------------------------------------------------------------------- hostile clients
# Each does its worst once and returns; whatever happens to its connection is right.


def rapid_reset(address, chance):
    with Connection(address) as connection:
        for stream in range(1, 400, 2):
            connection.send(
                frame(HEADERS, END_HEADERS, stream, request_headers(SERVICE + "UnaryCall"))
                + frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))


def reset_by_us(address, chance):
    """Frames that make the server reset the stream."""
    with Connection(address) as connection:
        for stream in range(1, 400, 2):
            connection.send(
                frame(HEADERS, END_HEADERS, stream, request_headers(SERVICE + "UnaryCall"))
                + frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", 0)))


def ping_flood(address, chance):
    with Connection(address) as connection:
        connection.send(frame(PING, 0, 0, bytes(8)) * 20_000)


def settings_flood(address, chance):
    with Connection(address) as connection:
        connection.send(settings(window=65_535) * 5_000)


def continuation_flood(address, chance):
    with Connection(address) as connection:
        connection.send(frame(HEADERS, 0, 1, request_headers(SERVICE + "UnaryCall")))
        connection.send(frame(CONTINUATION, 0, 1, field("x", "y" * 100) * 100) * 200)


def header_bomb(address, chance):
    """One entry in the table, then thousands of references to it."""
    with Connection(address) as connection:
        entry = bytes([0x40, 1]) + b"x" + bytes([0x7F, 0xBD, 0x1D]) + b"y" * 3_900
        connection.send(frame(HEADERS, 0, 1, request_headers(SERVICE + "UnaryCall") + entry))
        connection.send(frame(CONTINUATION, END_HEADERS, 1, b"\xbe" * 16_000))


def priority_flood(address, chance):
    with Connection(address) as connection:
        connection.send(frame(PRIORITY, 0, 1, bytes([0, 0, 0, 0, 1])) * 10_000)


def empty_data(address, chance):
    with Connection(address) as connection:
        connection.send(
            frame(HEADERS, END_HEADERS, 1, request_headers(SERVICE + "StreamingInputCall")))
        connection.send(frame(DATA, 0, 1) * 20_000)


def unread_replies(address, chance):
    """Asks for much and reads nothing."""
    with Connection(address, PREFACE + settings(window=0x7FFFFFFF)) as connection:
        connection.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7FFF0000)))
        request = M["SimpleRequest"](response_size=1 << 20).SerializeToString()
        for stream in range(1, 100, 2):
            connection.send(call(stream, SERVICE + "UnaryCall", request))
        time.sleep(chance.uniform(0, 0.3))


def no_window(address, chance):
    with Connection(address, PREFACE + settings(window=0)) as connection:
        request = M["SimpleRequest"](response_size=100_000).SerializeToString()
        for stream in range(1, 200, 2):
            connection.send(call(stream, SERVICE + "UnaryCall", request))
        time.sleep(chance.uniform(0, 0.3))


BOMB = gzip.compress(bytes(64 * MEBIBYTE))


def gzip_bomb(address, chance):
    with Connection(address) as connection:
        head = request_headers(SERVICE + "UnaryCall", grpc_encoding="gzip")
        connection.send(frame(HEADERS, END_HEADERS, 1, head))
        body = message(BOMB, flag=1)
        for start in range(0, len(body), 16_000):
            connection.send(frame(DATA, 0, 1, body[start:start + 16_000]))
        connection.send(frame(DATA, END_STREAM, 1))
        connection.until(HEADERS)


def huge_prefix(address, chance):
    with Connection(address) as connection:
        connection.send(
            frame(HEADERS, END_HEADERS, 1, request_headers(SERVICE + "UnaryCall"))
            + frame(DATA, 0, 1, b"\0\xff\xff\xff\xff" + bytes(1_000)))
        connection.until(HEADERS)


def unfinished_bodies(address, chance):
    """Many requests of which the last byte never comes."""
    with Connection(address) as connection:
        for stream in range(1, 60, 2):
            connection.send(
                frame(HEADERS, END_HEADERS, stream, request_headers(SERVICE + "UnaryCall"))
                + frame(DATA, 0, stream, message(bytes(20_000))[:-1][:16_000]))
        time.sleep(chance.uniform(0, 0.2))


def garbage(address, chance):
    with Connection(address, hello=chance.randbytes(chance.randrange(1, 2_000))):
        pass


def mutated(address, chance):
    """A good conversation with some bytes changed."""
    talk = bytearray(PREFACE + settings(streams=10) + call(1, SERVICE + "EmptyCall") + frame(
        PING, 0, 0, bytes(8)) + call(3, SERVICE + "UnaryCall", b"\x10\x05"))
    for _ in range(chance.randrange(1, 8)):
        talk[chance.randrange(len(talk))] = chance.randrange(256)
    with Connection(address, hello=bytes(talk)):
        time.sleep(chance.uniform(0, 0.05))


def byte_by_byte(address, chance):
    with Connection(address, hello=b"") as connection:
        for byte in PREFACE + settings() + call(1, SERVICE + "EmptyCall"):
            connection.send(bytes([byte]))
        connection.until(HEADERS)


def comes_and_goes(address, chance):
    sockets = [Connection(address, hello=PREFACE[:chance.randrange(24)]) for _ in range(20)]
    for connection in sockets:
        # A reset instead of a goodbye.
        connection.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def watchers_that_vanish(address, chance):
    with Connection(address) as connection:
        for stream in range(1, 100, 2):
            connection.send(call(stream, "/grpc.health.v1.Health/Watch"))
        connection.until(DATA)


def speaks_http1(address, chance):
    with Connection(address, hello=b"GET / HTTP/1.1\r\nhost: a\r\n\r\n") as connection:
        connection.socket.recv(1_000)


def half_handshake(address, chance):
    """The beginning of TLS, or of nothing, and then silence or the end."""
    with Connection(str(address), hello=b"") as connection:
        hello = bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]) + chance.randbytes(500)
        connection.send(hello[:chance.randrange(len(hello))])
        time.sleep(chance.uniform(0, 0.1))


HOSTILE = [
    rapid_reset, reset_by_us, ping_flood, settings_flood, continuation_flood, header_bomb,
    priority_flood, empty_data, unread_replies, no_window, gzip_bomb, huge_prefix,
    unfinished_bodies, garbage, mutated, byte_by_byte, comes_and_goes, watchers_that_vanish,
    speaks_http1, half_handshake,
]


# -------------------------------------------------------------------------------- honest clients


class Honest(threading.Thread):
    """One channel that calls in every way until told to stop, and remembers what went wrong."""

    def __init__(self, address, stop, seed, credentials=None):
        super().__init__()
        # A connection of its own: the library would share one between equal channels.
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = (
            grpc.secure_channel(address, credentials, options) if credentials
            else grpc.insecure_channel(address, options))
        self.stop, self.chance = stop, random.Random(seed)
        self.calls, self.failures = 0, []

    def run(self):
        unary = self.channel.unary_unary(
            SERVICE + "UnaryCall", request_serializer=M["SimpleRequest"].SerializeToString,
            response_deserializer=M["SimpleResponse"].FromString)
        output = self.channel.unary_stream(
            SERVICE + "StreamingOutputCall",
            request_serializer=M["StreamingOutputCallRequest"].SerializeToString,
            response_deserializer=M["StreamingOutputCallResponse"].FromString)
        duplex = self.channel.stream_stream(
            SERVICE + "FullDuplexCall",
            request_serializer=M["StreamingOutputCallRequest"].SerializeToString,
            response_deserializer=M["StreamingOutputCallResponse"].FromString)
        watch = self.channel.unary_stream("/grpc.health.v1.Health/Watch")(b"")
        try:
            assert next(watch) == b"\x08\x01"
            while not self.stop.is_set():
                size = self.chance.choice([0, 10, 1_000, 30_000, 200_000])
                kind = self.chance.randrange(4)
                if kind <= 1:
                    request = M["SimpleRequest"](
                        response_size=size, payload=M["Payload"](body=bytes(size)))
                    compression = grpc.Compression.Gzip if kind else None
                    reply = unary(request, timeout=60, compression=compression)
                    assert len(reply.payload.body) == size
                else:
                    request = M["StreamingOutputCallRequest"](
                        response_parameters=[M["ResponseParameters"](size=size)] * 5)
                    call = output(request, timeout=60) if kind == 2 else duplex(
                        iter([request]), timeout=60)
                    assert [len(reply.payload.body) for reply in call] == [size] * 5
                self.calls += 1
            assert watch.is_active(), watch
        except Exception as error:  # whatever it is, it is what the test is about
            self.failures.append(repr(error)[:1_000])
        finally:
            watch.cancel()
            self.channel.close()


def hostile_loop(address, stop, seed, counts):
    chance = random.Random(seed)
    while not stop.is_set():
        attack = chance.choice(HOSTILE)
        try:
            attack(address, chance)
        except (OSError, AssertionError):
            pass  # The server hung up on it, as it may.
        counts[attack.__name__] = counts.get(attack.__name__, 0) + 1


@pytest.mark.parametrize("way", ["plain", "tls"])
def test_hostile_clients_harm_nobody_and_leave_nothing_behind(way, tmp_path):
    print(f"{way}, seed {SEED}, {SECONDS:.0f} s")
    arguments, credentials, wrap = ["--threads", 2], None, None
    if way == "tls":
        authority = Authority(tmp_path)
        certificate, key = authority.issue("server")
        arguments += ["--tls", "--certificate", certificate, "--key", key]
        credentials = grpc.ssl_channel_credentials(authority.file.read_bytes())
        context = ssl.create_default_context(cafile=authority.file)
        context.set_alpn_protocols(["h2"])
        wrap = lambda plain: context.wrap_socket(plain, server_hostname="localhost")
    with InteropServer(*arguments) as server:
        baseline = server.descriptors()
        target = Target(server.address)
        target.wrap = wrap
        stop, counts = threading.Event(), {}
        honest = [Honest(server.address, stop, SEED + number, credentials) for number in range(3)]
        hostile = [
            threading.Thread(target=hostile_loop, args=(target, stop, SEED + number, counts))
            for number in range(3)
        ]
        for thread in honest + hostile:
            thread.start()
        # The first third is warm-up: pools and arenas take the size of the load.
        samples, began = [], time.monotonic()
        while time.monotonic() - began < SECONDS and not any(one.failures for one in honest):
            time.sleep(0.25)
            if time.monotonic() - began > SECONDS / 3:
                samples.append(server.memory())
        stop.set()
        for thread in honest + hostile:
            thread.join(90)
        for one in honest:
            assert not one.failures, (one.failures, counts, server.log()[-2000:])
            assert one.calls > 0
        assert set(counts) <= {attack.__name__ for attack in HOSTILE}
        third = max(len(samples) // 3, 1)
        early, late = max(samples[:third]), min(samples[-third:])
        print(f"{sum(one.calls for one in honest)} honest calls, {sum(counts.values())} attacks, "
              f"{early / MEBIBYTE:.1f} MiB early, {late / MEBIBYTE:.1f} MiB late, "
              f"{max(samples) / MEBIBYTE:.1f} MiB at most")
        assert late <= early + 16 * MEBIBYTE, [sample // MEBIBYTE for sample in samples]
        assert max(samples) < 512 * MEBIBYTE
        # Every connection is gone, and a new client is served.
        until(lambda: server.descriptors() <= baseline, "all sockets are closed", 120)
        channel = (
            grpc.secure_channel(server.address, credentials) if credentials
            else grpc.insecure_channel(server.address))
        assert channel.unary_unary(SERVICE + "EmptyCall")(b"", timeout=30) == b""
        channel.close()


@pytest.mark.parametrize("attack", HOSTILE, ids=lambda attack: attack.__name__)
def test_one_kind_of_attack_leaves_its_neighbour_unharmed(attack):
    with InteropServer() as server:
        stop = threading.Event()
        neighbour = Honest(server.address, stop, SEED)
        neighbour.start()
        until(lambda: neighbour.calls > 0 or neighbour.failures, "a first call")
        chance = random.Random(SEED)
        for _ in range(5):
            try:
                attack(server.address, chance)
            except (OSError, AssertionError):
                pass
        calls = neighbour.calls
        until(lambda: neighbour.calls > calls + 1 or neighbour.failures, "a call afterwards")
        stop.set()
        neighbour.join(90)
        assert not neighbour.failures, neighbour.failures
        assert server.memory() < 192 * MEBIBYTE


# The campaign sets more; each needs a socket here and one in the server.
WATCHERS = int(os.environ.get("GRPC_WATCHERS", "1000"))


@pytest.mark.parametrize("connections,streams", [(WATCHERS // 100, 100), (WATCHERS, 1)])
def test_a_thousand_watching_streams_fit(connections, streams):
    with InteropServer() as server:
        # Warm, so that what is measured is the streams and not the first use of anything.
        with Connection(server.address) as first:
            first.send(call(1, "/grpc.health.v1.Health/Watch"))
            first.until(DATA)
        before, held = server.memory(), []
        for _ in range(connections):
            connection = Connection(server.address)
            connection.send(frame(SETTINGS, ACK))
            connection.send(b"".join(
                call(2 * number + 1, "/grpc.health.v1.Health/Watch") for number in range(streams)))
            held.append(connection)
        for connection in held:
            for _ in range(streams):
                assert connection.until(DATA) == message(b"\x08\x01")
        each = (server.memory() - before) / (connections * streams)
        print(f"{connections} connections of {streams} watches: {each / 1024:.1f} KiB per watch")
        assert each < 64 << 10
        for connection in held:
            connection.close()


def test_a_server_that_stops_fails_no_call():
    """Calls go on while one server after the other is stopped; another one takes over."""
    servers = [InteropServer() for _ in range(3)]
    target = "ipv4:" + ",".join(server.address for server in servers)
    stop, failures, counts = threading.Event(), [], []

    def caller():
        channel = grpc.insecure_channel(target, [("grpc.use_local_subchannel_pool", 1)])
        unary = channel.unary_unary(
            SERVICE + "UnaryCall", request_serializer=M["SimpleRequest"].SerializeToString,
            response_deserializer=M["SimpleResponse"].FromString)
        try:
            while not stop.is_set():
                request = M["SimpleRequest"](response_size=20_000)
                assert len(unary(request, timeout=60, wait_for_ready=True).payload.body) == 20_000
                counts.append(1)
        except Exception as error:  # whatever it is, it is what the test is about
            failures.append(repr(error)[:1_000])
        finally:
            channel.close()

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    for server in servers[:2]:
        before = len(counts)
        until(lambda: len(counts) > before + 500 or failures, "calls are answered")
        server.stop()
    before = len(counts)
    until(lambda: len(counts) > before + 500 or failures, "calls are answered")
    stop.set()
    for thread in threads:
        thread.join(90)
    servers[2].stop()
    assert not failures, failures
