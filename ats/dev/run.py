"""`make run`: Foyer on this machine with all that it needs.

Where DATABASE_URL, REDIS_URL or MAIL_SERVER name no server, it starts a PostgreSQL, a Valkey and a catcher of mails of
its own, with their data in var/. Whatever ends is started again. When this process ends, even by kill -9, all end.
"""

import fcntl
import http.client
import multiprocessing
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO

import flask_migrate

from ats import commands, create_app, database
from ats.dev.addresses import check_database, check_redis
from ats.dev.children import ROOT, Child, stop_all
from ats.dev.processes import CannotStart
from ats.dev.servers import APPLICATION, Postgres, Server, Valkey
from ats.extensions import db

BANNER = """
  Foyer runs on  {address}/
  {mails}
  Sign in with the password  try-the-demo  as
      admin@acme.example      recruiter@acme.example      manager@acme.example
      admin@globex.example    recruiter@globex.example    manager@globex.example
      candidate@mail.example

  Ctrl-C stops everything.
"""


class Stopped(Exception):
    """Ctrl-C, or a polite request to end, before everything ran."""


class Supervisor:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environment = dict(environ)
        self.port = _free_port_number(environ.get("PORT") or "5000")
        self.var = Path(environ.get("FOYER_VAR") or ROOT / "var").resolve()
        self.servers: list[Server] = []
        self.children: list[Child] = []
        self.stop = threading.Event()

    def run(self) -> None:
        """Run until told to stop."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self._only_one():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: self.stop.set())
            try:
                self._start_servers()
                self._prepare_database()
                self._start_web()
                self._keep_running()
            except Stopped:
                pass
            finally:
                print("Stopping.", flush=True)
                stop_all(self.children)
                for server in reversed(self.servers):
                    server.stop()

    def _only_one(self) -> IO[str]:
        """A file that stays locked while it is open, and no longer, however we end."""
        lock = (self.var / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise CannotStart(f"Foyer is already running on {self.var}; stop it first, or set FOYER_VAR.") from error
        return lock

    def _start_servers(self) -> None:
        """Start what the environment names no address of, and complete the environment."""
        environment = self.environment
        if environment.get("FOYER_ENV") == "production":
            raise CannotStart("`make run` is for development, and FOYER_ENV says production: README.md tells how to.")
        # The given addresses first: a typing error should show at once.
        for variable, check in (("DATABASE_URL", check_database), ("REDIS_URL", check_redis)):
            if environment.get(variable):
                check(environment[variable])
        if not environment.get("DATABASE_URL"):
            postgres = Postgres(self.var / "postgres")
            self.servers.append(postgres)
            environment["MIGRATIONS_DATABASE_URL"] = postgres.start().ensure_database("foyer")
            environment["DATABASE_URL"] = postgres.url("foyer", role=postgres.ensure_role(APPLICATION))
        if not environment.get("REDIS_URL"):
            valkey = Valkey(self.var / "valkey")
            self.servers.append(valkey)
            environment["REDIS_URL"] = valkey.start().url()
        uploads = self.var / "uploads"
        uploads.mkdir(exist_ok=True)
        for variable, value in {
            "FOYER_ENV": "development",
            "SECRET_KEY": self._secret_key(),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "UPLOADS_URL": uploads.as_uri(),
        }.items():
            environment[variable] = environment.get(variable) or value
        if not environment.get("MAIL_SERVER"):
            self._catch_mails()

    def _secret_key(self) -> str:
        """The same at each start, or everybody would be signed out by it."""
        path = self.var / "secret-key"
        if not path.exists() or path.stat().st_size == 0:
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()

    def _catch_mails(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        folder = str(self.var / "mail")
        self.environment |= {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "DEV_MAILDIR": folder}
        catcher = ("-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", folder)
        self._add(Child("mail", *catcher, environment=self.environment))

    def _prepare_database(self) -> None:
        # Forked, for most of what it imports is here already: two commands of flask would take seconds longer.
        step = multiprocessing.get_context("fork").Process(target=_prepare, args=[self.environment])
        step.start()
        while step.is_alive():
            if self.stop.wait(0.02):
                step.kill()
                raise Stopped
        if step.exitcode:
            raise CannotStart("The database could not be prepared; the lines above say why.")

    def _start_web(self) -> None:
        server = ("-m", "gunicorn", "wsgi:app", "-k", "gthread", "-w", "2", "--threads", "8", "--no-control-socket")
        options = ("-b", f"127.0.0.1:{self.port}", "--graceful-timeout", "5", "--log-level", "warning")
        # If we are killed, the next `make run` wants the port at once: quit, without waiting for requests.
        self._add(Child("web", *server, *options, environment=self.environment, death_signal=signal.SIGQUIT))

    def _start_background(self) -> None:
        schedule = ("-m", "flask", "--app", "wsgi", "schedule")
        self._add(Child("worker", "worker.py", environment=self.environment))
        self._add(Child("schedule", *schedule, environment=self.environment))

    def _add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def _keep_running(self) -> None:
        has_answered = False
        while not self.stop.wait(0.5 if has_answered else 0.05):
            for server in self.servers:
                if not server.is_running:
                    print(f"{server.name} has ended; it starts again.", flush=True)
                    server.start()
            for child in self.children:
                child.keep_running()
            if not has_answered and _answers(self.port):
                has_answered = True
                # Only now, for on a small machine they would hold up the first page by seconds.
                self._start_background()
                self._announce()

    def _announce(self) -> None:
        address = f"http://127.0.0.1:{self.port}"
        mails = f"Its mails are at {address}/dev/mails\n" if self.environment.get("DEV_MAILDIR") else ""
        print(BANNER.format(address=address, mails=mails), flush=True)


def _prepare(environment: Mapping[str, str]) -> None:
    """Migrate the database, and fill it with the demo if nobody is in it."""
    os.environ.update(environment)
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        _tell_of_missing_wall()
        commands.load_demo.main(["--if-empty"], standalone_mode=False)


def _tell_of_missing_wall() -> None:
    """Where somebody gave their own superuser's address, say, which is fine for trying things out."""
    with closing(db.engine.raw_connection()) as connection:
        role, is_super, may_bypass, _ = database.standing(connection)
    if is_super or may_bypass:
        print(
            f"PostgreSQL's own wall between companies does not bind {role}, the role of DATABASE_URL; "
            "README.md tells how to set up two roles for it.",
            flush=True,
        )


def _free_port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    try:
        socket.create_server(("127.0.0.1", int(text))).close()
    except OSError as error:
        hint = "stop what listens there, or choose another: PORT=5001 make run"
        raise CannotStart(f"Port {text} cannot be had ({error.strerror}); {hint}") from error
    return int(text)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    try:
        Supervisor(os.environ).run()
    except CannotStart as error:
        sys.exit(f"foyer: {error}")
