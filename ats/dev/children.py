"""The programs of `make run`: each prints under its name, and is started again when it ends."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ats.dev.processes import kill_session, spawn

ROOT = Path(__file__).parents[2]
LONGEST_PAUSE = 30
GOOD_LIFE = 60
"""Seconds: whoever lived that long is started again at once when it ends."""


class Child:
    """One program, run from the root of the checkout by this Python: `arguments` follow `python`."""

    def __init__(
        self,
        name: str,
        *arguments: str,
        environment: Mapping[str, str],
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = [sys.executable, *arguments]
        self._options: dict[str, Any] = {"env": {**environment, "PYTHONUNBUFFERED": "1"}, "death_signal": death_signal}
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = 0
        self._due = 0.0

    def start(self) -> None:
        self._process = spawn(
            self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._options
        )
        self._began = time.monotonic()
        threading.Thread(target=self._copy_output, args=[self._process], daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def keep_running(self) -> None:
        """Start it again if it has ended: at once, then after pauses that grow while it keeps ending."""
        if self.exit_code is None:
            return
        now = time.monotonic()
        if not self._due:
            self._pause = 0 if now - self._began > GOOD_LIFE else min(LONGEST_PAUSE, self._pause * 2 or 1)
            self._due = now + self._pause
            say(self.name, f"ended with {self.exit_code}; it starts again in {self._pause} s")
        elif now >= self._due:
            self._due = 0
            self.start()

    def send(self, number: signal.Signals) -> None:
        if self._process and self.exit_code is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it and all that it has started."""
        if self._process:
            kill_session(self._process.pid)
            self._process.wait()

    def _copy_output(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        for line in process.stdout:
            # Read on even if nobody listens to us any more, or the program would wait for us.
            with contextlib.suppress(OSError):
                say(self.name, line.decode(errors="replace").rstrip())


def say(name: str, line: str) -> None:
    sys.stdout.write(f"{name:>8} | {line}\n")
    sys.stdout.flush()


def stop_all(children: Sequence[Child]) -> None:
    """Ask them to end; then insist, which makes a worker give up the job it is at; then kill."""
    for patience in (10, 3):
        for child in children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + patience
        while any(child.exit_code is None for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
    for child in children:
        child.kill()
