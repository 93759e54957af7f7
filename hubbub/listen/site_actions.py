"""What is done about a site of our own: making its keys, dropping the older one, trying the address for decisions."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from hubbub.connectors import Pushed, connectors
from hubbub.connectors.site import exchanged, new_key, older_until
from hubbub.store.audit import Plain, audit
from hubbub.store.models import Member, Source
from hubbub.ui.api import Refusal

from .actions import take_over
from .trying import Tried, attempt, kept_by

OLDER_COUNTS = timedelta(days=7)  # so long a site may go on signing with the key before


class Keys(Struct, frozen=True):
    """What was made. `key` is shown this once; `public` may be read by all."""

    key: str
    public: str
    older_until: datetime | None


def is_sent_to(source: Source) -> bool:
    """Whether the place sends us what happens there, so that it has a key and an address here."""
    return isinstance(connectors().get(source.kind), Pushed)


@transaction.atomic
def make_key(source: Source, *, by: Member, now: datetime, why: str = "") -> Keys:
    """A new key; the one before it counts for a week more. Raises Refusal where the source takes none."""
    held = _secrets(source)
    fresh = new_key()
    kept = exchanged(held.get("key", ""), fresh, until=now + OLDER_COUNTS)
    public = str(source.settings.get("public") or secrets.token_urlsafe(16))
    source.keep_secrets({**held, "key": kept})
    source.settings = {**source.settings, "public": public}
    source.save(update_fields=["sealed", "settings"])
    until = older_until(kept)
    audit(source, "make key", by=by, why=why, after={"older key until": until})
    return Keys(fresh, public, until)


@transaction.atomic
def drop_older_key(source: Source, *, by: Member, why: str = "") -> None:
    """From now on the newest key alone counts. Raises Refusal where there is no older one."""
    held = _secrets(source)
    newest, _, older = held.get("key", "").partition(" ")
    if not older:
        raise Refusal("There is only one key. To end it, make a new one and then drop the older.")
    source.keep_secrets({**held, "key": newest})
    source.save(update_fields=["sealed"])
    audit(source, "drop older key", by=by, why=why)


def send_test(source: Source, *, by: Member, why: str = "") -> Tried:
    """Ask the site whether it takes decisions; what it says that it can do is offered from now on."""
    held = _secrets(source)
    network = connectors()[source.kind]
    settings = {**{str(name): str(value) for name, value in source.settings.items()}, **held}
    tried = attempt(network, settings, kept_by(source, network))
    if tried.found is not None:
        with transaction.atomic():
            before: dict[str, Plain] = {"can": ", ".join(source.can), "owned": source.owned}
            take_over(source, tried.found)
            source.save(update_fields=["can", "owned", "account", "length", "signed_in", "wants_sign_in"])
            after: dict[str, Plain] = {"can": ", ".join(source.can), "owned": source.owned}
            audit(source, "test", by=by, why=why, before=before, after=after)
    return tried


def _secrets(source: Source) -> dict[str, str]:
    """The source's own, unsealed. Raises Refusal."""
    network = connectors().get(source.kind)
    if network is None or not isinstance(network, Pushed):
        raise Refusal(f"“{source.name}” is asked for what is new; nothing is sent to it, so that it needs no key.")
    declared = {field.name for field in network.fields if field.kind in {"secret", "url"}}
    return {name: value for name, value in kept_by(source, network).secrets.items() if name in declared}
