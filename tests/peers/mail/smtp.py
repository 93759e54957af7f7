"""An SMTP server (aiosmtpd) that asks for a password and hands what it takes to Dovecot's LMTP.

`python smtp.py PORT LMTP-PORT FOLDER`. A file FOLDER/break makes it hang up once, after a message was delivered and
before it says so: what a broken connection looks like from outside.
"""

import asyncio
import smtplib
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

PORT, LMTP, FOLDER = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.get_running_loop().run_in_executor(None, deliver, envelope)
        fault = FOLDER / "break"
        if fault.exists():
            fault.unlink()
            server.transport.abort()
        return "250 taken"


def deliver(envelope):
    for one in envelope.rcpt_tos:  # LMTP answers for each; the standard library reads one answer
        with smtplib.LMTP("127.0.0.1", LMTP) as onward:
            onward.sendmail(envelope.mail_from, [one], envelope.content)


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=getattr(data, "password", b"") == b"pw")


Controller(
    Handler(),
    hostname="127.0.0.1",
    port=PORT,
    authenticator=authenticate,
    auth_required=True,
    auth_require_tls=False,
).start()
asyncio.new_event_loop().run_forever()
