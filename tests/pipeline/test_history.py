"""The history cannot lie: PostgreSQL refuses it, whatever the code says. All of this is plain SQL."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors, extensions

from ats.pipeline.stages import MOVES, STAGES
from tests.cast import Firm

NAMES = [stage.value for stage in STAGES]
PATHS = {
    "applied": ["applied"],
    "screening": ["applied", "screening"],
    "interview": ["applied", "screening", "interview"],
    "offer": ["applied", "screening", "interview", "offer"],
    "hired": ["applied", "screening", "interview", "offer", "hired"],
    "rejected": ["applied", "rejected"],
}
ILLEGAL = [pair for pair in itertools.product(NAMES, repeat=2) if pair not in MOVES]


class History:
    """Acme's application, as somebody sees it who may write any SQL. What is written is never committed."""

    def __init__(self, cursor: extensions.cursor, company: int, application: int) -> None:
        self.cursor, self.company, self.application = cursor, company, application

    def write(self, seq: int, source: str | None, target: str, undoes: int | None = None) -> None:
        self.cursor.execute(
            "INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage, undoes_seq) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [self.company, self.application, seq, source, target, undoes],
        )

    def lead_to(self, stage: str) -> int:
        """Write the shortest legal history that ends in the stage, and return its last seq."""
        path = PATHS[stage]
        for seq, (source, target) in enumerate(itertools.pairwise(path), 2):
            self.write(seq, source, target)
        self.stand_at(len(path), stage)
        return len(path)

    def stand_at(self, seq: int, stage: str) -> None:
        self.execute("UPDATE application SET stage_seq = %s, stage = %s WHERE id = %s", seq, stage, self.application)

    def execute(self, statement: str, *values: Any) -> None:
        self.cursor.execute(statement, values)

    def finish(self) -> None:
        """Check what is checked at the end of a transaction."""
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def history(postgres_url: str, acme: Firm) -> Iterator[History]:
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        yield History(cursor, acme.id, acme.application)


def refused_by(constraint: str, refusal: pytest.ExceptionInfo[psycopg2.Error]) -> bool:
    return str(refusal.value.diag.constraint_name).endswith(constraint)


@pytest.mark.parametrize(("source", "target"), MOVES)
def test_the_moves_of_the_machine_are_let_in(history: History, source: str, target: str) -> None:
    seq = history.lead_to(source) + 1
    history.write(seq, source, target)
    history.stand_at(seq, target)
    history.finish()


@pytest.mark.parametrize(("source", "target"), ILLEGAL)
def test_no_other_move_is_let_in(history: History, source: str, target: str) -> None:
    seq = history.lead_to(source) + 1
    with pytest.raises(errors.CheckViolation) as refusal:
        history.write(seq, source, target)
    assert refused_by("legal_move", refusal)


@pytest.mark.parametrize("source", ["screening", "interview", "offer"])
def test_a_row_starts_where_the_one_before_it_ended(history: History, source: str) -> None:
    with pytest.raises(errors.ForeignKeyViolation) as refusal:
        history.write(2, source, "rejected")
    assert refused_by("fk_stage_change_starts_where_the_last_ended", refusal)


def test_no_row_is_left_out(history: History) -> None:
    with pytest.raises(errors.ForeignKeyViolation) as refusal:
        history.write(3, "applied", "screening")
    assert refused_by("fk_stage_change_starts_where_the_last_ended", refusal)


def test_no_seq_is_used_twice(history: History) -> None:
    history.write(2, "applied", "screening")
    with pytest.raises(errors.UniqueViolation):
        history.write(2, "applied", "rejected")


@pytest.mark.parametrize("seq", [0, -1])
def test_a_history_starts_with_one(history: History, seq: int) -> None:
    with pytest.raises(errors.CheckViolation):
        history.write(seq, None, "applied")


def test_only_the_first_row_comes_from_nowhere(history: History) -> None:
    with pytest.raises(errors.CheckViolation) as refusal:
        history.write(2, None, "screening")
    assert refused_by("first_comes_from_nowhere", refusal)


@pytest.mark.parametrize("stage", [name for name in NAMES if name != "applied"])
def test_the_first_row_leads_to_applied(history: History, stage: str) -> None:
    other = new_application(history)
    with pytest.raises(errors.CheckViolation) as refusal:
        other.write(1, None, stage)
    assert refused_by("first_goes_to_the_first_stage", refusal)


def test_the_first_row_does_not_come_from_somewhere(history: History) -> None:
    other = new_application(history)
    with pytest.raises(errors.CheckViolation) as refusal:
        other.write(1, "screening", "applied")
    assert refused_by("first_comes_from_nowhere", refusal)


def test_a_stage_that_is_none_is_not_let_in(history: History) -> None:
    with pytest.raises(errors.CheckViolation):
        history.write(2, "applied", "promoted")


@pytest.mark.parametrize("stage", [name for name in NAMES if name != "applied"])
def test_every_move_can_be_undone_by_a_row_that_leads_back(history: History, stage: str) -> None:
    seq, before = history.lead_to(stage), PATHS[stage][-2]
    history.write(seq + 1, stage, before, undoes=seq)
    history.stand_at(seq + 1, before)
    history.finish()


@pytest.mark.parametrize("target", [name for name in NAMES if name != "screening"])
def test_an_undo_leads_back_and_nowhere_else(history: History, target: str) -> None:
    seq = history.lead_to("interview")
    with pytest.raises(errors.ForeignKeyViolation) as refusal:
        history.write(seq + 1, "interview", target, undoes=seq)
    assert refused_by("fk_stage_change_undo_leads_back", refusal)


