"""The benchmark's own PostgreSQL: one that waits for the disk, as in production."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ats.dev.servers import Postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(Path(tmp_path_factory.mktemp("postgres"), "data")).start()
    yield server
    server.stop()
