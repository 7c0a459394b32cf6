import socket
from collections.abc import Callable, Iterator

import pytest

from ats.dev.addresses import check_database, check_redis
from ats.dev.processes import CannotStart


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as reserved:  # Bound and not listening: nobody else gets it, and nobody answers.
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def test_a_database_that_answers_is_accepted_by_each_of_its_names(postgres_url: str) -> None:
    rest = postgres_url.removeprefix("postgresql")
    for scheme in ("postgresql", "postgres", "postgresql+psycopg2"):
        check_database(scheme + rest)


def test_a_redis_that_answers_is_accepted(redis_url: str) -> None:
    check_redis(redis_url)


def test_a_server_that_does_not_answer_is_named(closed_port: int) -> None:
    with pytest.raises(CannotStart, match=r"DATABASE_URL cannot be used: .*refused"):
        check_database(f"postgresql://foyer:secret@127.0.0.1:{closed_port}/foyer")
    with pytest.raises(CannotStart, match=r"REDIS_URL cannot be used: .*refused"):
        check_redis(f"redis://:secret@127.0.0.1:{closed_port}/0")


@pytest.mark.parametrize("check", [check_database, check_redis])
@pytest.mark.parametrize("url", ["nonsense", "mysql://127.0.0.1/foyer", "postgresql:/foyer", "//127.0.0.1", "redis:x"])
def test_another_kind_of_address_is_refused(check: Callable[[str], None], url: str) -> None:
    with pytest.raises(CannotStart, match=r"must begin with (postgresql|redis)://"):
        check(url)


@pytest.mark.parametrize("password", ["sec@ret", "sec/ret", "sec?ret", "sec#ret", "sec:ret@", "1/ret", "1?ret", "[ret"])
@pytest.mark.parametrize(("check", "scheme"), [(check_database, "postgresql"), (check_redis, "redis")])
def test_no_piece_of_an_unescaped_password_is_shown(check: Callable[[str], None], scheme: str, password: str) -> None:
    with pytest.raises(CannotStart, match="is not a valid address") as caught:
        check(f"{scheme}://foyer:{password}@127.0.0.1:1/0")
    assert "ret@" not in str(caught.value)
    assert "sec" not in str(caught.value).replace("special", "")