def test_an_undo_is_not_undone(history: History) -> None:
    history.write(2, "applied", "screening")
    history.write(3, "screening", "applied", undoes=2)
    with pytest.raises(errors.ForeignKeyViolation) as refusal:
        history.write(4, "applied", "screening", undoes=3)
    assert refused_by("fk_stage_change_undo_leads_back", refusal)


@pytest.mark.parametrize("undone", [1, 2, 4, 5])
def test_only_the_last_row_is_undone(history: History, undone: int) -> None:
    history.lead_to("interview")
    with pytest.raises(errors.CheckViolation) as refusal:
        history.write(4, "interview", "screening", undoes=undone)
    assert refused_by("undoes_the_last", refusal)


def test_the_application_itself_is_not_undone(history: History) -> None:
    with pytest.raises(psycopg2.IntegrityError):
        history.write(2, "applied", "applied", undoes=1)


@pytest.mark.parametrize(("seq", "stage"), [(1, "screening"), (2, "screening"), (2, "applied")])
def test_an_application_stands_where_its_history_ends(history: History, seq: int, stage: str) -> None:
    history.stand_at(seq, stage)
    with pytest.raises(errors.ForeignKeyViolation) as refusal:
        history.cursor.connection.commit()
    assert refused_by("fk_application_last_stage_change", refusal)


def test_an_application_without_a_history_is_not_let_in(history: History) -> None:
    new_application(history)
    with pytest.raises(errors.ForeignKeyViolation):
        history.cursor.connection.commit()


def test_no_history_runs_ahead_of_its_application(history: History) -> None:
    history.write(2, "applied", "screening")
    with pytest.raises(errors.RestrictViolation, match="stands where its history ends"):
        history.cursor.connection.commit()


def test_no_application_steps_back_in_its_history(history: History) -> None:
    history.lead_to("screening")
    history.finish()
    with pytest.raises(errors.RestrictViolation, match="stands where its history ends"):
        history.stand_at(1, "applied")


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'another'",
        "to_stage = 'rejected'",
        "from_stage = NULL",
        "actor_id = NULL",
        "created_at = now()",
        "seq = 3",
        "undoes_seq = 1",
        "reason = NULL, actor_id = NULL",
    ],
)
def test_no_row_is_changed(history: History, acme: Firm, change: str) -> None:
    reasoned(history, acme)
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        history.execute(f"UPDATE stage_change SET {change} WHERE application_id = %s AND seq = 2", acme.application)


def test_a_reason_can_be_blanked_and_nothing_else_goes_with_it(history: History, acme: Firm) -> None:
    reasoned(history, acme)
    history.execute("UPDATE stage_change SET reason = NULL WHERE application_id = %s", acme.application)
    history.finish()
    history.execute("SELECT from_stage, to_stage, actor_id, reason FROM stage_change WHERE seq = 2")
    assert history.cursor.fetchall() == [("applied", "screening", acme.recruiter, None)]


def test_a_candidates_own_account_can_be_taken_out_and_a_colleague_cannot(history: History, acme: Firm) -> None:
    reasoned(history, acme)
    history.execute(
        'WITH person AS (INSERT INTO "user" (email, name, password_hash, role) '
        "VALUES ('ada@mail.example', 'Ada', '', 'candidate') RETURNING id) "
        "INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage, actor_id, reason) "
        "SELECT %s, %s, 3, 'screening', 'rejected', id, 'withdrawn' FROM person",
        acme.id,
        acme.application,
    )
    history.stand_at(3, "rejected")
    history.execute("UPDATE stage_change SET actor_id = NULL WHERE seq = 3")
    history.finish()
    history.execute("SELECT seq, actor_id, reason FROM stage_change ORDER BY seq")
    assert history.cursor.fetchall() == [(1, None, None), (2, acme.recruiter, "because"), (3, None, "withdrawn")]
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        history.execute("UPDATE stage_change SET actor_id = NULL WHERE seq = 2")


def test_no_row_is_deleted(history: History, acme: Firm) -> None:
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        history.execute("DELETE FROM stage_change WHERE application_id = %s", acme.application)


def test_no_history_is_emptied(history: History) -> None:
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        history.execute("TRUNCATE stage_change CASCADE")


def test_no_application_is_deleted_with_its_history(history: History, acme: Firm) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        history.execute("DELETE FROM application WHERE id = %s", acme.application)


def reasoned(history: History, acme: Firm) -> None:
    """A second row, by the recruiter and with a reason."""
    history.execute(
        "INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage, actor_id, reason) "
        "VALUES (%s, %s, 2, 'applied', 'screening', %s, 'because')",
        acme.id,
        acme.application,
        acme.recruiter,
    )
    history.stand_at(2, "screening")


def new_application(history: History) -> History:
    """A second application, with no history yet, of a candidate of its own."""
    history.execute(
        "WITH person AS (INSERT INTO candidate (company_id, name, email, phone, headline) "
        "VALUES (%s, 'Ada', 'ada@mail.example', '', '') RETURNING id) "
        "INSERT INTO application (company_id, job_id, candidate_id, source, cover_letter, answers, stage, stage_seq) "
        "SELECT company_id, job_id, person.id, source, '', answers, 'applied', 1 "
        "FROM application, person WHERE application.id = %s RETURNING id",
        history.company,
        history.application,
    )
    found = history.cursor.fetchone()
    assert found
    return History(history.cursor, history.company, found[0])
