"""A TCP proxy before PostgreSQL that breaks one chosen conversation at one chosen byte."""

import dataclasses
import enum
import selectors
import socket
import struct
import threading


class Way(enum.Enum):
    """What becomes of a conversation whose turn has come."""

    RESET = "both sides see a reset"
    CLOSE = "both sides see the end of the stream"
    HANG = "nothing passes any more, and nobody is told"
    HALF = "PostgreSQL gets everything; the caller gets the reply up to the byte, then the end"


@dataclasses.dataclass
class Cut:
    """Breaks the next conversation that begins with a message holding `marker`."""

    marker: bytes
    offset: int  # Bytes let through, those of the request first, then those of the reply.
    way: Way
    armed: bool = True
    done: bool = False
    request: int = 0
    reply: int = 0
    pieces: list = dataclasses.field(default_factory=list)  # Whether of a request, and the bytes.

    def boundaries(self):
        """After how many bytes a message of either side is over, as long as nothing was cut."""
        ends, passed, left = [], 0, {True: b"", False: b""}
        for is_request, data in self.pieces:
            pending = left[is_request] + data
            start = passed - len(left[is_request])
            passed += len(data)
            while True:
                # The first two messages of a connection have no letter.
                head = 0 if is_request and pending[:1] == b"\0" else 1
                if len(pending) < head + 4:
                    break
                size = head + struct.unpack_from("!i", pending, head)[0]
                if len(pending) < size:
                    break
                pending = pending[size:]
                start += size
                ends.append(start)
            left[is_request] = pending
        return ends


class CuttingProxy:
    def __init__(self, port):
        self.target = port
        self.cut = None
        self.lock = threading.Lock()
        self.links = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(self, client, server)
            with self.lock:
                self.links = [known for known in self.links if not known.ended] + [link]
            link.start()

    def arm(self, cut):
        with self.lock:
            self.cut = cut

    def close(self):
        self.listener.close()
        for link in self.links:
            for end in (link.client, link.server):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class Link:
    """One connection through the proxy; one thread, so that a closed socket is closed at once."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.cut = None
        self.ended = False
        self.hung = False

    def start(self):
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.client, selectors.EVENT_READ, True)
            selector.register(self.server, selectors.EVENT_READ, False)
            way = Way.CLOSE
            try:
                while True:
                    for key, _ in selector.select():
                        data = key.fileobj.recv(65536)
                        if self.hung and data:
                            continue
                        if self.hung and key.data:
                            # Nor does the other side hear that this one went away.
                            selector.unregister(self.client)
                            continue
                        if not data:
                            return
                        sink = self.server if key.data else self.client
                        if not self.forward(data, sink, key.data):
                            way = self.cut.way
                            return
            except OSError:
                return
            finally:
                self.end(way)

    def forward(self, data, sink, is_request):
        """Passes on what may pass; False when the conversation has come to its end."""
        cut = self.take(data) if is_request else self.cut
        if cut is None or cut.done:
            sink.sendall(data)
            return True
        passed = cut.request + cut.reply
        cut.pieces.append((is_request, data))
        if is_request:
            cut.request += len(data)
        else:
            cut.reply += len(data)
        left = cut.offset - passed
        if left >= len(data) or (cut.way is Way.HALF and is_request):
            sink.sendall(data)
            return True
        if left > 0:
            sink.sendall(data[:left])
        cut.done = True
        self.hung = cut.way is Way.HANG
        return self.hung

    def take(self, data):
        """The cut that this link is about: from the message with the marker on."""
        if self.cut is None or self.cut.done:
            with self.proxy.lock:
                cut = self.proxy.cut
                if cut is not None and cut.armed and cut.marker in data:
                    cut.armed = False
                    self.cut = cut
        return self.cut

    def end(self, way):
        if self.ended:
            return
        self.ended = True
        for end in (self.client, self.server):
            try:
                if way is Way.RESET:
                    end.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()
            except OSError:
                pass
