import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dev.conftest import descendants, wait_until_ended

OURS = ("DATABASE_URL", "REDIS_URL", "MAIL_SERVER", "FOYER_ENV", "SECRET_KEY", "PUBLIC_URL", "UPLOADS_URL")
LAST_LINE = "Ctrl-C stops everything"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def start(var: Path, port: int) -> Iterator[Start]:
    """Start `make run` on `var` and `port`."""
    started = []

    def run(**environment: str) -> "subprocess.Popen[str]":
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        process = subprocess.Popen(
            [sys.executable, "-m", "ats.dev.run"],
            env={**inherited, "FOYER_VAR": str(var), "PORT": str(port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for(text: str, process: "subprocess.Popen[str]", *, seconds: float = 120) -> str:
    """What it prints up to the line with that text."""
    assert process.stdout
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    output = ""
    while text not in output:
        line = process.stdout.readline()
        assert line, f"{output}\n{process.communicate()[1]}\nIt ended, or was killed, without saying {text!r}."
        output += line
    timer.cancel()
    return output


def first_page(port: int) -> int:
    """The status of the first page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return int(answer.status)


def sentence_of(process: "subprocess.Popen[str]") -> str:
    """What it says on stderr, having refused to run."""
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("foyer: ")
    assert said.count("\n") == 1
    return said


def test_it_starts_again_what_ends_and_leaves_no_process_however_it_ends_itself(start: Start, port: int) -> None:
    killed = start()
    assert f"http://127.0.0.1:{port}/" in wait_for(LAST_LINE, killed)
    everything = descendants(killed.pid)
    assert len(everything) > 10
    killed.kill()
    assert not wait_until_ended(everything)

    stopped = start()
    wait_for(LAST_LINE, stopped)
    assert first_page(port) == 200
    for pid in descendants(stopped.pid):
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    wait_for("web | ended with -9", stopped)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if first_page(port) == 200:
                break
        time.sleep(0.1)
    else:
        pytest.fail("The web server did not come back.")

    everything = descendants(stopped.pid)
    stopped.send_signal(signal.SIGTERM)
    stopped.communicate(timeout=30)
    assert stopped.returncode == 0
    assert not wait_until_ended(everything, seconds=0)


def test_a_taken_port_is_told_in_a_sentence(start: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert f"Port {port} cannot be had" in sentence_of(start())


def test_a_database_that_does_not_answer_is_told_in_a_sentence_without_its_password(start: Start) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://foyer:hush@127.0.0.1:{closed.getsockname()[1]}/foyer"
        said = sentence_of(start(DATABASE_URL=url))
    assert "The database of DATABASE_URL cannot be used" in said
    assert "hush" not in said


def test_a_second_one_on_the_same_folder_is_refused(start: Start, var: Path) -> None:
    with (var / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already running" in sentence_of(start())
