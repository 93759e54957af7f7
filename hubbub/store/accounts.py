"""What is kept of our accounts on networks: when their tokens are renewed, and which account a typed-in key is of."""

from datetime import datetime
from typing import TypedDict

from django.conf import settings
from msgspec import json, structs

from .keys import seal
from .models import Account, AccountState, Source, Workspace


class Renewed(TypedDict):
    """The fields of an account that new tokens change."""

    sealed: bytes
    ends: datetime | None
    renew_at: datetime | None
    renewed: int
    error: str


def renewed(
    account: Account, field: str, access: str, refresh: str, ends: datetime | None, *, now: datetime
) -> Renewed:
    """For new tokens in place of the old ones; the old refresh token stays where no new one came."""
    keys = account.keys()
    refresh = refresh or keys.refresh
    keys = structs.replace(keys, fills={**keys.fills, field: access}, refresh=refresh)
    return Renewed(
        sealed=seal(json.encode(keys).decode(), settings.SEALING_KEY),
        ends=ends,
        renew_at=when_to_renew(ends, now) if refresh else None,
        renewed=account.renewed + 1,
        error="",
    )


def when_to_renew(ends: datetime | None, now: datetime) -> datetime | None:
    """After two thirds of its life, so that there is time to try again; None where it does not end."""
    return None if ends is None else now + (ends - now) * 2 / 3


def account_of_key(workspace: Workspace, kind: str, host: str, native_id: str, name: str) -> Account:
    """The account that a typed-in key belongs to, made where it is new, for the limit that it shares."""
    row, _ = Account.everywhere.get_or_create(
        workspace=workspace, kind=kind, host=host, native_id=native_id, defaults={"name": name[:200]}
    )
    return row


def signed_out(source: Source) -> str:
    """Why nothing can leave there as our account, and what to do; "" where it can. Best with `our_account` loaded."""
    account = source.our_account if source.signed_in else None
    mend = f"Sign in on the page of {source}, or choose another account."
    if source.signed_in and account is None:
        return f"The account that {source} posted as is gone. {mend}"
    if account is not None and account.state == AccountState.REFUSED:
        return f"{account} is signed out by its network. {mend}"
    return ""
