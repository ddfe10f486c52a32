"""HTTP/2 by hand: frames as bytes, for clients that no library would be."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 2, 3, 4, 6, 7
WINDOW_UPDATE, CONTINUATION = 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(**values):
    numbers = dict(header_table=1, push=2, streams=3, window=4, frame=5, list=6)
    return frame(SETTINGS, payload=b"".join(
        struct.pack(">HI", numbers[name], value) for name, value in values.items()))


def field(name, value):
    """A header field as a literal that is not kept in the table; texts under 127 bytes."""
    name, value = name.encode(), value if isinstance(value, bytes) else value.encode()
    assert len(name) < 127 and len(value) < 127
    return bytes([0, len(name)]) + name + bytes([len(value)]) + value


def request_headers(path, **more):
    fields = {
        ":method": "POST", ":scheme": "http", ":path": path, ":authority": "test",
        "te": "trailers", "content-type": "application/grpc",
    }
    fields.update({name.replace("_", "-"): value for name, value in more.items()})
    return b"".join(field(name, value) for name, value in fields.items())


def message(content=b"", flag=0):
    return struct.pack(">BI", flag, len(content)) + content


def call(stream, path, content=b"", **more):
    return frame(HEADERS, END_HEADERS, stream, request_headers(path, **more)) + frame(
        DATA, END_STREAM, stream, message(content))


class Target(str):
    """HOST:PORT of a server that is spoken to through `wrap`, such as TLS."""

    wrap = None


class Connection:
    """A socket that has said hello; `frames()` reads what comes back."""

    def __init__(self, address, hello=PREFACE + settings(), timeout=30, wrap=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrap = wrap or getattr(address, "wrap", None)
        if wrap:
            self.socket = wrap(self.socket)
        self.buffer = b""
        if hello:
            self.send(hello)

    def send(self, data):
        self.socket.sendall(data)

    def frame(self):
        """The next frame as kind, flags, stream, payload; None at the end."""
        while True:
            if len(self.buffer) >= 9:
                length = int.from_bytes(self.buffer[:3], "big")
                if len(self.buffer) >= 9 + length:
                    kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
                    payload = self.buffer[9:9 + length]
                    self.buffer = self.buffer[9 + length:]
                    return kind, flags, stream & 0x7FFFFFFF, payload
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self.buffer += data

    def until(self, kind, stream=None):
        """The payload of the next frame of a kind; the ones before it are dropped."""
        while True:
            found = self.frame()
            assert found is not None, "the connection was closed"
            if found[0] == kind and stream in (None, found[2]):
                return found[3]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
