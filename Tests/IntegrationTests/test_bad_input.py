"""Hostile bytes and values: refused with a status that names field and limit, nothing changed."""

import http.client
import random
import socket
import struct

import grpc
import pytest

from windlass_service import CLUSTERS, ROLLOUTS, Agent, Service, all_events, apply, view

CODES = grpc.StatusCode


@pytest.fixture(scope="module")
def service():
    """One for all of them: what is refused must leave nothing behind for the next."""
    service = Service().from_template().start()
    yield service
    service.close()


def refused(call, *arguments, code=CODES.INVALID_ARGUMENT, **fields):
    with pytest.raises(grpc.RpcError) as error:
        call(*arguments, **fields)
    assert error.value.code() == code, error.value
    return error.value.details()


@pytest.fixture
def prepared(client):
    Agent(client, "eu-west")
    apply(client, "v1")
    before = len(all_events(client))
    yield client
    # Whatever was thrown at it, it still decides, and nothing but that was recorded.
    assert len(all_events(client)) == before
    assert view(client, "eu-west").version == 0


VALUES = [
    (dict(envelope={}), "idempotency_key"),
    (dict(envelope={"idempotency_key": "x" * 201}), "200"),
    (dict(envelope={"idempotency_key": "a\nb"}), "idempotency_key"),
    (dict(envelope={"idempotency_key": "k", "reason": "r" * 2049}), "reason"),
    (dict(envelope={"idempotency_key": "k", "claimed_actor": "r" * 257}), "claimed_actor"),
    (dict(application="Checkout"), "application"),
    (dict(application="a/" + "b" * 64), "application"),
    (dict(clusters={"names": ["UPPER"]}), "clusters"),
    (dict(clusters={}), "clusters"),
    (dict(start={"release": "sp ace"}), "release"),
    (dict(start={}), "start"),
]


@pytest.mark.parametrize("fields,names", VALUES)
def test_a_bad_value_is_refused_by_name(prepared, fields, names):
    request = dict(
        envelope={"idempotency_key": "k"}, application="shop/checkout",
        clusters={"names": ["eu-west"]}, start={"revision": 1})
    request.update(fields)
    assert names in refused(prepared.call, f"{ROLLOUTS}/Submit", **request)


def test_a_request_without_a_command_is_refused(prepared):
    details = refused(
        prepared.call, f"{ROLLOUTS}/Submit", envelope={"idempotency_key": "k"},
        application="shop/checkout", clusters={"names": ["eu-west"]})
    assert "command" in details


def test_unknown_things_are_not_found(prepared):
    for path, fields in [
        (f"{ROLLOUTS}/GetRollout", dict(application="shop/nothing", cluster="eu-west")),
        (f"{ROLLOUTS}/GetRollout", dict(application="shop/checkout", cluster="nowhere")),
        (f"{ROLLOUTS}/Explain", dict(application="shop/checkout", cluster="eu-west")),
        (f"{ROLLOUTS}/EvaluateRollback", dict(application="shop/nothing", cluster="eu-west")),
    ]:
        refused(prepared.call, path, code=CODES.NOT_FOUND, **fields)


def test_garbage_protobuf_is_refused_and_survived(prepared):
    chance = random.Random(11)
    for path in [
        f"{ROLLOUTS}/Submit", f"{ROLLOUTS}/GetRollout", f"{ROLLOUTS}/EvaluateRollback",
        f"{ROLLOUTS}/ListRollouts", f"{ROLLOUTS}/Explain", "windlass.v1.Log/Read",
        f"{CLUSTERS}/ClaimLease", f"{CLUSTERS}/ReportOutcomes", f"{CLUSTERS}/RenewLease",
    ]:
        for size in (1, 7, 64, 1000):
            with pytest.raises(grpc.RpcError) as error:
                # Field number 0 is illegal, so none of these can decode by luck.
                prepared.raw(path, b"\x00" + chance.randbytes(size))
            assert error.value.code() == CODES.INVALID_ARGUMENT


def test_nesting_bombs_and_invalid_text_are_refused(prepared):
    bomb = b""
    for _ in range(5_000):
        bomb = b"\x0a" + varint(len(bomb)) + bomb
    for payload in (bomb, b"\x12\x02\xff\xfe", b"\x12\x05a\x00b/c"):
        with pytest.raises(grpc.RpcError) as error:
            prepared.raw(f"{ROLLOUTS}/Submit", payload)
        assert error.value.code() == CODES.INVALID_ARGUMENT


def test_oversize_is_refused_before_it_is_buffered(prepared):
    with pytest.raises(grpc.RpcError) as error:
        prepared.raw(f"{ROLLOUTS}/GetRollout", b"\x00" * 100_000)
    assert error.value.code() == CODES.RESOURCE_EXHAUSTED


def varint(value):
    out = b""
    while True:
        value, byte = value >> 7, value & 0x7F
        out += bytes([byte | (0x80 if value else 0)])
        if not value:
            return out


def test_malformed_frames_hurt_their_own_connection_only(service, prepared):
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    chance = random.Random(13)
    attacks = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        preface[:10] + b"\xff" * 20,
        preface + settings + b"\xff\xff\xff\x01\x25\x00\x00\x00\x01" + b"\xff" * 50,
        preface + settings + b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" * 3,
        preface + b"".join(struct.pack(">I", 5)[1:] + b"\x00\x01" + struct.pack(">I", n) + b"hello"
                           for n in range(0, 20)),
    ] + [preface + settings + chance.randbytes(200) for _ in range(40)]
    for attack in attacks:
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as hostile:
            hostile.sendall(attack)
            hostile.settimeout(0.05)
            try:
                while hostile.recv(4096):
                    pass
            except (TimeoutError, ConnectionError):
                pass
    assert view(prepared, "eu-west").cluster == "eu-west"
    assert service.process.poll() is None


@pytest.mark.parametrize("path,status", [("/healthz", 200), ("/readyz", 200), ("/metrics", 200),
                                         ("/", 200), ("/nothing", 404)])
def test_the_console_answers(service, path, status):
    code, body = service.console_get(path)
    assert code == status and body
    if path == "/metrics":
        assert "windlass_ready 1" in body


def test_the_console_survives_odd_requests(service):
    for request in (b"\x16\x03\x01\x00\xa5\x01", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                    b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", service.console), timeout=5) as hostile:
            try:
                hostile.sendall(request)
                hostile.settimeout(1)
                hostile.recv(4096)
            except (TimeoutError, ConnectionError):
                pass
    connection = http.client.HTTPConnection("127.0.0.1", service.console, timeout=5)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200


def test_mutated_requests_never_trap(prepared, service):
    """Seeded mutations of a valid command: every one is answered, and the service lives."""
    request, _ = prepared._method(f"{ROLLOUTS}/EvaluateRollback")
    valid = request(application="shop/checkout", cluster="eu-west", revision=1,
                    reason="because").SerializeToString()
    chance = random.Random(17)
    for _ in range(400):
        payload = bytearray(valid)
        for _ in range(chance.randint(1, 4)):
            payload[chance.randrange(len(payload))] = chance.randrange(256)
        try:
            prepared.raw(f"{ROLLOUTS}/EvaluateRollback", bytes(payload))
        except grpc.RpcError as error:
            assert error.code() in (CODES.INVALID_ARGUMENT, CODES.NOT_FOUND), error
    assert service.process.poll() is None
