"""`windlass conditions eval` and `windlass analysis assess` from a shell: answers, batches, exits."""

import json
import subprocess

import pytest

from windlass_service import BIN


def windlass(*arguments, stdin=None):
    return subprocess.run(
        [str(BIN / "windlass"), *arguments], input=stdin, capture_output=True, text=True,
        timeout=60)


def judged(success, result, failure="", now=None):
    arguments = ["conditions", "eval", "--success", success, "--failure", failure,
                 "--result", result, "--output", "json"]
    answer = windlass(*arguments, *(["--now", str(now)] if now is not None else []))
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("success, result, phase", [
    ("result[0] >= 0.95", "[0.97]", "Successful"),
    ("result[0] >= 0.95", "[0.9]", "Failed"),
    ("result >= 0.95", "[0.97]", "Error"),
    ("result > '1'", "\"2\"", "Successful"),
    ("now().In(timezone('Europe/Berlin')).Hour() == 2", "1", "Successful"),
])
def test_a_condition_is_judged_whatever_the_phase_is(success, result, phase):
    assert judged(success, result, now=1_750_032_000)["phase"] == phase


def test_a_message_is_argos_with_the_condition_as_written():
    assert judged('result == "a" > 1', "1")["message"] == (
        'could not evaluate successCondition "result == "a" > 1": '
        "invalid operation: == (mismatched types float64 and string)")


def test_no_data_is_said_in_one_sentence():
    assert judged("result[0] > 1", "[]")["message"].endswith(
        ": metric result is nil or empty: no data returned from the metric provider")


def test_people_see_the_place_with_a_caret():
    answer = windlass("conditions", "eval", "--success", "result >", "--result", "1")
    assert answer.stdout.splitlines()[-2:] == [" | result >", " | .......^"]


def test_a_batch_answers_line_by_line_and_goes_on_after_a_bad_one():
    lines = ['{"success": "result > 1", "result": 2}', "nonsense", '{"failure": 1}', "",
             '{"failure": "result > 1", "result": 2}']
    answer = windlass("conditions", "eval", "--batch", stdin="\n".join(lines))
    phases = [json.loads(line)["phase"] for line in answer.stdout.splitlines()]
    assert phases == ["Successful", "Error", "Error", "Failed"]


@pytest.mark.parametrize("arguments", [
    ("conditions", "eval"), ("conditions", "eval", "--result", "{"),
    ("conditions", "eval", "--batch", "--result", "1"),
    ("analysis", "assess"), ("analysis", "assess", "--input", "missing.json"),
    ("analysis", "assess", "--input", "-", "--batch", "--output", "text"),
])
def test_wrong_usage_is_twenty(arguments):
    answer = windlass(*arguments, stdin="")
    assert answer.returncode == 20
    assert answer.stderr.strip()


CASE = {"metrics": [{
    "name": "errors", "count": 1, "failureLimit": 1, "successCondition": "result[0] < 0.05",
    "measurements": [{"phase": "Failed"}]}]}


def assess(case, *arguments):
    return windlass(
        "analysis", "assess", "--input", "-", *arguments,
        stdin=case if isinstance(case, str) else json.dumps(case))


def test_a_run_that_could_not_fail_is_successful_and_vacuous():
    answer = json.loads(assess(CASE).stdout)
    assert (answer["phase"], answer["reading"]) == ("Successful", "vacuous")


def test_a_message_names_metric_phase_and_limit():
    case = json.loads(json.dumps(CASE))
    case["metrics"][0] |= {"failureLimit": 0}
    answer = json.loads(assess(case).stdout)
    assert answer["phase"] == "Failed"
    assert answer["message"] == 'Metric "errors" assessed Failed due to failed (1) > failureLimit (0)'


@pytest.mark.parametrize("setting, message", [
    ({"interval": "1d"}, "metrics[0]: invalid interval string: time: unknown unit \"d\" in duration"),
    ({"consecutiveSuccessLimit": -1}, "metrics[0]: consecutiveSuccessLimit must be >= 0"),
    ({"failureLimit": -2}, "metrics[0]: failureLimit must be >= -1"),
    ({"count": 2}, "metrics[0]: interval must be specified when count > 1"),
    ({"successCondition": "result < {{args.limit}}"},
     "Unable to resolve metric arguments: failed to resolve {{args.limit}}"),
])
def test_a_specification_that_argo_refuses_is_an_error_in_its_words(setting, message):
    case = json.loads(json.dumps(CASE))
    case["metrics"][0] |= setting
    answer = json.loads(assess(case).stdout)
    assert answer["phase"] == "Error"
    assert message in answer["message"]


def test_a_batch_of_runs_says_which_line_cannot_be_read():
    answer = assess(json.dumps(CASE) + "\n{\n", "--batch")
    assert answer.returncode == 20
    first, second = [json.loads(line) for line in answer.stdout.splitlines()]
    assert first["phase"] == "Successful"
    assert "error" in second
