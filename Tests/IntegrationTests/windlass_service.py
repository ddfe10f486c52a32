"""A real windlassd with a private PostgreSQL, and clients that know it by reflection alone."""

import atexit
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WINDLASS_BIN", ROOT / ".build" / "release"))
EXAMPLES = ROOT / "docs" / "examples"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Service:
    """windlassd in a directory of its own; survives restarts of itself with the same log."""

    def __init__(self, extra=()):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-it-"))
        # The private PostgreSQL runs as another user when we are root.
        self.directory.chmod(0o755)
        self.port = free_port()
        self.console = free_port()
        self.extra = list(extra)
        self.process = None

    template = None

    def from_template(self):
        """Starts from a copy of a database that was created once; creating one takes seconds."""
        if Service.template is None:
            first = Service().start()
            first.stop()
            Service.template = first.directory / "data"
            atexit.register(shutil.rmtree, first.directory, ignore_errors=True)
        subprocess.run(["cp", "-a", Service.template, self.data], check=True)
        return self

    @property
    def data(self):
        return self.directory / "data"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait=True):
        log = open(self.directory / "windlassd.log", "ab")
        self.process = subprocess.Popen(
            [
                BIN / "windlassd", "serve", "--data-dir", self.data,
                "--listen", f"127.0.0.1:{self.port}",
                "--console", f"127.0.0.1:{self.console}", *self.extra,
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
        log.close()
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"windlassd ended:\n{self.log()}")
            if self.console_get("/readyz")[0] == 200:
                return
            time.sleep(0.05)
        raise AssertionError(f"windlassd was not ready in {seconds} s:\n{self.log()}")

    def console_get(self, path):
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.console}{path}", timeout=5
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def log(self):
        path = self.directory / "windlassd.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    def whole_log(self):
        return (self.directory / "windlassd.log").read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(60) == 0, self.log()

    def postmaster(self):
        """Process id of the private PostgreSQL."""
        files = list(self.data.rglob("postmaster.pid"))
        try:
            lines = files[0].read_text().splitlines() if files else []
        except FileNotFoundError:  # It ended between the two looks.
            lines = []
        return int(lines[0]) if lines else None

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        pid = self.postmaster()
        if pid:
            try:
                os.kill(pid, signal.SIGQUIT)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.directory, ignore_errors=True)

    def client(self):
        return Client(self.port)

    def cli(self, *arguments, expect=0, text=False, timeout=60, stdin=None):
        """Runs `windlass`; returns its JSON object, or its text."""
        command = [str(BIN / "windlass"), *map(str, arguments), "--server", self.url]
        if not text:
            command += ["--output", "json"]
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, input=stdin)
        assert result.returncode == expect, (
            f"{' '.join(command)}\nexit {result.returncode}, expected {expect}\n"
            f"stdout: {result.stdout}\nstderr: {result.stderr}")
        if text:
            return result.stdout
        return json.loads(result.stdout) if result.stdout.strip() else None


class Client:
    """A stock grpcio client that has none of our files: everything comes by reflection."""

    def __init__(self, port):
        # A connection of its own: a shared one may still be that of the service before a restart.
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)
        # Kept: classes that come and go with every call, in many threads, have crashed the interpreter,
        # and a look-up asks the server in the middle of it.
        self.methods = {}
        self.lock = threading.Lock()

    def services(self):
        return sorted(self.database.get_services())

    def _method(self, path):
        with self.lock:
            if path not in self.methods:
                service, name = path.split("/")
                method = self.pool.FindServiceByName(service).FindMethodByName(name)
                self.methods[path] = (
                    message_factory.GetMessageClass(method.input_type),
                    message_factory.GetMessageClass(method.output_type),
                )
            return self.methods[path]

    def call(self, path, timeout=10, **fields):
        request, response = self._method(path)
        return self.channel.unary_unary(
            f"/{path}", request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )(request(**fields), timeout=timeout)

    def stream(self, path, timeout=None, **fields):
        request, response = self._method(path)
        return self.channel.unary_stream(
            f"/{path}", request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )(request(**fields), timeout=timeout)

    def raw(self, path, payload, timeout=10):
        return self.channel.unary_unary(f"/{path}")(payload, timeout=timeout)

    def close(self):
        self.channel.close()


ROLLOUTS = "windlass.v1.Rollouts"
CLUSTERS = "windlass.v1.Clusters"
LOG = "windlass.v1.Log"
ALLOWED, SATISFIED, REFUSED, CONFLICT, UNKNOWN, UNAVAILABLE = 1, 2, 3, 4, 5, 6


