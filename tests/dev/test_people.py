"""The invented people, what they write, and how their applications fare."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pypdf
import pytest

from ats.candidates import extract, resumes
from ats.dev import histories, letters
from ats.dev import resumes as writers
from ats.dev.people import people
from ats.dev.trades import TRADES
from ats.pipeline.stages import MOVES, TARGETS

CAST = people(400, seed=3)


def test_the_same_seed_invents_the_same_people() -> None:
    assert people(50, seed=3) == CAST[:50]
    assert people(50, seed=4) != CAST[:50]


def test_no_two_share_a_name_or_an_address() -> None:
    assert len({person.name for person in CAST}) == len({person.email for person in CAST}) == 400


def test_addresses_are_plain_and_reserved() -> None:
    for person in CAST:
        mailbox, _, domain = person.email.partition("@")
        assert domain in ("mail.example", "example.org")
        assert mailbox.isascii()
        assert all(part and part.replace("-", "").isalnum() for part in mailbox.split("."))
        assert mailbox == mailbox.lower()


def test_they_come_from_many_places() -> None:
    scripts = {unicodedata.name(person.name[0]).split()[0] for person in CAST}
    assert {"LATIN", "ARABIC", "HEBREW", "CYRILLIC", "CJK"} <= scripts
    assert any("-" in person.name for person in CAST)
    assert max(len(person.name) for person in CAST) > 40
    assert {person.department for person in CAST} == set(TRADES)


@pytest.mark.parametrize("department", TRADES)
def test_letters_and_resumes_have_no_gaps(department: str) -> None:
    random = Random(1)
    for person in [person for person in CAST if person.department == department]:
        letter = letters.cover_letter(person, title="Baker", company="Acme", random=random)
        for text in (letter, *(bullet for job in person.jobs for bullet in job.bullets)):
            assert "{" not in text
            assert "}" not in text


def test_a_pdf_is_one_page_that_can_be_read() -> None:
    longest = max(filter(writers.fits_pdf, CAST), key=lambda person: sum(len(job.bullets) for job in person.jobs))
    content = writers.pdf(longest)
    assert resumes.check("resume.pdf", content) == resumes.PDF
    assert len(pypdf.PdfReader(BytesIO(content)).pages) == 1
    text = extract.text_of(content, resumes.PDF)
    assert longest.name in text
    assert all(job.company in text for job in longest.jobs)


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Nguyễn Thị Minh Khai", "ليلى حداد", "高橋 さくら"])
def test_a_name_beyond_latin_1_goes_into_a_docx(name: str) -> None:
    person = replace(next(filter(writers.fits_pdf, CAST)), name=name)
    assert not writers.fits_pdf(person)
    with pytest.raises(ValueError, match="Latin-1"):
        writers.pdf(person)
    content = writers.docx(person)
    assert resumes.check("resume.docx", content) == resumes.DOCX
    text = extract.text_of(content, resumes.DOCX)
    assert unicodedata.normalize("NFC", name) in text
    assert all(job.company in text for job in person.jobs)


@pytest.mark.parametrize("to_the_end", [False, True])
def test_invented_histories_are_legal_and_end_in_time(to_the_end: bool) -> None:
    zone = ZoneInfo("America/New_York")
    until = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)  # across the change of clocks
    ends = set()
    for seed in range(500):
        random = Random(seed)
        applied_at = until - timedelta(days=90 * random.random())
        history = histories.invent(random, applied_at=applied_at, until=until, zone=zone, to_the_end=to_the_end)
        assert (history[0].source, history[0].target) == (None, "applied")
        for before, move in pairwise(history):
            assert move.source == before.target
            assert move.undoes or (move.source, move.target) in MOVES
            assert before.at < move.at <= until
        ends.add(history[-1].target)
        assert not to_the_end or not TARGETS[history[-1].target]
    assert ends == ({"hired", "rejected"} if to_the_end else set(TARGETS))


def test_a_history_along_a_given_way_is_in_order_and_over_before_the_end() -> None:
    zone = ZoneInfo("America/New_York")
    until = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)
    way = ["screening", "interview", "offer", "hired"]
    for seed in range(200):
        random = Random(seed)
        applied_at = until - timedelta(days=random.uniform(25, 80))
        history = histories.along(random, way, applied_at=applied_at, until=until, zone=zone)
        assert [move.target for move in history] == ["applied", *way]
        assert all(before.at < move.at for before, move in pairwise(history))
        assert history[-1].at < until


def test_whoever_is_not_at_work_does_it_on_one_of_the_next_days() -> None:
    zone = ZoneInfo("Europe/Berlin")
    friday_night = datetime(2026, 1, 9, 23, 0, tzinfo=zone)
    days = {histories.at_work(Random(seed), friday_night, zone).astimezone(zone).strftime("%a") for seed in range(50)}
    assert days == {"Mon", "Tue", "Wed"}
    noon = datetime(2026, 1, 9, 12, 0, tzinfo=zone)
    assert histories.at_work(Random(0), noon, zone) == noon
