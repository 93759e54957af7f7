"""Acting as one of our accounts on a network: its keys stay fresh, its limit is shared, one refusal holds all back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from hubbub.connectors import Http, Settings, oauth
from hubbub.core.failures import Broken, Retry
from hubbub.store.accounts import renewed
from hubbub.store.audit import audit
from hubbub.store.claim import LEASE, unleased
from hubbub.store.cleaning import text
from hubbub.store.keys import SealBroken
from hubbub.store.models import Account, AccountState, Source, System

log = logging.getLogger(__name__)

LOOP = System("Hubbub")
NEARLY = timedelta(minutes=1)  # a token that ends so soon is renewed before it is used
MOST = timedelta(days=1)  # for which an account rests at most, whatever its network says
AGAIN = timedelta(minutes=5)  # after a renewal for which the network had no time


class SignedOut(Retry):
    """The account is signed out by its network: what is to be done as it waits until a person signs in again."""


class Acting(NamedTuple):
    """What a call to a connector is given."""

    settings: Settings  # with what is secret
    http: Http


@contextmanager
def acting(source: Source, http: Http) -> Iterator[Acting]:
    """For one call (or one stream) of the source's connector, as the source's account.

    A failure inside is taken note of on the account and raised again: Retry (it rests where the network said for how
    long), Broken, or SignedOut in place of a Broken that signing in would mend. Raises SealBroken.
    """
    account = source.our_account
    if account is None:
        yield Acting(source.whole_settings(), http)
        return
    if source.signed_in:
        _ready(account, http)
    door = http.for_account(str(account.pk))
    try:
        yield Acting(source.whole_settings(), door)
    except Retry as busy:
        if busy.after:
            rest(account, timezone.now() + busy.after, str(busy))
        raise
    except Broken as refused:
        if not (refused.sign_in and source.signed_in):
            raise
        _refused(account, refused, http)
    finally:
        if door.spent_until:
            rest(account, door.spent_until, f"{account} has used up what the network lets it ask for a while.")
    if account.error and not account.rests(timezone.now()):
        Account.everywhere.filter(pk=account.pk, state=AccountState.ACTIVE, resting_until=account.resting_until).update(
            error=""
        )


def rest(account: Account, until: datetime, why: str) -> None:
    """Nothing is asked as this account until then, by any worker. A longer rest stays."""
    until = min(until, timezone.now() + MOST)
    shorter = Q(resting_until__isnull=True) | Q(resting_until__lt=until)
    if Account.everywhere.filter(shorter, pk=account.pk).update(resting_until=until):
        Account.everywhere.filter(pk=account.pk, state=AccountState.ACTIVE).update(error=text(why))
        account.resting_until = until
        log.info("Account %s (%s) rests until %s", account.pk, account.kind, f"{until:%H:%M:%S}")


def renew_one(http: Http) -> bool:
    """Renew the tokens of one account well before they end. False: none is due."""
    now = timezone.now()
    used = Source.everywhere.filter(our_account=OuterRef("pk"), signed_in=True)
    due = Account.everywhere.filter(Exists(used), renew_at__lte=now, state=AccountState.ACTIVE)
    for account in due.filter(unleased(now)).order_by("renew_at")[:5]:
        if (held := _hold(account, now)) is None:
            continue
        try:
            _renew(held, http)
        except SignedOut:
            pass  # its row says so
        except SealBroken as sealed:
            log.warning("The sign-in of account %s cannot be renewed: %s", account.pk, sealed)
        except Retry as busy:
            log.warning("The sign-in of account %s is not renewed yet: %s", account.pk, busy)
        return True
    return False


def _ready(account: Account, http: Http) -> None:
    """Its token can be used now. Raises SignedOut, Retry."""
    if account.state == AccountState.REFUSED:
        raise SignedOut(_says(account, account.error))
    if account.ends is None or account.ends > timezone.now() + NEARLY:
        return
    if account.renew_at is None:
        _sign_out(account, f"The sign-in of {account} has ended.")
    _renew_now(account, http)


def _refused(account: Account, refused: Broken, http: Http) -> None:
    """The network takes the token no longer. Renewing it may help: then it is tried again. Always raises."""
    known = account.renewed
    account.refresh_from_db()
    if account.state == AccountState.ACTIVE and account.renewed != known:
        raise Retry(f"The sign-in of {account} was renewed meanwhile; it is tried again.") from refused
    if account.state == AccountState.REFUSED or account.renew_at is None:
        _sign_out(account, str(refused))
    _renew_now(account, http)
    raise Retry(f"The sign-in of {account} was renewed; it is tried again.") from refused


def _renew_now(account: Account, http: Http) -> None:
    """By us, or seen to be done by another worker. Raises SignedOut, Retry."""
    held = _hold(account, timezone.now())
    if held is None:
        known = account.renewed
        account.refresh_from_db()
        if account.renewed == known:
            raise Retry(f"The sign-in of {account} is being renewed; it is tried again in a moment.")
        return
    _renew(held, http)
    account.refresh_from_db()


def _hold(account: Account, now: datetime) -> Account | None:
    """The account, leased to us for renewing; None where another worker has it, or has just renewed it."""
    until = now + LEASE
    here = Account.everywhere.filter(unleased(now), pk=account.pk, renewed=account.renewed, state=AccountState.ACTIVE)
    return Account.everywhere.get(pk=account.pk) if here.update(lease_until=until) else None


def _renew(held: Account, http: Http) -> None:
    """New tokens for the old ones, saved at once: the old refresh token may be good no longer.

    Raises SignedOut where the network refuses, Retry where it has no time, SealBroken; the lease is given up in any
    case.
    """
    leased = Account.everywhere.filter(pk=held.pk, lease_until=held.lease_until)
    try:
        keys = held.keys()
        app = oauth.App(keys.app, keys.app_secret)
        door = http.for_account(str(held.pk))
        now = timezone.now()
        given = oauth.refresh("basic" if keys.how == "basic" else "form", keys.token, app, keys.refresh, door, now)
    except Broken as refused:
        leased.update(lease_until=None)
        if not refused.sign_in:  # its address is gone, or answers with something else: it may come back
            _later(held)
            raise Retry(str(refused)) from refused
        _sign_out(held, str(refused))
    except (Retry, SealBroken):
        leased.update(lease_until=None)
        _later(held)
        raise
    else:
        (field,) = keys.fills
        fields = renewed(held, field, given.access, given.refresh, given.ends, now=now)
        if not leased.update(**fields, lease_until=None):
            log.warning("The sign-in of account %s was renewed in other hands meanwhile", held.pk)


def _later(held: Account) -> None:
    Account.everywhere.filter(pk=held.pk, renew_at__isnull=False).update(renew_at=timezone.now() + AGAIN)


def _sign_out(account: Account, why: str) -> None:
    """One notice, whatever reads and writes as it: the audit row, the row itself. Always raises SignedOut."""
    with transaction.atomic():
        here = Account.everywhere.filter(pk=account.pk, renewed=account.renewed, state=AccountState.ACTIVE)
        if here.update(state=AccountState.REFUSED, error=text(why)):
            audit(account, "signed out", by=LOOP, why=text(why))
            log.warning("Account %s (%s) must be signed in again: %s", account.pk, account.kind, why)
    raise SignedOut(_says(account, why))


def _says(account: Account, why: str) -> str:
    return f"{account} must be signed in again. {why}".strip()
