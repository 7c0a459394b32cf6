import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from ats.dev.processes import CannotStart
from ats.dev.programs import valkey_program
from ats.dev.servers import Postgres, Valkey
from tests.dev.conftest import descendants, wait_until_ended


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_a_throwaway_leaves_nothing_behind() -> None:
    for server in (Postgres().start(), Valkey().start()):
        server.stop()
        assert not server.is_running
        assert not server.folder.exists()
        assert not server.log.exists()


def test_postgres_keeps_what_was_committed_when_it_is_killed(var: Path) -> None:
    first = Postgres(var / "postgres").start()
    url = first.ensure_database("foyer")
    run_sql(url, "CREATE TABLE word AS SELECT 'kept' AS text")
    assert first.process
    first.process.kill()
    first.process.wait()

    second = Postgres(var / "postgres").start()
    assert second.ensure_database("foyer") == url
    assert run_sql(url, "SELECT text FROM word") == [("kept",)]
    second.stop()


def test_postgres_does_not_believe_the_pid_file_of_a_killed_server(var: Path) -> None:
    Postgres(var / "postgres").start().stop()
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{var / 'postgres'}\n")
    second = Postgres(var / "postgres").start()
    assert second.is_running
    second.stop()


def test_postgres_starts_after_its_first_start_was_interrupted(var: Path) -> None:
    (var / "postgres.new").mkdir()
    (var / "postgres.new" / "PG_VERSION").write_text("18")
    server = Postgres(var / "postgres").start()
    assert run_sql(server.url(), "SELECT 1") == [(1,)]
    server.stop()


def test_valkey_keeps_what_was_written_when_it_is_killed(var: Path) -> None:
    first = Valkey(var / "valkey").start()
    redis.from_url(first.url()).set("word", "kept")
    assert first.process
    first.process.kill()
    first.process.wait()

    second = Valkey(var / "valkey").start()
    assert redis.from_url(second.url()).get("word") == b"kept"
    second.stop()


def test_a_path_too_long_for_a_socket_is_no_obstacle(var: Path) -> None:
    folder = var / ("deep" * 25)
    folder.mkdir()
    for server in (Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()):
        assert server.is_running
        server.stop()


def test_servers_end_with_a_killed_owner(var: Path) -> None:
    script = """
import sys
from pathlib import Path
from ats.dev.servers import Postgres, Valkey
servers = [Postgres(Path(sys.argv[1], "postgres")).start(), Valkey(Path(sys.argv[1], "valkey")).start()]
print("ready", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", script, str(var)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == "ready\n"
        servers = descendants(owner.pid)
        assert len(servers) > 2
        owner.send_signal(signal.SIGKILL)
        assert not wait_until_ended(servers)


def test_a_missing_program_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotStart, match="No Valkey or Redis server was found"):
        valkey_program()
