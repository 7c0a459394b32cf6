"""Mentions: whose name stands in a note behind an @ gets one mail, and their name is marked."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from ats.accounts.models import User
from ats.collaboration.mentions import highlight, mentioned
from ats.collaboration.models import Note
from ats.extensions import db
from ats.formatting import markdown
from ats.notifications.models import Message
from tests.cast import Firm
from tests.mailbox import Mailbox
from tests.page import Page

PEOPLE = [User(name=name) for name in ("Ana Sousa", "Ana", "Jonas Weber", "Zoë O'Brien", "R&D <Ops>")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ana Sousa can you see her?", ["Ana Sousa"]),
        ("@Ana and @jonas weber, please.", ["Ana", "Jonas Weber"]),
        ("(@Zoë O'Brien)", ["Zoë O'Brien"]),
        ("@Jonas\nWeber", ["Jonas Weber"]),
        ("@R&D <Ops>!", ["R&D <Ops>"]),
        ("@Jonas Weberling is somebody else, and so is @Anan.", []),
        ("Write to jonas@Ana or @@Ana.", []),
        ("Ana Sousa knows.", []),
        ("@Ana Sousa and again @Ana Sousa", ["Ana Sousa"]),
    ],
)
def test_a_colleague_is_mentioned_by_the_whole_name(text: str, names: list[str]) -> None:
    assert [person.name for person in mentioned(text, PEOPLE)] == names


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**@Ana Sousa** yes", '<strong><span class="mention">@Ana Sousa</span></strong> yes'),
        ("@R&D <Ops>", '<span class="mention">@R&amp;D &lt;Ops&gt;</span>'),
        ("@Zoë O'Brien", '<span class="mention">@Zoë O\'Brien</span>'),
        ("`@Ana`", "<code>@Ana</code>"),
        ("[@Ana](https://x.example/@Ana)", '<a href="https://x.example/@Ana" rel="nofollow noopener">@Ana</a>'),
    ],
)
def test_mentions_are_marked_in_what_is_read(text: str, html: str) -> None:
    assert str(highlight(markdown(text), [person.name for person in PEOPLE])) == f"<p>{html}</p>"


def test_no_mark_gets_into_an_attribute() -> None:
    """An address may hold > as it is, which ends no tag."""
    link = '<p><a href="https://x.example/?a>@Ana Sousa" rel="nofollow">x</a> @Ana Sousa</p>'
    marked = str(highlight(Markup(link), ["Ana Sousa"]))
    assert marked == link.replace("</a> @Ana Sousa", '</a> <span class="mention">@Ana Sousa</span>')


def mails() -> list[Message]:
    wanted = sa.select(Message).filter_by(template="mention").order_by(Message.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def test_the_mail_leads_straight_to_the_note(
    recruiter: FlaskClient,
    acme: Firm,
    url: str,
    scope: None,
    run_worker: Callable[[], None],
    smtp: Mailbox,
) -> None:
    recruiter.post(f"{url}/notes", data={"body": "@Acme Manager could you see <him> on Thursday?"})
    note = db.session.scalars(sa.select(Note.id)).one()
    run_worker()
    (mail,) = [mail for mail in smtp.wait_for(1) if mail["To"] == acme.emails["hiring_manager"]]
    assert mail["Subject"] == "Acme Recruiter mentioned you: Lukas Brandt"
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert f"{url}#note-{note}" in body
        assert "Acme Baker" in body
    assert "could you see &lt;him&gt; on Thursday?" in body


def test_nobody_mails_themselves_a_stranger_or_a_name_without_an_account(
    recruiter: FlaskClient, globex: Firm, url: str, scope: None
) -> None:
    recruiter.post(f"{url}/notes", data={"body": "@Acme Recruiter @Globex Manager @Lukas Brandt @Nobody"})
    assert mails() == []


def test_an_edit_mails_those_who_are_new_in_it_and_each_note_mails_once(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    recruiter.post(f"{url}/notes", data={"body": "@Acme Manager look."})
    note = db.session.scalars(sa.select(Note.id)).one()
    for body in ("Look.", "@Acme Manager look, @Acme Admin too.", "@Acme Admin @Acme Manager"):
        assert recruiter.post(f"{url}/notes/{note}", data={"body": body}).status_code == 303
    assert [mail.recipient for mail in mails()] == [acme.emails["hiring_manager"], acme.emails["admin"]]
    recruiter.post(f"{url}/notes", data={"body": "@Acme Manager once more."})
    assert len(mails()) == 3


def test_a_refused_note_mails_nobody(recruiter: FlaskClient, url: str, scope: None) -> None:
    recruiter.post(f"{url}/notes", data={"body": "@Acme Manager" + "x" * 10_000})
    assert mails() == []


def test_who_has_left_is_mentioned_no_more(
    app: Flask, recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    db.session.get_one(User, acme.manager).removed_at = sa.func.now()
    db.session.commit()
    recruiter.post(f"{url}/notes", data={"body": "@Acme Manager look."})
    assert mails() == []


def test_the_page_offers_the_colleagues_to_mention(recruiter: FlaskClient, globex: Firm, url: str) -> None:
    page = Page.at(recruiter, url)
    assert [option["data-name"] for option in page.all("#people [role=option]")] == [
        "Acme Admin",
        "Acme Manager",
        "Acme Recruiter",
    ]
    assert page.one("textarea#body")["aria-controls"] == "people"
