"""A log of many rollouts, made of the events of one: written past the service, as fast as PostgreSQL
copies, with the chain that every reader computes again."""

import hashlib
import struct
import subprocess
import uuid

BATCH = 200


def psql(url, sql, stdin=None):
    result = subprocess.run(
        ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", url, "-c", sql],
        input=stdin, capture_output=True)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


class LongLog:
    """Adds applications on clusters to a log that has the application and cluster of the model."""

    def __init__(self, url, application, cluster):
        self.url = url
        self.names = {}
        self.kinds = dict(
            line.split("|") for line in
            psql(url, "select type_id, name from windlass_log.event_type").split())
        self.models = [
            self.events(f"application-{application}"), self.events(f"cluster-{cluster}"),
            self.events(f"rollout-{application}@{cluster}")]

    def events(self, stream):
        rows = psql(self.url, f"""
            select e.type_id, encode(e.payload, 'hex') from windlass_log.event e
            join windlass_log.stream s using (log_id, stream_id)
            where s.name = '{stream}' order by e.version""").split()
        return [tuple(row.split("|")) for row in rows]

    def streams(self, applications, clusters):
        """Names with the events of each, in an order in which they could have been written."""
        application, cluster, rollout = self.models
        for c in range(clusters):
            yield f"cluster-many-{c}", cluster
        for a in range(applications):
            yield f"application-many/app-{a}", application
            for c in range(clusters):
                yield f"rollout-many/app-{a}@many-{c}", rollout

    def write(self, applications, clusters, log_id=0):
        """Returns how many events the log has then."""
        position, chain, now, at = psql(self.url, f"""
            select next_position, encode(chain, 'hex'), last_now, last_at
            from windlass_log.head where log_id = {log_id}""").strip().split("|")
        position, now, at = int(position), int(now), int(at)
        chain = bytes.fromhex(chain)
        streams = list(self.streams(applications, clusters))
        psql(self.url, "copy windlass_log.stream (log_id, name, version) from stdin",
             "".join(f"{log_id}\t{name}\t{len(events)}\n" for name, events in streams).encode())
        ids = dict(
            line.split("|") for line in
            psql(self.url, "select name, stream_id from windlass_log.stream").split())
        batches = []
        pending, content = [], bytearray()
        copy = subprocess.Popen(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url, "-c",
             "copy windlass_log.event (log_id, position, stream_id, version, command_id, type_id, "
             "payload) from stdin"], stdin=subprocess.PIPE)

        def flush():
            nonlocal chain, position
            if not pending:
                return
            digest = hashlib.sha256(content).digest()
            chain = hashlib.sha256(
                chain + struct.pack(">QIqq", position, len(pending), at, now) + digest).digest()
            copy.stdin.write("".join(
                f"{log_id}\t{position + offset}\t{line}\n"
                for offset, line in enumerate(pending)).encode())
            position += len(pending)
            batches.append(
                f"{log_id}\t{position}\t{len(pending)}\t{len(content)}\t{at}\t{now}\t"
                f"\\\\x{digest.hex()}\t\\\\x{chain.hex()}\n")
            pending.clear()
            content.clear()

        for name, events in streams:
            stream = name.encode()
            head = struct.pack(">H", len(stream)) + stream
            for version, (kind, payload) in enumerate(events, 1):
                command = uuid.uuid4()
                type_name = self.kinds[kind].encode()
                raw = bytes.fromhex(payload)
                content += (
                    head + struct.pack(">QB", version, len(type_name)) + type_name
                    + command.bytes + struct.pack(">I", len(raw)) + raw)
                pending.append(f"{ids[name]}\t{version}\t{command}\t{kind}\t\\\\x{payload}")
                if len(pending) == BATCH:
                    flush()
        flush()
        copy.stdin.close()
        assert copy.wait() == 0
        psql(self.url,
             "copy windlass_log.batch (log_id, next_position, count, bytes, at, now, digest, chain)"
             " from stdin", "".join(batches).encode())
        psql(self.url, f"""
            update windlass_log.head set next_position = {position}, chain = '\\x{chain.hex()}'
            where log_id = {log_id}""")
        psql(self.url, "analyze windlass_log.stream, windlass_log.batch, windlass_log.event")
        return position
