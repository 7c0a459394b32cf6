"""Flask-Mail with a time limit, a verified TLS certificate, and a QUIT whose failure does not count as "not sent"."""

import contextlib
import smtplib
import ssl
from typing import Any

import flask_mail
from flask import current_app


class Connection(flask_mail.Connection):
    def configure_host(self) -> smtplib.SMTP:
        mail, seconds = self.mail, current_app.config["MAIL_TIMEOUT"]
        host: smtplib.SMTP
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, timeout=seconds, context=ssl.create_default_context())
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=seconds)
        if mail.use_tls:
            host.starttls(context=ssl.create_default_context())
        if mail.username and mail.password:
            host.login(mail.username, mail.password)
        return host

    def __exit__(self, *exc: Any) -> None:
        # The server has accepted the message by now: a lost goodbye must not send it again.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            super().__exit__(*exc)


class Mail(flask_mail.Mail):
    def connect(self) -> Connection:
        return Connection(current_app.extensions["mail"])
