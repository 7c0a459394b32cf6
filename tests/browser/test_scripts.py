"""Scripts that strangers type: into every field, and then looked at where people look. None runs, none even tries.

What is shown as text leaves the Content-Security-Policy nothing to report: a report would mean that markup got through
and only the policy held.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request
from werkzeug.test import TestResponse

from ats import tenancy
from ats.access import Role
from ats.accounts import tokens
from ats.accounts.models import User
from ats.candidates.models import Tag
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.delivery import deliver
from ats.notifications.models import PENDING, Message
from ats.pipeline import links
from ats.pipeline.models import Application
from tests.accounts.conftest import enter
from tests.cast import PASSWORD, Firm
from tests.mailbox import Mailbox
from tests.sitemap import PDF_RESUME, furnish

pytestmark = pytest.mark.browser

# Short ones, so that each fits into a name. What gets through carries the class xm.
PAYLOADS = [
    "<script class=xm>alert(1)</script>",
    "<ScRiPt class=xm>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js class=xm></script>",
    "<scr<script>ipt class=xm>alert(1)</script>",
    "</script><script class=xm>alert(1)//",
    "<img src=x onerror=alert(1) class=xm>",
    "<img/src=x/onerror=alert(1)/class=xm>",
    "<img src=x onerror=alert`1` class=xm",
    "<IMG SRC=javascript:alert(1) class=xm>",
    "<svg onload=alert(1) class=xm>",
    "<svg/onload=alert(1)//class=xm>",
    "<svg><script class=xm>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x class=xm>",
    "<svg><a xlink:href=javascript:alert(1) class=xm>x",
    "<math><mi xlink:href=data:x,x class=xm>x",
    "<body onload=alert(1) class=xm>",
    "<iframe srcdoc='<script>alert(1)</script>' class=xm>",
    "<iframe src=javascript:alert(1) class=xm>",
    "<object data=javascript:alert(1) class=xm>",
    "<embed src=//evil.example class=xm>",
    "<details open ontoggle=alert(1) class=xm>",
    "<video><source onerror=alert(1) class=xm>",
    "<audio src=x onerror=alert(1) class=xm>",
    "<input autofocus onfocus=alert(1) class=xm>",
    "<select autofocus onfocus=alert(1) class=xm>",
    "<textarea autofocus onfocus=alert(1) class=xm>",
    "</textarea><script class=xm>alert(1)</script>",
    "</title><script class=xm>alert(1)</script>",
    "</style><script class=xm>alert(1)</script>",
    "--><script class=xm>alert(1)</script>",
    "]]><script class=xm>alert(1)</script>",
    '"><script class=xm>alert(1)</script>',
    "'><script class=xm>alert(1)</script>",
    '"><img src=x onerror=alert(1) class=xm>',
    '" onmouseover=alert(1) class=xm x="',
    "' onfocus=alert(1) autofocus class=xm x='",
    '" autofocus onfocus=alert(1) class=xm "',
    "` onerror=alert(1) class=xm `",
    "javascript:alert(1)//xm",
    "JaVaScRiPt:alert(1)//xm",
    "java\tscript:alert(1)//xm",
    "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    '![x](x"onerror="alert(1))',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)",
    "<a href=javascript:alert(1) class=xm>x</a>",
    '<a href="jav&#x09;ascript:alert(1)" class=xm>x</a>',
    "<form action=javascript:alert(1) class=xm><button>x",
    "<button formaction=javascript:alert(1) class=xm>x",
    "<base href=//evil.example/ class=xm>",
    "<meta http-equiv=refresh content='0;//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x class=xm>",
    "<style class=xm>@import '//evil.example/x';</style>",
    "<p style='background:url(//evil.example)' class=xm>",
    "<b hx-get=/jobs hx-trigger=load class=xm>x</b>",
    "<b hx-on:click=alert(1) class=xm>x</b>",
    "<b hx-on::load='alert(1)' class=xm>x</b>",
    "<b hx-get=/ hx-vals='js:{a:alert(1)}' class=xm>",
    "<b data-hx-post=/sign-out data-hx-trigger=load class=xm>",
    "<b hx-trigger='load[alert(1)]' hx-get=/ class=xm>",
    "<meta name=htmx-config content='{\"allowEval\":true}'>",
    "<template class=xm><script>alert(1)</script></template>",
    "{{7*7}}<b class=xm>",
    "${alert(1)}<b class=xm>",
    "%3Cscript class=xm%3Ealert(1)%3C/script%3E",
    "&lt;script class=xm&gt;alert(1)&lt;/script&gt;",
    "\u003cscript class=xm\u003ealert(1)\u003c/script\u003e",
    "@Acme<img src=x onerror=alert(1) class=xm>",
]
ROUNDS = 20
ALL = "\n\n".join(PAYLOADS)

WATCH = """
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => console.log("RAN " + location);
addEventListener("securitypolicyviolation", event =>
    console.log("REPORT " + location + " " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""
LOOK = """
() => {
    const found = [];
    const risky = /^(href|src|action|formaction|xlink:href|srcdoc|data|hx-vals|data-hx-vals)$/;
    const scripts = /^\\s*(javascript|vbscript|js|data:text)/i;
    const runs = (name, value) => /^(data-)?(on|hx-on)/.test(name)
        || (risky.test(name) && scripts.test(value.replace(/[\\t\\n\\r]/g, "")));
    for (const element of document.querySelectorAll("*")) {
        if (element.classList.contains("xm") || (element.localName === "script" && !element.src))
            found.push(element.outerHTML.slice(0, 160));
        for (const {name, value} of element.attributes)
            if (runs(name, value))
                found.push(element.outerHTML.slice(0, 160));
    }
    return found;
}
"""


class Watched:
    """A browser that tells what ran, what the policy reported, and what was asked of strangers."""

    def __init__(self, browser: Browser, live_server: str) -> None:
        self.context = browser.new_context(base_url=live_server)
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.told: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.told.append(f"ERROR {error}"))
        self.page.on("dialog", self._be_asked)
        self.page.on("request", self._see)
        self.own = (live_server, "data:", "about:")
        self.looked_at = 0
        # Chromium's viewer of PDFs takes longer than the page around it.
        self.context.route(re.compile(r"/resume(\?|$)"), lambda route: route.abort())

    def _hear(self, message: ConsoleMessage) -> None:
        if re.match("RAN|REPORT", message.text) or "Content Security Policy" in message.text:
            self.told.append(message.text)

    def _be_asked(self, dialog: Dialog) -> None:
        self.told.append(f"DIALOG {dialog.message}")
        dialog.dismiss()

    def _see(self, request: Request) -> None:
        if not request.url.startswith(self.own):
            self.told.append(f"ASKED {request.url}")

    def sign_in(self, email: str) -> None:
        self.page.goto("/sign-in")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_load_state()

    def look(self, *paths: str) -> None:
        for path in paths:
            answer = self.page.goto(path)
            assert answer
            assert answer.status in (200, 404, 410), f"{path} answers {answer.status}"
            self.check(path)

    def check(self, path: str) -> None:
        self.looked_at += 1
        found = self.page.evaluate(LOOK)
        assert found == [], f"{path} has markup of a stranger's: {found}"
        assert self.told == [], f"{path}: {self.told}"


@pytest.fixture
def watched(browser: Browser, live_server: str) -> Iterator[Watched]:
    watched = Watched(browser, live_server)
    yield watched
    watched.context.close()


def fitting(length: int, round: int) -> str:
    """As many of the payloads of a round as fit into a field of that length, one at least."""
    mine = PAYLOADS[round::ROUNDS]
    short = [payload for payload in mine if len(payload) <= length] or [min(PAYLOADS, key=len)]
    text = ""
    for payload in short:
        if len(text) + len(payload) + 1 <= length:
            text += (" " if text else "") + payload
    return text.replace("\t", " ")


def file_name(round: int) -> str:
    """As browsers send it: with its quotation marks escaped."""
    return fitting(100, round).replace("/", "").replace('"', "%22").replace("\\", "") + ".pdf"


def test_there_are_some_sixty_of_them_and_each_is_typed() -> None:
    assert len(set(PAYLOADS)) >= 60
    typed = " ".join(fitting(200, round) for round in range(ROUNDS)).replace("\t", " ")
    assert [payload for payload in PAYLOADS if payload.replace("\t", " ") not in typed] == []


@pytest.fixture
def infested(
    app: Flask,
    acme: Firm,
    jane: int,
    sign_in: Callable[[int], FlaskClient],
    smtp: Mailbox,
) -> dict[str, Any]:
    """A company all of whose fields hold scripts, typed into its forms; the ids of what there is."""
    ids = furnish(app, acme, jane)
    admin, candidate, somebody = sign_in(acme.admin), sign_in(jane), app.test_client()
    settings = {"name": fitting(100, 5), "slug": "acme", "time_zone": "UTC", "about": ALL}
    done(admin.post("/settings", data=settings))
    done(admin.post("/settings/privacy", data={"consent_text": ALL, "retention_months": "1"}))
    done(admin.post("/account", data={"name": fitting(200, 5)}))
    done(candidate.post("/account", data={"name": fitting(200, 6)}))
    done(sign_in(acme.manager).post("/account", data={"name": fitting(200, 7)}))
    reasons: dict[str, str] = {"mail_hold_seconds": "0"}
    for number in range(ROUNDS):
        reasons |= {f"reasons-{number}-label": fitting(80, number), f"reasons-{number}-mail": "application"}
    for number in range(4):
        reasons |= {f"limits-{number}-late": "", f"limits-{number}-too_late": ""}
    admin.post("/settings/pipeline", data=reasons)
    agent = {"User-Agent": ALL.replace("\n", " ")[:2000] + " Firefox/1"}
    somebody.post("/sign-in", data={"email": acme.emails["recruiter"], "password": PASSWORD}, headers=agent)

    jobs, applications = [], []
    for round in range(ROUNDS):
        job = {
            "title": fitting(150, round),
            "department": fitting(80, round),
            "location": fitting(120, round),
            "workplace": "on_site",
            "employment_type": "full_time",
            "salary_currency": "EUR",
            "description": ALL,
            "questions-0-prompt": fitting(300, round),
            "questions-0-kind": "short",
            "questions-1-prompt": fitting(300, round + 1),
            "questions-1-kind": "choice",
            "questions-1-choices": f"{fitting(60, round)}\n{fitting(60, round + 1)}",
        }
        answer = admin.post("/jobs/new", data=job)
        done(answer)
        number = int(re.findall(r"\d+", answer.location)[0])
        done(admin.post(f"/jobs/{number}/status", data={"status": "open"}))
        jobs.append(number)
        with app.app_context(), tenancy.company(acme.id):
            questions = [question["id"] for question in db.session.get_one(Job, number).questions]
        applied = {
            "name": fitting(200, round),
            "email": f"person{round}@mail.example",
            "phone": fitting(40, round),
            "links": "\n".join(PAYLOADS[round::ROUNDS]),
            "cover_letter": ALL,
            "consent": "y",
            "question_aa": fitting(200, round),
            "question_bb": ALL[:2000],
            "question_cc": "yes",
            f"question_{questions[0]}": fitting(200, round),
            f"question_{questions[1]}": fitting(60, round),
            "resume": (BytesIO(PDF_RESUME.read_bytes()), file_name(round)),
        }
        path = f"/careers/acme/jobs/{acme.job if round % 2 else number}/apply"
        answer = app.test_client().post(path, data=applied, content_type="multipart/form-data")
        if answer.status_code == 422:  # The links, say, must be addresses: without what is refused.
            applied["links"], applied["phone"] = "", ""
            applied["resume"] = (BytesIO(PDF_RESUME.read_bytes()), file_name(round))
            answer = app.test_client().post(path, data=applied, content_type="multipart/form-data")
        done(answer)
        done(admin.post(f"/jobs/{acme.job}/views", data={"name": fitting(60, round), "query": f"q={round}"}))
    with app.app_context(), tenancy.company(acme.id):
        applications = list(db.session.scalars(sa.select(Application.id).order_by(Application.id)))
    for round, number in enumerate(applications):
        url = f"/applications/{number}"
        done(admin.post(f"{url}/notes", data={"body": f"{ALL}\n@{fitting(100, round % ROUNDS)}"}))
        done(admin.post(f"{url}/scorecard", data={"rating": "3", "comment": ALL}))
        admin.post(f"{url}/tags", data={"tag": fitting(40, round % ROUNDS)})
    done(
        candidate.post(f"/my/applications/{ids[Role.CANDIDATE]['application_id']}/withdrawal", data={"why": ALL[:500]})
    )
    done(admin.post("/team/invitations", data={"email": "new2@mail.example", "role": "recruiter"}))
    for number in applications[2:6]:
        admin.post(f"/applications/{number}/stage", data={"stage": "screening", "seq": "1"})
    with app.app_context(), tenancy.company(acme.id):
        followed = [links.token(db.session.get_one(Application, number)) for number in applications[-3:]]
        recruiter = db.session.get_one(User, acme.recruiter).email
        tags = list(db.session.scalars(sa.select(Tag.id)))
        seed = db.session.scalars(
            sa.select(Message.context["token_seed"].as_string()).filter_by(recipient="new2@mail.example")
        ).one()
        invited = f"/join/acme/{tokens.of_seed(seed)}"
        # Not by the worker, which would read the resumes as well.
        mails = sa.select(Message.id).filter_by(status=PENDING).order_by(Message.id)
        waiting = list(db.session.scalars(mails.where(Message.due_at <= sa.func.now())))
    with app.app_context():
        for message in waiting:
            deliver(message)
    return {
        "jobs": jobs,
        "applications": applications,
        "followed": followed,
        "recruiter": recruiter,
        "tags": tags,
        "own": ids[Role.CANDIDATE]["application_id"],
        "invited": invited,
    }


def test_no_script_runs_on_any_page_or_mail(
    infested: dict[str, Any], watched: Watched, acme: Firm, smtp: Mailbox, live_server: str
) -> None:
    jobs, applications = infested["jobs"], infested["applications"]

    # The public.
    watched.look("/careers", "/careers/acme", infested["invited"])
    for job in jobs[::3]:
        watched.look(f"/careers/acme/jobs/{job}", f"/careers/acme/jobs/{job}/apply")
    watched.look(f"/careers/acme/jobs/{jobs[0]}/applied", "/careers/acme/link")
    for token in infested["followed"]:
        watched.look(f"/status/{token}", f"/status/{token}/withdrawal", f"/status/{token}/data")
    for payload in PAYLOADS[::12]:
        watched.page.goto("/careers")
        typed = "&".join(f"q={payload}" for _ in (1,)).replace("#", "%23").replace("%", "%25").replace("+", "%2B")
        watched.look(f"/careers?{typed}", f"/careers/acme?{typed}", f"/sign-in?next=/{typed}", f"/{payload[:40]}"[:60])
    watched.page.goto("/sign-in")
    watched.page.get_by_label("Email").fill(PAYLOADS[31])
    watched.page.get_by_label("Password", exact=True).fill("wrong wrong wrong")
    watched.page.get_by_role("button", name="Sign in").click()
    watched.check("the refused sign-in")

    # Staff.
    watched.sign_in(acme.emails["admin"])
    watched.look("/jobs", "/applications", "/dashboard", "/team", "/audit-trail", "/mail-log", "/account", "/settings")
    watched.look("/settings/pipeline", "/settings/privacy", "/settings/look", "/settings/requests")
    watched.look(f"/team/{acme.manager}/removal", f"/jobs/{acme.job}/board", f"/jobs/{acme.job}/board?tag=x&q=script")
    for job in jobs[:: len(jobs) // 3]:
        watched.look(f"/jobs/{job}", f"/jobs/{job}/edit", f"/jobs/{job}/deletion", f"/jobs/{job}/board")
    for application in applications[::3]:
        watched.look(f"/applications/{application}")
    first = applications[0]
    watched.look(f"/jobs/{acme.job}/rejection?application={first}:1", f"/jobs/{acme.job}/candidates/new")
    for payload in PAYLOADS[::14]:
        watched.look(f"/applications?q={payload.replace('%', '%25').replace('#', '%23')}")
    # As htmx swaps it in.
    watched.page.goto(f"/jobs/{acme.job}/board")
    watched.page.locator(".card a").first.click()
    watched.page.wait_for_timeout(500)
    watched.check("the panel on the board")

    # The candidate.
    watched.context.clear_cookies()
    watched.sign_in("jane@mail.example")
    watched.look("/my/applications", f"/my/applications/{infested['own']}", "/account")
    watched.look(f"/my/applications/{infested['own']}/data", f"/careers/acme/jobs/{jobs[0]}/apply")
    assert watched.looked_at > 60

    # The mails, with no policy to protect their readers.
    assert len(smtp.messages) > 20
    for mail in smtp.messages:
        part = mail.get_body(("html",))
        assert part
        watched.page.goto("about:blank")
        watched.page.set_content(part.get_content(), wait_until="load")
        watched.check(f"the mail “{mail['Subject']}”")
        assert "\n" not in str(mail["Subject"])
    watched.page.wait_for_timeout(300)
    assert watched.told == []


def done(answer: TestResponse) -> None:
    said = [error.get_text() for error in BeautifulSoup(answer.text, "html.parser").select("[id$=-error]")]
    assert answer.status_code in (200, 302, 303), f"{answer.request.path}: {answer.status} {said}"


def test_what_the_watch_would_see(watched: Watched, live_server: str) -> None:
    """A test that cannot fail is none: markup, a script, a report and a foreign picture are each noticed."""
    watched.page.goto("/sign-in")
    watched.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1) class=xm>')")
    watched.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=//evil.example/x.png>')")
    watched.page.evaluate("alert(1)")
    watched.page.wait_for_timeout(300)
    assert any("xm" in html for html in watched.page.evaluate(LOOK))
    assert any(line.startswith("RAN") for line in watched.told), watched.told
    assert any(line.startswith("REPORT") for line in watched.told), watched.told


def test_nobody_signs_in_by_a_script(app: Flask, acme: Firm) -> None:
    for payload in PAYLOADS[::5]:
        assert enter(app.test_client(), payload) == 422
