"""Sending: e-mails, addresses through Apprise, digests. One try at a time, each counted before it is made."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import SystemRandom
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from hubbub.connectors import apprise as services
from hubbub.core.backoff import wait
from hubbub.core.failures import Broken, Retry
from hubbub.store import telling
from hubbub.store.keys import SealBroken
from hubbub.store.models import Delivery, DeliveryState
from hubbub.ui.door import allowed

from . import queries

log = logging.getLogger(__name__)

CHANCE = SystemRandom()
FIRST, MOST = timedelta(seconds=30), timedelta(hours=1)
GIVE_UP = timedelta(days=1)


def step(now: datetime) -> bool:
    """For the loop: what was notified goes into its channels, and one of them is tried. False: nothing is due."""
    busy = telling.send_out(now)
    busy = telling.begin_digests(now) or busy
    row = telling.claim(now)
    if row is not None:
        deliver(row, now)
    return busy or row is not None


def deliver(row: Delivery, now: datetime) -> DeliveryState:
    """Try one that was claimed. What came of it is saved."""
    if row.notification is not None and row.notification.read:
        return _settled(row, DeliveryState.DROPPED)
    if not row.member.active or not row.member.user.is_active:
        return _settled(row, DeliveryState.DROPPED)
    try:
        if row.address is not None:
            _tell(row)
        else:
            _mail(row, now)
    except Retry as busy:
        if now - row.made >= GIVE_UP:
            return _settled(row, DeliveryState.BROKEN, f"Given up after a day. {busy}")
        again = now + wait(row.tries, CHANCE.random(), first=FIRST, most=MOST)
        return _settled(row, DeliveryState.FAILED, str(busy), again)
    except (Broken, SealBroken) as no:
        return _settled(row, DeliveryState.BROKEN, str(no))
    return _settled(row, DeliveryState.SENT)


def _settled(row: Delivery, state: DeliveryState, error: str = "", due: datetime | None = None) -> DeliveryState:
    telling.settle(row, state, error, due)
    if error:
        log.warning("Delivery %s: %s", row.pk, error)
    return state


def _tell(row: Delivery) -> None:
    if row.address is None or row.notification is None:
        return
    link = _url(reverse("team:notification", args=[row.workspace.slug, row.notification_id]))
    body = f"{row.notification.says}\n{link}" if link else row.notification.says
    services.tell(row.address.url, f"{row.workspace.name}: {_title(row)}", body, allow=allowed())


def _title(row: Delivery) -> str:
    return row.notification.get_kind_display() if row.notification else "Your day"


def _mail(row: Delivery, now: datetime) -> None:
    """Raises Retry or Broken. The same message carries the same id, by which mail programs know it again."""
    slug = row.workspace.slug
    shown: dict[str, object] = {
        "workspace": row.workspace,
        "member": row.member,
        "title": _title(row),
        "settings_url": _url(reverse("team:telling", args=[slug])),
    }
    if row.notification is not None:
        name, subject = "notification", row.notification.says[:120]
        shown |= {"row": row.notification, "url": _url(reverse("team:notification", args=[slug, row.notification_id]))}
    else:
        chosen: Mapping[str, str] = telling.telling_of(row.member).mail
        kinds = [kind for kind, how in chosen.items() if how == "digest"]
        name, subject = "digest", f"Your day: {row.workspace.name}"
        shown |= {"digest": queries.digest(row.member, kinds, now), "url": _url(reverse("engage:inbox", args=[slug]))}
        shown["all_url"] = _url(reverse("team:notifications", args=[slug]))
    text, html = (render_to_string(f"team/notifications/{name}.{end}", shown) for end in ("txt", "html"))
    host = (settings.DEFAULT_FROM_EMAIL.rpartition("@")[2] or "hubbub").strip(">")
    headers = {
        "Message-ID": f"<delivery-{row.pk}-{int(row.made.timestamp())}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    if shown["settings_url"]:
        headers["List-Unsubscribe"] = f"<{shown['settings_url']}>"
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[row.member.user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        raise Broken(f"The mail server does not take {row.member.user.email}: {_words(refused)}") from refused
    except SMTPResponseException as answer:
        if answer.smtp_code >= 500:
            raise Broken(f"The mail server refused it: {_words(answer)}") from answer
        raise Retry(f"The mail server is busy: {_words(answer)}") from answer
    except (SMTPException, OSError) as error:
        raise Retry(f"The mail server cannot be reached: {_words(error)}") from error


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _url(path: str) -> str:
    """With the address of this installation; "" where nobody has named it."""
    return f"{settings.ADDRESS}{path}" if settings.ADDRESS else ""
