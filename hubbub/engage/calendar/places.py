"""Where on a network a post can go, asked there when a person wants to know, and remembered for an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hubbub.connectors import Destination, Placing, connectors
from hubbub.core.failures import Broken, Retry
from hubbub.store.keys import SealBroken
from hubbub.store.models import AccountState, Source
from hubbub.ui.api import Refusal
from hubbub.ui.door import door

KEPT = timedelta(hours=1)
MOST = 500  # sources that are remembered, by this process
_KNOWN: dict[int, tuple[datetime, Sequence[Destination]]] = {}  # by source


def can_list(source: Source) -> bool:
    """Whether its network can be asked."""
    return isinstance(connectors().get(source.kind), Placing)


def known(source: Source) -> Sequence[Destination]:
    """What was found last, without asking."""
    return _KNOWN.get(source.pk, (None, ()))[1]


def look_up(source: Source, now: datetime) -> Sequence[Destination]:
    """Ask the network, where that was not done lately. A person waits: it is given up after seconds. Raises Refusal."""
    at, found = _KNOWN.get(source.pk, (None, ()))
    if at is not None and now - at < KEPT:
        return found
    account = source.our_account
    network: object = connectors().get(source.kind)
    if not isinstance(network, Placing):
        raise Refusal(f"{source} cannot tell its places: type the name of one")
    if account is not None and source.signed_in and account.state == AccountState.REFUSED:
        raise Refusal(f"{account} is signed out: sign in again on the page of {source}, then look up its places")
    http = door(hurry=True)
    try:
        found = network.places(source.whole_settings(), http.for_account(str(account.pk)) if account else http)
    except (Retry, Broken, SealBroken) as failure:
        raise Refusal(
            f"The places of {source} could not be looked up: {failure} You can type one all the same."
        ) from None
    if len(_KNOWN) >= MOST:
        _KNOWN.clear()
    _KNOWN[source.pk] = (now, found)
    return found
