"""Commands in the documents are those that the programs know; sessions are played for real."""

import os
import re
import shlex
import subprocess

import pytest

from simulated_agent import until
from windlass_service import BIN, ROOT, Service, free_port

PROGRAMS = ("windlass", "windlassd", "windlass-agent", "./dev")
DOCUMENTS = sorted(
    path for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    if path.is_file())


class Command:
    """One line of a document that starts one of our programs."""

    def __init__(self, path, number, words, directory=ROOT):
        self.place = f"{path.relative_to(ROOT)}:{number}" if path else number
        self.program, *self.arguments = words
        self.directory = directory

    def __repr__(self):
        return f"{self.place} {shlex.join([self.program, *self.arguments])}"


def words(line):
    """Of the first simple command; None when it starts none of our programs."""
    line = re.sub(r"^\$ ", "", line.strip())
    if not line.startswith(tuple(program + " " for program in PROGRAMS)):
        return None
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    result = []
    for word in lexer:
        if re.fullmatch(r"[|&;<>()]+", word):
            break
        result.append(word)
    return result


def blocks(path):
    """Each fenced or indented block: (marked to be run, [(line number, line)])."""
    fence, block, marked, previous, blank = None, [], False, "", True
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if fence is not None:
            if line.strip() == "```":
                yield fence, block
                fence, block = None, []
            else:
                block.append((number, line))
        elif line.strip().startswith("```"):
            fence = previous == "<!-- run -->"
        elif line.startswith("    ") and (block or blank):
            block.append((number, line))
        elif line.strip():
            if block:
                yield False, block
                block = []
        if line.strip():
            previous = line.strip()
        blank = not line.strip()
    assert fence is None, f"{path}: a fence is not closed"
    if block:
        yield False, block


def joined(block):
    """Lines with their continuations, as (number, line)."""
    pending = ""
    for number, line in block:
        if line.endswith("\\"):
            pending += line[:-1].strip() + " "
            continue
        yield number, pending + line.strip()
        pending = ""


def documented():
    for path in DOCUMENTS:
        for _, block in blocks(path):
            directory = ROOT
            for number, line in joined(block):
                if line.startswith("cd "):
                    directory = directory / line.split()[1]
                elif found := words(line):
                    yield Command(path, number, found, directory)
        # In the text: `windlass get`.
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", line):
                found = words(span)
                if found and len(found) > 1 and not any(w.isupper() for w in found):
                    yield Command(path, number, found)


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, **options)


HELP = {}


def help_of(program, *arguments):
    key = (program, *arguments)
    if key not in HELP:
        path = ROOT / "dev" if program == "./dev" else BIN / program
        result = run(path, *(["help"] if program == "./dev" else [*arguments, "--help"]))
        assert result.returncode == 0, (key, result)
        HELP[key] = result.stdout
    return HELP[key]


def subcommands(program, *group):
    page = help_of(program, *group)
    return set(re.findall(r"^  ([a-z][a-z-]*)(?: \S+)* {2,}", page, re.M))


# Commands that only hold others.
GROUPS = {"scenario", "conditions", "analysis", "log", "subscriptions"}


def examples_in_help():
    for program in PROGRAMS[:3]:
        pages = [((), help_of(program))]
        pages += [((name,), help_of(program, name)) for name in sorted(subcommands(program))]
        for name, page in pages:
            for line in page.splitlines():
                if line.startswith("  ") and (found := words(line)) and len(found) > 1:
                    yield Command(None, shlex.join([program, *name, "--help"]) + ":", found)


COMMANDS = [*documented(), *examples_in_help()]


def check(command):
    arguments = command.arguments
    if arguments[0].startswith("--generate-completion-script"):
        result = run(BIN / command.program, *arguments)
        assert result.returncode == 0 and result.stdout, command
        return
    if arguments[0] == "help" and command.program != "./dev":
        arguments = arguments[1:] or ["--help"]
    if arguments[0] in ("--help", "--version"):
        return
    name = arguments[0]
    assert name in subcommands(command.program), f"{command}: no such command"
    page = help_of(command.program, name)
    if name in GROUPS and len(arguments) > 1 and not arguments[1].startswith("-"):
        inner = arguments[1]
        assert inner in subcommands(command.program, name), f"{command}: no such command"
        page = help_of(command.program, name, inner)
    for word in arguments[1:]:
        if re.match(r"--?[A-Za-z]", word):
            flag = word.split("=")[0]
            assert re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", page) or (
                f"--[no-]{flag[2:].removeprefix('no-')}" in page), f"{command}: no flag {flag}"


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
def test_a_command_in_a_document_exists_with_its_flags(command):
    check(command)


