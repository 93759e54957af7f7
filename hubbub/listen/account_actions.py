"""What the room changes about our accounts on networks: signed in, signed in again. One transaction, one audit row."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.connectors import Who, oauth
from hubbub.store.accounts import when_to_renew
from hubbub.store.audit import audit
from hubbub.store.keys import SealBroken
from hubbub.store.models import (
    Account,
    AccountState,
    Farewell,
    Keys,
    Member,
    Outbox,
    OutboxState,
    Source,
    SourceState,
    Workspace,
)
from hubbub.ui.api import Refusal


class SignIn(Struct, frozen=True):
    """What signing in brought: who it was, where, and the keys."""

    kind: str
    host: str
    who: Who
    keys: Keys
    given: oauth.Tokens


@transaction.atomic
def sign_in(
    workspace: Workspace, done: SignIn, *, by: Member, now: datetime, again: Account | None = None, why: str = ""
) -> Account:
    """Keep the keys of a sign-in. What waited for it goes on at once. Raises Refusal where it is another's account."""
    if again is not None and (again.native_id != done.who.id or again.host != done.host):
        raise Refusal(
            f"You signed in as {done.who.name}, but this was about {again.name}. Sign out on the network's page, sign "
            f"in there as {again.name}, and begin again."
        )
    account, new = Account.of(workspace).select_for_update().get_or_create(
        kind=done.kind, host=done.host, native_id=done.who.id[:200],
        defaults={"workspace": workspace, "name": done.who.name[:200]},
    )  # fmt: skip
    account.keep(done.keys)
    account.name, account.ends = done.who.name[:200], done.given.ends
    account.renew_at = when_to_renew(done.given.ends, now) if done.given.refresh else None
    account.renewed += 1
    account.state, account.error, account.lease_until = AccountState.ACTIVE, "", None
    account.save()
    audit(account, "sign in", by=by, why=why, after={"scopes": " ".join(done.keys.scopes), "new": new})
    _go_on(account, now)
    return account


def _go_on(account: Account, now: datetime) -> None:
    """What it reads and what it was to send is due again."""
    sources = Source.of(account.workspace).filter(our_account=account, signed_in=True)
    sources.filter(state__in=[SourceState.ACTIVE, SourceState.BROKEN]).exclude(error="").update(
        state=SourceState.ACTIVE, due=now, failures=0, error="", lease_until=None
    )
    unsent = Outbox.of(account.workspace).filter(state__in=[OutboxState.WAITING, OutboxState.FAILED])
    unsent.filter(source__in=sources.values("pk"), due__gt=now, lease_until__isnull=True, tries__gt=0).update(
        due=now,
        first_try=None,  # the days without a sign-in are no tries
    )


@transaction.atomic
def let_go(workspace: Workspace, pk: int | None, *, by: Member, why: str = "") -> None:
    """Forget an account once no source reads as it. Its keys are given back to the network, where that can be done."""
    account = Account.of(workspace).filter(pk=pk or 0, sources__isnull=True).first()
    if account is not None:
        now = timezone.now()
        if _can_be_given_back(account):
            Farewell.everywhere.create(
                workspace=workspace, name=account.name, sealed=account.sealed, made=now, due=now
            )  # fmt: skip
        audit(account, "delete", by=by, why=why or "No source reads as it any more")
        account.delete()


def _can_be_given_back(account: Account) -> bool:
    """Whether its network has an address for that, and we can still read the keys."""
    try:
        return bool(account.keys().revoke)
    except SealBroken:
        return False
