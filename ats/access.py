"""Who may open which route. The decorators only declare; `enforce` decides; a route that declares nothing is closed."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, abort, current_app, redirect, request, url_for
from flask_login import current_user

from ats import formatting, htmx, tenancy


class Role(StrEnum):
    CANDIDATE = "candidate"
    HIRING_MANAGER = "hiring_manager"
    RECRUITER = "recruiter"
    ADMIN = "admin"

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.value.replace("_", " ").capitalize()

    @property
    def is_staff(self) -> bool:
        return self is not Role.CANDIDATE

    def includes(self, needed: "Role") -> bool:
        """Staff roles build on one another; a candidate is apart from them."""
        if needed is Role.CANDIDATE or self is Role.CANDIDATE:
            return self is needed
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(needed)


PUBLIC = "public"
SIGNED_IN = "signed in"
SETTING_UP = "signed in, second factor or not"

View = TypeVar("View", bound=Callable[..., Any])


def _declare(access: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


public = _declare(PUBLIC)
"""Anybody may open the view. It enters a tenancy scope itself if it reads a company's data."""

signed_in = _declare(SIGNED_IN)
"""Anybody with an account, whatever the role; the view runs in the scope of that role."""

setting_up = _declare(SETTING_UP)
"""As `signed_in`, and open as well to staff whose company wants a second factor of them that they have not set up."""


def requires(role: Role) -> Callable[[View], View]:
    """Only users whose role includes `role`; the view runs in their company's scope, or in the candidate's own."""
    return _declare(role)


def enforce() -> Any:
    """Decide on every request, before anything else does; register it as the first `before_request`."""
    if request.endpoint is None:  # no such URL: let the 404 happen
        return None
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    if access == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return send_to_sign_in()
    if access not in (SIGNED_IN, SETTING_UP) and (access is None or not current_user.role.includes(access)):
        abort(403)
    if access != SETTING_UP and current_user.lacks_second_factor:
        return send_to(url_for("accounts.set_up_second_factor"))
    if current_user.role is Role.CANDIDATE:
        tenancy.enter_person(current_user.id)
    else:
        tenancy.enter_company(current_user.company_id)
        formatting.use_zone(current_user.company.time_zone)
    return None


def send_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return send_to(url_for("accounts.sign_in", next=htmx.current_path() if htmx.is_htmx() else wanted))


def send_to(page: str) -> Response:
    """A page redirects; a fragment may not, or the page would be swapped into a card."""
    if htmx.is_htmx():
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page)  # type: ignore[return-value]


def can(role: Role) -> bool:
    """Whether the person at the screen has the rights of `role`; for templates, to leave out what they may not do."""
    return bool(current_user.is_authenticated and current_user.role.includes(role))