def parsable():
    """Whole commands: those whose files exist, without the words of the text."""
    for command in COMMANDS:
        if command.program != "windlass" or command.arguments[0].startswith("-"):
            continue
        page = help_of("windlass", command.arguments[0]) if (
            command.arguments[0] in subcommands("windlass")) else ""
        if "--server" not in page or len(command.arguments) == 1:
            continue
        if command.arguments[0] in ("apply", "what-if") and not any(
            (command.directory / word).is_file() for word in command.arguments
        ):
            continue
        yield command


@pytest.mark.parametrize("command", list(parsable()), ids=repr)
def test_a_command_in_a_document_is_understood_as_a_whole(command):
    result = run(
        BIN / "windlass", *command.arguments, "--server", f"http://127.0.0.1:{free_port()}",
        "--request-timeout", "100ms", cwd=command.directory)
    # It got as far as asking, where nobody answers.
    assert result.returncode == 23, f"{command}\n{result.stdout}{result.stderr}"


SESSIONS = [(path, block) for path in DOCUMENTS for marked, block in blocks(path) if marked]


@pytest.mark.parametrize(
    "path, block", SESSIONS, ids=[f"{p.relative_to(ROOT)}:{b[0][0]}" for p, b in SESSIONS])
def test_a_session_works_as_written(path, block):
    """Against a fresh service; a line may end in `# exit N` for another status than 0."""
    service = Service().from_template().start()
    environment = {
        **os.environ, "WINDLASS_SERVER": service.url,
        "PATH": f"{BIN.resolve()}:{os.environ['PATH']}"}
    directory, background = ROOT, []
    try:
        for number, line in joined(block):
            if not line or line.startswith("#"):
                continue
            line = re.sub(r"^\$ ", "", line)
            if line.startswith("cd "):
                directory = directory / line.split()[1]
            elif line.split("#")[0].strip().endswith("&"):
                background.append(subprocess.Popen(
                    words(line), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, env=environment, cwd=directory))
                until(lambda: len([c for c in service.cli("clusters")["clusters"]
                                   if int(c["leaseRemainingMicroseconds"])]) == len(background),
                      f"{path}:{number}: {line}")
            else:
                wanted = re.search(r"# exit (\d+)", line)
                result = subprocess.run(
                    ["bash", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    env=environment, cwd=directory, timeout=60)
                assert result.returncode == (int(wanted.group(1)) if wanted else 0), (
                    f"{path}:{number}: {line}\n{result.stdout}\n{result.stderr}")
    finally:
        for process in background:
            process.terminate()
            process.wait(10)
        service.close()


def test_a_session_is_in_the_manual_of_the_command_line():
    assert any(path.name == "cli.md" for path, _ in SESSIONS)


def test_the_manual_lists_every_command_and_no_other():
    table = (ROOT / "docs" / "cli.md").read_text().split("| command | does |")[1].split("\n\n")[0]
    named = {name for cell in re.findall(r"^\| ((?:`[^`]+`(?:, )?)+)", table, re.M)
             for name in re.findall(r"`([a-z-]+)", cell)}
    known = subcommands("windlass") - {"help"}
    for group in GROUPS:
        known |= subcommands("windlass", group)
    assert named == known


def test_the_manual_of_the_service_lists_every_flag_with_its_variable_and_default():
    page = help_of("windlassd", "serve")
    text = (ROOT / "docs" / "operating.md").read_text()
    rows = re.findall(r"^\| `--([a-z\[\]-]+)[^`]*` \| `(WINDLASS_\w+)` \|([^|]*)\|([^|]*)\|",
                      text, re.M)
    flags = {name.replace("[no-]", "") for name, *_ in rows}
    known = set(re.findall(r"^  --([a-z-]+)", page, re.M)) - {"version", "help"}
    assert flags == known
    for name, variable, key, default in rows:
        assert variable in page, name
        assert not key.strip() or key.strip("` ") in page, name
        if default.strip().startswith("`"):
            assert default.strip("` ") in " ".join(page.split()), name


def test_every_link_between_documents_leads_somewhere():
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
            if not target.startswith(("http://", "https://", "mailto:")):
                assert (path.parent / target).exists(), f"{path}: {target}"


def test_every_file_the_examples_name_is_there_and_the_other_way_round():
    text = (ROOT / "docs" / "examples" / "README.md").read_text()
    files = {path.name for path in (ROOT / "docs" / "examples" / "checkout").iterdir()}
    named = set(re.findall(r"`([\w-]+\.yaml)`", text))
    assert named <= files
    assert {name for name in files if not re.fullmatch(r"v\d\.yaml", name)} <= named
