"""`windlass lint` as a shell and a CI job see it: exit status, streams, JSON."""

import json
import subprocess

import pytest

from windlass_service import BIN

CLEAN = """\
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: errors}
spec:
  metrics:
    - name: errors
      interval: 1m
      count: 5
      failureLimit: 1
      successCondition: len(result) > 0 and result[0] < 0.05
      provider: {prometheus: {address: http://prometheus, query: errors}}
"""
CANNOT_FAIL = CLEAN.replace("failureLimit: 1", "failureLimit: 5")
REFUSED = CLEAN.replace("interval: 1m", "interval: soon")


def lint(*arguments, stdin=None):
    return subprocess.run(
        [str(BIN / "windlass"), "lint", *map(str, arguments)], input=stdin, capture_output=True,
        text=True, timeout=60)


@pytest.fixture
def file(tmp_path):
    def write(text, name="template.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path
    return write


def test_nothing_found_is_zero(file):
    result = lint(file(CLEAN))
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert "1 document: 0 error, 0 warning" in result.stderr


@pytest.mark.parametrize("text, severity", [(CANNOT_FAIL, "warning"), (REFUSED, "error")])
def test_a_finding_names_place_rule_and_fix(file, text, severity):
    path = file(text)
    result = lint(path)
    assert result.returncode == 10, result.stderr
    first, fix = result.stdout.splitlines()[:2]
    assert first.startswith(f"{path}:")
    assert f": {severity}[" in first
    assert fix.startswith("  fix: ")


def test_less_severe_findings_do_not_count(file):
    assert lint(file(CANNOT_FAIL), "--min-severity", "error").returncode == 0
    assert lint(file(REFUSED), "--min-severity", "error").returncode == 10


def test_json_is_one_object_with_the_exit_status(file):
    path = file(CANNOT_FAIL)
    result = lint(path, "--output", "json")
    answer = json.loads(result.stdout)
    assert result.returncode == answer["exitCode"] == 10
    finding = answer["findings"][0]
    assert {"rule", "severity", "file", "line", "column", "fix"} <= finding.keys()
    assert (finding["file"], finding["severity"]) == (str(path), "warning")


def test_a_rule_can_be_left_out(file):
    path = file(CANNOT_FAIL)
    rule = json.loads(lint(path, "--output", "json").stdout)["findings"][0]["rule"]
    rules = {f["rule"] for f in json.loads(lint(path, "--output", "json").stdout)["findings"]}
    assert rule not in lint(path, "--disable", rule).stdout
    assert lint(path, "--disable", ",".join(rules)).returncode == 0


def test_a_comment_allows_what_it_names_and_needs_a_reason(file):
    findings = json.loads(lint(file(CANNOT_FAIL), "--output", "json").stdout)["findings"]
    lines = CANNOT_FAIL.splitlines()
    for finding in sorted(findings, key=lambda f: -f["line"]):
        lines.insert(
            finding["line"] - 1, f"# windlass-lint: allow {finding['rule']} known and wanted")
    assert lint(file("\n".join(lines))).returncode == 0
    without = [line.removesuffix(" known and wanted") for line in lines]
    assert lint(file("\n".join(without))).returncode == 10


def test_standard_input_and_directories_are_read(file):
    path = file(CANNOT_FAIL)
    assert lint("-", stdin=CANNOT_FAIL).returncode == 10
    assert lint(path.parent).returncode == 10
    file("not: read", name="notes.txt")
    assert "1 document" in lint(path.parent).stderr


@pytest.mark.parametrize("text", ["a: [", "a: 1\n b: 2\n", "\x00"])
def test_what_cannot_be_read_is_twenty_and_the_rest_is_judged(file, text):
    broken, good = file(text, name="broken.yaml"), file(CANNOT_FAIL)
    result = lint(broken, good)
    assert result.returncode == 20
    assert "broken.yaml" in result.stderr
    assert str(good) in result.stdout


@pytest.mark.parametrize("arguments", [
    (), ("missing.yaml",), ("--min-severity", "fatal", "-"), ("--disable", "no-such-rule", "-"),
    ("--output", "xml", "-"), ("--no-such-flag", "-"),
])
def test_wrong_usage_is_twenty_and_says_why(arguments):
    result = lint(*arguments, stdin="")
    assert result.returncode == 20
    assert result.stderr.strip()


def test_help_names_the_exit_statuses():
    result = lint("--help")
    assert result.returncode == 0
    assert "Exit status: 0 nothing found" in result.stdout