def submit(client, key, application="shop/checkout", cluster=None, reason="", timeout=10, **command):
    fields = dict(
        envelope={"idempotency_key": key, "reason": reason}, application=application, **command)
    if cluster:
        fields["clusters"] = {"names": [cluster]}
    return client.call(f"{ROLLOUTS}/Submit", timeout=timeout, **fields).decisions


def digest(release):
    return "sha256:" + hashlib.sha256(release.encode()).hexdigest()


def apply(client, release, application="shop/checkout", steps=None, window=1, background=True,
          key=None):
    template = {
        "name": "success-rate",
        "metrics": [{"name": "success-rate", "provider": "prometheus", "query": "up"}],
    }
    strategy = {
        "replicas": 3,
        "steps": steps if steps is not None else [
            {"set_weight": {"percent": 20}}, {"analysis": {"templates": [template]}},
            {"set_weight": {"percent": 60}},
        ],
        "window": {"revisions": window, "counting": 1, "match": 1},
    }
    if background:
        strategy["background"] = {"plan": {"templates": [template]}, "starting_step": 1}
    revision = {"release": release, "digest": digest(release), "images": [f"web:{release}"]}
    return submit(
        client, key or f"apply-{release}", application=application,
        apply={"revision": revision, "strategy": strategy})[0]


class Agent:
    """Plays a cluster by hand over the Clusters service."""

    def __init__(self, client, cluster, application="shop/checkout", holder="agent-1", mode=2):
        self.client = client
        self.cluster = cluster
        self.application = application
        self.count = 0
        self.epoch = client.call(
            f"{CLUSTERS}/ClaimLease", cluster=cluster, holder=holder,
            idempotency_key=f"claim-{cluster}-{holder}",
            registration={"mode": mode, "labels": [{"key": "region", "value": cluster}]}).epoch

    def directive(self):
        for update in self.client.stream(
            f"{CLUSTERS}/WatchDirectives", cluster=self.cluster, epoch=self.epoch, timeout=10
        ):
            if update.snapshot_complete:
                return None
            if update.application == self.application:
                return update.directive

    def report(self, attempt, id=None, **outcome):
        self.count += 1
        report = dict(
            id=id or f"{self.cluster}-{self.count}", application=self.application,
            attempt=attempt, **outcome)
        return self.client.call(
            f"{CLUSTERS}/ReportOutcomes", cluster=self.cluster, epoch=self.epoch,
            reports=[report]).results[0]

    def follow(self, leak=False, stop_at=None, fail=()):
        """Does what the directives say until nothing is left to do, like a well-behaved cluster."""
        seen = {}
        done = set()
        for _ in range(60):
            directive = self.directive()
            if directive is None:
                return
            attempt = directive.attempt
            if stop_at is not None and stop_at(directive):
                return directive
            before = len(done)

            def once(key, **outcome):
                if key not in done:
                    done.add(key)
                    result = self.report(attempt, **outcome)
                    assert result.kind in (1, 2), result

            desired = directive.desired
            if desired:
                pod_hash = f"hash{desired}"
                once(("seen", attempt, desired), revision_observed={
                    "revision": desired, "local": {"pod_hash": pod_hash}})
                once(("weight", attempt, directive.weight), weight_applied={
                    "revision": desired, "weight": directive.weight})
            for run in directive.runs:
                step = run.key.step_index_plus_one
                name = f"checkout-{pod_hash}-{attempt}" + (f"-{step - 1}" if step else "")
                target = {"name": name, "type": run.key.type, "pod_hash": pod_hash,
                          "step_index_plus_one": step}
                once(("created", attempt, name), run_created={"object": target})
                if step:
                    phase = 2 if desired in fail else 1
                    once(("finished", attempt, name), run_finished={
                        "object": target, "result": {"phase": phase, "measurements": 3}})
            if leak and directive.forbidden.attempt:
                once(("leak", attempt), run_created={"object": {
                    "name": f"checkout-{pod_hash}-{attempt}-leaked", "type": 1,
                    "pod_hash": pod_hash}})
            if directive.full_scale:
                once(("available", attempt, desired), available={"revision": desired})
            if len(done) == before:
                return directive
        raise AssertionError("the rollout does not come to rest")


def view(client, cluster, application="shop/checkout"):
    return client.call(f"{ROLLOUTS}/GetRollout", application=application, cluster=cluster)


def all_events(client, stream=""):
    events, cursor = [], ""
    while True:
        page = client.call(f"{LOG}/Read", filter={"stream": stream}, cursor=cursor, limit=1000)
        events += page.events
        if not page.next:
            return events
        cursor = page.next
