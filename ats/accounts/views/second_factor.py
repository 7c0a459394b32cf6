"""The second factor of one's own account: set it up, make new recovery codes, switch it off."""

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ats import limits
from ats.access import setting_up, signed_in
from ats.accounts import second_factor, totp
from ats.accounts.forms import CodeForm, PasswordForm
from ats.accounts.views.blueprint import bp
from ats.accounts.views.own import PASSWORDS, me, stay_here_alone
from ats.extensions import db

NEW_SECRET = "second_factor_secret"
"""The key in the session of a secret that is not proved yet. The cookie shows it to nobody but its owner."""


@bp.route("/account/second-factor", methods=["GET", "POST"])
@setting_up
@limits.per_user("20 per 5 minutes")
def set_up_second_factor() -> str | Response | tuple[str, int]:
    user = me()
    if user.second_factor_at is not None and request.method == "GET":
        return render_template(
            "accounts/second_factor.html", form=PasswordForm.for_user(user), codes_left=second_factor.codes_left(user)
        )
    secret = session.setdefault(NEW_SECRET, totp.new_secret())
    form = CodeForm()
    if request.method == "GET":
        return set_up_page(form, secret)
    if not form.validate():
        return set_up_page(form, secret), 422
    codes = second_factor.switch_on(user, secret, form.code.data)
    if codes is None:
        form.code.errors = ["That is not the code that the app shows now. Check that the phone’s clock is right."]
        return set_up_page(form, secret), 422
    stay_here_alone(user)
    db.session.commit()
    return render_template("accounts/recovery_codes.html", codes=codes, is_new=True)


@bp.post("/account/second-factor/recovery-codes")
@signed_in
@limits.per_user(PASSWORDS)
def make_recovery_codes() -> str | Response | tuple[str, int]:
    user = me()
    if user.second_factor_at is None:
        return redirect(url_for(".set_up_second_factor"), 303)
    form = PasswordForm.for_user(user)
    if not form.validate():
        return render_template("accounts/second_factor.html", form=form, codes_left=second_factor.codes_left(user)), 422
    codes = second_factor.new_recovery_codes(user)
    db.session.commit()
    return render_template("accounts/recovery_codes.html", codes=codes, is_new=False)


@bp.post("/account/second-factor/removal")
@signed_in
@limits.per_user(PASSWORDS)
def switch_off_second_factor() -> str | Response | tuple[str, int]:
    user = me()
    if user.second_factor_at is None:
        return redirect(url_for(".set_up_second_factor"), 303)
    form = PasswordForm.for_user(user)
    if not form.validate():
        return render_template("accounts/second_factor.html", form=form, codes_left=second_factor.codes_left(user)), 422
    second_factor.switch_off(user)
    db.session.commit()
    flash("The second factor is off. The password alone is enough to sign in.")
    return redirect(url_for(".account"), 303)


def set_up_page(form: CodeForm, secret: str) -> str:
    path, width = second_factor.qr_path(second_factor.address(me(), secret))
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("accounts/set_up_second_factor.html", form=form, qr_path=path, qr_width=width, secret=groups)
