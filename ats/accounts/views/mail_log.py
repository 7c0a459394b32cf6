"""The mail log."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ats.access import Role, requires
from ats.accounts import mail_log
from ats.accounts.views.blueprint import bp
from ats.accounts.views.own import me
from ats.extensions import db
from ats.notifications.models import Message


@bp.get("/mail-log")
@requires(Role.ADMIN)
def mails() -> str:
    return render_template(
        "accounts/mail_log.html",
        found=mail_log.found(request.args),
        statuses=mail_log.STATUSES,
        tones=mail_log.TONES,
        title=mail_log.title,
    )


@bp.post("/mail-log/<int:message_id>/attempt")
@requires(Role.ADMIN)
def retry_mail(message_id: int) -> Response:
    message = db.get_or_404(Message, message_id)
    mail_log.retry(message, actor=me())
    db.session.commit()
    flash(f"The mail to {message.recipient} is on its way once more.")
    return redirect(url_for(".mails"), 303)
