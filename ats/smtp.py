"""Flask-Mail with a time limit, a verified TLS certificate, lines of any length, and a QUIT that may fail once sent."""

import contextlib
import smtplib
import ssl
from email.charset import QP, Charset
from email.mime.text import MIMEText
from typing import Any

import flask_mail
from flask import current_app

QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP


class Message(flask_mail.Message):
    """Quoted-printable: servers refuse lines of more than 998 bytes (RFC 5321, 4.5.3.1.6), and people write them."""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        return MIMEText(text or "", subtype, QUOTED)  # type: ignore[arg-type]


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
