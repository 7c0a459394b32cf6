"""An SMTP server that keeps what it accepts."""

import asyncio
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED = "250 OK"


class Mailbox:
    """`messages` are the accepted mails, oldest first, as the headers and parts that were sent.

    `recipients` are the envelopes' addresses, in the same order. `reply` is what the server says at the end of a
    message: set it to "451 try later" or "550 no such person" and it accepts nothing.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.reply = ACCEPTED
        self.port = 0

    def start(self) -> None:
        """Listen; after a `stop` on the same port as before."""
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        self._controller.stop()

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        """The messages once there are `count` of them; fails if that takes longer than `seconds`."""
        end = time.monotonic() + seconds
        while len(self.messages) < count:
            subjects = [message["Subject"] for message in self.messages]
            assert time.monotonic() < end, f"{count} mails were expected, these came: {subjects}"
            time.sleep(0.05)
        return list(self.messages)

    def wait_for_mail(self, to: str, subject: str, seconds: float = 20) -> EmailMessage:
        """The first message to that address whose subject has these words."""
        end = time.monotonic() + seconds
        while True:
            for message in list(self.messages):
                if message["To"] == to and subject in message["Subject"]:
                    return message
            came = [(message["To"], message["Subject"]) for message in self.messages]
            assert time.monotonic() < end, f"A mail to {to} about “{subject}” was expected, these came: {came}"
            time.sleep(0.05)

    def clear(self) -> None:
        self.messages.clear()
        self.recipients.clear()
        self.reply = ACCEPTED

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.reply == ACCEPTED:
            parsed: Any = message_from_bytes(envelope.original_content or b"", policy=default)
            self.messages.append(parsed)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.reply


class _AnyPort(Controller):
    """Port 0 means any free one here too: aiosmtpd checks its server by connecting to the port it was told."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
