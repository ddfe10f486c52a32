"""A PostgreSQL that Windlass did not make, as operators bring one."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from windlass_service import free_port

ROOT_USER = os.geteuid() == 0
PROGRAMS = next(iter(sorted(
    pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)), None)


class OwnPostgres:
    """A PostgreSQL that Windlass did not make."""

    def __init__(self, tmpfs=None, initdb=(), options=""):
        """tmpfs: size of a file system of its own; initdb, options: more of both."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-pg-"))
        self.tmpfs = tmpfs
        self.options = options
        if tmpfs:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={tmpfs},mode=755", "tmpfs",
                            self.directory], check=True)
        self.data = self.directory / "data"
        self.port = free_port()
        if ROOT_USER:
            account = pwd.getpwnam("postgres")
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.run(PROGRAMS.parent / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
                 "--no-sync", "--no-instructions", *initdb)
        self.start()
        self.run(PROGRAMS.parent / "createdb", "-h", "127.0.0.1", "-p", self.port, "-U",
                 "postgres", "fleet")

    def run(self, *command):
        command = [str(part) for part in command]
        if ROOT_USER:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                       *command]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/")
        assert result.returncode == 0, result

    def start(self, options=""):
        self.run(PROGRAMS, "-D", self.data, "-w", "-l", self.directory / "log", "-o",
                 f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1 {self.options} {options}",
                 "start")

    def stop(self, mode="immediate"):
        self.run(PROGRAMS, "-D", self.data, "-m", mode, "stop")

    def start_again(self):
        file = self.data / "postmaster.pid"
        try:
            os.kill(int(file.read_text().split()[0]), 0)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            file.unlink(missing_ok=True)
            self.start()

    def database(self, name):
        """Makes an empty database and gives its URL."""
        self.sql(f"create database {name}", database="postgres")
        return self.url.replace("/fleet", f"/{name}")

    def own(self, path, mode):
        """Gives a file to whoever the server runs as."""
        if ROOT_USER:
            account = pwd.getpwnam("postgres")
            os.chown(path, account.pw_uid, account.pw_gid)
        path.chmod(mode)

    def psql(self, database="fleet"):
        return [str(PROGRAMS.parent / "psql"), "-h", str(self.directory), "-p", str(self.port),
                "-U", "postgres", "-d", database, "-qtAX", "-v", "ON_ERROR_STOP=1"]

    def sql(self, text, database="fleet", before=None, write=False, check=True):
        """Runs statements as the administrator; returns what they answer.

        before: what to set first; write: even where writing is off by default.
        """
        options = "-c default_transaction_read_only=off" if write else ""
        options += " -c statement_timeout=0 -c idle_session_timeout=0"
        command = self.psql(database)
        for part in (before, text):
            if part:
                command += ["-c", part]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60,
                                env={**os.environ, "PGOPTIONS": options})
        assert not check or result.returncode == 0, result
        return result.stdout.strip()

    def session(self, text):
        """A session that has run statements and goes on holding what they hold; kill it to end it."""
        process = subprocess.Popen(
            self.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PGOPTIONS": "-c statement_timeout=0"})
        process.stdin.write(text + "\nselect 'held';\n")
        process.stdin.flush()
        while process.stdout.readline().strip() != "held":
            assert process.poll() is None
        return process

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/fleet"

    def close(self):
        try:
            self.stop()
        finally:
            if self.tmpfs:
                subprocess.run(["umount", "-l", self.directory], check=True)
            shutil.rmtree(self.directory, ignore_errors=True)
