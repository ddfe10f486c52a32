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

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="windlass-pg-"))
        self.data = self.directory / "data"
        self.port = free_port()
        if ROOT_USER:
            account = pwd.getpwnam("postgres")
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.run(PROGRAMS.parent / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
                 "--no-sync", "--no-instructions")
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
                 f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1 {options}",
                 "start")

    def stop(self):
        self.run(PROGRAMS, "-D", self.data, "-m", "immediate", "stop")

    def start_again(self):
        if not (self.data / "postmaster.pid").exists():
            self.start()

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/fleet"

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
