"""Real `windlass-agent simulate` processes, and manifests with second-scale steps for them."""

import json
import os
import signal
import subprocess
import threading
import time

from windlass_service import BIN


def until(condition, what, seconds=30):
    """Polls until the condition gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


class SimulatedAgent:
    """One agent process. Its standard error is kept, its standard input steers it."""

    def __init__(self, service, cluster, *flags, pace="0.1", wait=True):
        self.lines = []
        self.process = subprocess.Popen(
            [BIN / "windlass-agent", "simulate", "--cluster", cluster, "--server", service.url,
             "--pace", pace, *flags],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if wait:
            self.heard("has every directive")

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def heard(self, text, seconds=30, after=0):
        """Waits for a line; returns it."""
        return until(
            lambda: next((line for line in self.lines[after:] if text in line), None),
            lambda: f"{text!r} in:\n" + "\n".join(self.lines), seconds)

    def say(self, line):
        """Steers it; returns its answer's line."""
        after = len(self.lines)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return until(
            lambda: next((told for told in self.lines[after:] if " ok " in told
                          or " error " in told), None),
            lambda: f"an answer to {line!r} in:\n" + "\n".join(self.lines[after:]))

    def signal(self, number):
        os.kill(self.process.pid, number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ended(self, seconds=30):
        """Its exit status, once it ends by itself."""
        status = self.process.wait(seconds)
        self.reader.join(5)
        return status

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.terminate()
        return self.ended()


def _template(name, **metric):
    return {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"metrics": [{
            "name": name, "successCondition": "result[0] > 0.9",
            "provider": {"prometheus": {
                "address": "http://prometheus.monitoring.svc:9090", "query": "up"}}, **metric}]},
    }


def manifests(application, release, steps=({"setWeight": 50},), window=1, background=False):
    """One revision as YAML (which JSON is): a Rollout and the two templates it may name.

    `"check"` among the steps is an analysis that ends, `background` one that does not.
    """
    def analysis(template):
        return {"templates": [{"templateName": template}]}

    canary = {"steps": [
        {"analysis": analysis("check")} if step == "check" else step for step in steps]}
    if background:
        canary["analysis"] = {**analysis("watch"), "startingStep": 1}
    name = application.split("/")[1]
    documents = [
        {
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
            "metadata": {"name": name, "namespace": "shop", "annotations": {
                "windlass/application": application, "windlass/release": release}},
            "spec": {
                "replicas": 4, "rollbackWindow": {"revisions": window},
                "template": {"spec": {"containers": [
                    {"name": "web", "image": f"registry.example.org/{name}:{release}"}]}},
                "strategy": {"canary": canary},
            },
        },
        _template("check", count=1), _template("watch", interval="1s"),
    ]
    return "\n---\n".join(json.dumps(document) for document in documents)
