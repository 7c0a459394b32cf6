"""Private PostgreSQL and Valkey servers for `make run` and the tests.

They listen on Unix sockets in folders that only their owner may enter: no port can clash and nobody else gets in. They
end with the process that started them, also when that is killed, and start again on the same data.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg2
import redis

from ats.dev.processes import CannotStart, can_reach, spawn, unprivileged, wait_until_unused
from ats.dev.programs import OUTSIDE, postgres_programs, valkey_program
from ats.production import EMBEDDED

LONGEST_SOCKET_PATH = 100
"""Linux allows 107 bytes (`sun_path`), macOS 103."""
SUPERUSER, OWNER, APPLICATION = "foyer", "foyer_owner", "foyer_app"
"""The roles of a cluster: who made it, who owns the tables, and whom the web and the worker sign in as."""
SOCKET_NAME = ".s.PGSQL.5432"
"""PostgreSQL's own choice; the number is a port only in name."""


class Server(ABC):
    """One server process on one folder. `folder=None` makes a throwaway: fast, and gone when stopped."""

    name: str
    death_signal = signal.SIGTERM

    def __init__(self, folder: Path | None) -> None:
        self.is_throwaway = folder is None
        self.folder = (folder or Path(tempfile.mkdtemp(prefix="foyer-"))).resolve()
        self.process: subprocess.Popen[bytes] | None = None
        self._short_folder: Path | None = None

    @abstractmethod
    def start(self) -> Self:
        """Start the server, on the data that an earlier one left, and wait until it answers."""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    def stop(self) -> None:
        """End the server in order: clients are disconnected, everything accepted is on disk."""
        if self.process and self.is_running:
            self.process.send_signal(self.death_signal)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._short_folder:
            shutil.rmtree(self._short_folder, ignore_errors=True)
        if self.is_throwaway:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.log.unlink(missing_ok=True)

    def _run(self, command: list[Any], *, is_ready: Callable[[], bool], **options: Any) -> None:
        with self.log.open("ab") as log:
            self.process = spawn(
                command, death_signal=self.death_signal, cwd=self.folder, stdout=log, stderr=log, **options
            )
        deadline = time.monotonic() + 60  # Crash recovery of a large database takes a while.
        while not is_ready():
            if not self.is_running:
                raise CannotStart(f"{self.name} ended while starting; {self.log} says why.")
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} did not answer within a minute; {self.log} may say why.")
            time.sleep(0.02)

    def _socket_folder(self, file_name: str) -> Path:
        """The data folder itself, so that the address stays the same, unless its path is too long for a socket."""
        if len(os.fsencode(self.folder / file_name)) <= LONGEST_SOCKET_PATH:
            return self.folder
        if self._short_folder is None:
            self._short_folder = Path(tempfile.mkdtemp(prefix="foyer-"))
        return self._short_folder


class Postgres(Server):
    name = "PostgreSQL"
    death_signal = signal.SIGINT  # "Fast shutdown"; SIGTERM would wait for the clients to leave.

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self.account = unprivileged()
        self.programs = postgres_programs(self.account)

    def start(self) -> Self:
        self.folder = self._reachable(self.folder)
        if not (self.folder / "PG_VERSION").exists():
            self._create_cluster()
        wait_until_unused(self.folder)
        # Nobody is in there, so these are a killed server's. PostgreSQL would believe them if a zombie or another
        # program had that process number now.
        for stale in ("postmaster.pid", f"{SOCKET_NAME}.lock"):
            (self.folder / stale).unlink(missing_ok=True)
        self.sockets = self._socket_folder(f"{SOCKET_NAME}.lock")
        self._give(self.sockets)
        settings = {"listen_addresses": "", "unix_socket_directories": f'"{self.sockets}"'}
        if self.is_throwaway:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        else:
            settings["cluster_name"] = EMBEDDED
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.folder, *arguments]
        self._run(command, is_ready=self._answers, **self.account)
        return self

    def url(self, database: str = "postgres", *, role: str = SUPERUSER) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def ensure_role(self, role: str) -> str:
        """Create a role that may do nothing but sign in, if it is not there; its name."""
        with closing(psycopg2.connect(self.url())) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE ROLE "{role}" LOGIN')
        return role

    def ensure_database(self, database: str) -> str:
        """Create the database if it is not there; its address."""
        connection = psycopg2.connect(self.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{database}"')
        connection.close()
        return self.url(database)

    def _reachable(self, folder: Path) -> Path:
        """The folder, made and given to PostgreSQL's account; another one if that account cannot get there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._give(folder)
        if can_reach(folder, self.account):
            return folder
        outside = OUTSIDE / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16] / "postgres"
        outside.mkdir(mode=0o700, parents=True, exist_ok=True)
        outside.parent.chmod(0o755)
        OUTSIDE.chmod(0o755)
        self._give(outside)
        return outside

    def _create_cluster(self) -> None:
        # Made beside and renamed: an initdb that was killed half-way must not pass for a cluster.
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._give(unfinished)
        # C.UTF-8 sorts the same way on every machine; from version 17 on PostgreSQL brings its own.
        version = subprocess.check_output([self.programs / "postgres", "--version"], text=True, cwd="/", **self.account)
        locale = ["--locale=C.UTF-8"]
        if int(version.split()[2].split(".")[0]) >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb: list[Any] = [
            self.programs / "initdb",
            "-D",
            unfinished,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            *locale,
        ]
        done = subprocess.run(initdb, capture_output=True, text=True, cwd="/", check=False, **self.account)
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not create its files in {self.folder}: {done.stderr.strip()}")
        unfinished.rename(self.folder)

    def _give(self, folder: Path) -> None:
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url()).close()
        except psycopg2.OperationalError:
            return False
        return True


class Valkey(Server):
    name = "Valkey"

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self.program = valkey_program()

    def start(self) -> Self:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wait_until_unused(self.folder)
        self.socket = self._socket_folder("socket") / "socket"
        arguments: list[Any] = ["--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        arguments += ["--dir", self.folder, "--save", "", "--maxmemory-policy", "noeviction"]
        arguments += ["--appendonly", "no" if self.is_throwaway else "yes", "--appendfsync", "everysec"]
        self._run([self.program, *arguments], is_ready=self._answers)
        if not self.is_throwaway:
            with redis.from_url(self.url()) as server:
                server.set(EMBEDDED, 1)
        return self

    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(5) == b"+PONG"
            except OSError:
                return False
