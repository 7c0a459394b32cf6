"""Child processes that end with us, and what PostgreSQL asks of the account and the folders it runs in."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
libc = ctypes.CDLL(None, use_errno=True)


class CannotStart(Exception):
    """Something that has to run does not. The text is one sentence fit to show."""


def spawn(
    command: Sequence[Any], *, death_signal: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a process that gets `death_signal` when we end, even by kill -9, and that Ctrl-C in our terminal spares.

    Call it from the main thread: Linux sends the signal when the *thread* that started the process ends.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent(death_signal),
        **options,
    )


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def in_child() -> None:
        # Python calls this after it has changed the user, which would clear the setting.
        if sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # We ended before the child could ask.
                os._exit(1)

    return in_child


def unprivileged() -> dict[str, Any]:
    """The options of `subprocess` that drop root, since PostgreSQL refuses to run as root. Empty if we are not root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise CannotStart("PostgreSQL cannot run as root, and there is no account named postgres or nobody to run it as.")


def can_reach(path: Path, account: dict[str, Any]) -> bool:
    """Whether that account may read a file, or enter a folder: not so below somebody's private home folder."""
    script = 'test -r "$0" && test -x "$0"'
    return subprocess.run(["/bin/sh", "-c", script, str(path)], cwd="/", check=False, **account).returncode == 0


def wait_until_unused(folder: Path, *, seconds: float = 15) -> None:
    """Wait for processes that work in `folder` to end: the servers of a killed supervisor may be shutting down still.

    PostgreSQL's pid file is no guide: its process may be a zombie, or another program that got the number.
    """
    deadline = time.monotonic() + seconds
    while pids := _working_in(folder):
        if time.monotonic() > deadline:
            raise CannotStart(f"{folder} is in use by process {pids[0]}; stop that process first.")
        time.sleep(0.05)


def _working_in(folder: Path) -> list[int]:
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                pids.append(int(entry.name))
        except OSError:
            continue  # Ended, a zombie, or another user's.
    return pids


def kill_session(leader: int) -> None:
    """kill -9 for a process made by `spawn` and everything below it that is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    for entry in Path("/proc").glob("[0-9]*"):  # A work-horse of RQ has a process group of its own.
        with contextlib.suppress(OSError):
            # The command stands in brackets and may hold anything; state, parent, group and session follow.
            session = (entry / "stat").read_text().rpartition(")")[2].split()[3]
            if int(session) == leader:
                os.kill(int(entry.name), signal.SIGKILL)
