"""Signing in at a network: a way there and back that is bound to one browser, one member, ten minutes and one use."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from msgspec import DecodeError, Struct, json

from hubbub.connectors import Connector, Http, OAuth, SigningIn, oauth
from hubbub.store.keys import SealBroken, seal, unseal
from hubbub.store.models import Account, Keys, Source, Workspace
from hubbub.ui.access import MemberRequest
from hubbub.ui.api import Refusal

LASTS = timedelta(minutes=10)
WAYS = "sign-ins"  # in the session: mark of the state → sealed Way
ANSWERS = "sign-in-answers"  # in the session: what the form held before, without anything secret
MOST = 5  # ways under way at once in one browser; the oldest is forgotten


class Way(Struct, frozen=True):
    """A sign-in under way."""

    member: int
    workspace: int
    kind: str
    until: float  # seconds since 1970
    page: str  # of the network, where the person agrees
    verifier: str
    back: str
    provider: oauth.Provider
    app: oauth.App
    scopes: tuple[str, ...]
    answers: dict[str, str]  # of the source's form, without anything secret
    source: int | None = None  # whose settings the form belongs to
    account: int | None = None  # that is signed in again

    @property
    def host(self) -> str:
        """Where the person is sent, for showing."""
        return urlsplit(self.page).netloc


def declared(chosen: Connector | None) -> OAuth | None:
    """How one signs in there; None: the network has no such way."""
    return chosen.oauth if isinstance(chosen, SigningIn) else None


def back_address(request: MemberRequest) -> str:
    """Where networks send people back to; whoever registers an app by hand enters it there."""
    path = reverse("listen:sign_in_back", args=[request.workspace.slug])
    return f"{settings.ADDRESS}{path}" if settings.ADDRESS else request.build_absolute_uri(path)


def begin(
    request: MemberRequest,
    chosen: Connector,
    answers: Mapping[str, str],
    *,
    secrets: Mapping[str, str],
    http: Http,
    now: datetime,
    scopes: Sequence[str] = (),
    moderating: bool = False,
    source: Source | None = None,
    account: Account | None = None,
) -> str:
    """Prepare the way; returns its mark. `scopes`: as asked for the last time. Raises Refusal, Retry, Broken."""
    how = declared(chosen)
    if how is None:
        raise Refusal(f"{chosen.label} has no way to sign in from here. Enter its keys instead.")
    asked = tuple(scopes) or (*how.scopes, *(how.moderating if moderating else ()))
    back = back_address(request)
    there = oauth.provider(how, answers, http)
    app = oauth.app(how, there, {**answers, **secrets}, back, asked, http)
    begun = oauth.begin(how, there, app, back, asked)
    way = Way(
        member=request.member.pk,
        workspace=request.workspace.pk,
        kind=chosen.kind,
        until=(now + LASTS).timestamp(),
        page=begun.page,
        verifier=begun.verifier,
        back=back,
        provider=there,
        app=app,
        scopes=asked,
        answers=dict(answers),
        source=source.pk if source else None,
        account=account.pk if account else None,
    )
    ways = dict(_ways(request.session))
    mark = _mark(begun.state)
    ways[mark] = seal(json.encode(way).decode(), settings.SEALING_KEY).decode()
    request.session[WAYS] = dict(list(ways.items())[-MOST:])
    return mark


def look(request: MemberRequest, mark: str, now: datetime) -> Way:
    """The way with this mark, which stays. Raises Refusal where there is none for this member."""
    return _open(request, _ways(request.session).get(mark, ""), now)


def take(request: MemberRequest, state: str, now: datetime) -> Way:
    """The way with this state, which is used up by that, whatever comes of it. Raises Refusal."""
    ways = dict(_ways(request.session))
    known = next((mark for mark in ways if compare_digest(mark, _mark(state))), "")
    sealed = ways.pop(known, "")
    request.session[WAYS] = ways
    request.session.save()  # before anything is done with it, so that nobody comes back twice
    return _open(request, sealed, now)


def tokens(way: Way, how: OAuth, code: str, http: Http, now: datetime) -> oauth.Tokens:
    """What the network gives for the code. Raises Retry or Broken."""
    return oauth.exchange(
        how, way.provider.token, way.app, code=code, verifier=way.verifier, back=way.back, http=http, now=now
    )


def keys(way: Way, how: OAuth, given: oauth.Tokens) -> Keys:
    """What the account keeps of it."""
    return Keys(
        fills={how.fills: given.access},
        refresh=given.refresh,
        app=way.app.id,
        app_secret=way.app.secret,
        token=way.provider.token,
        revoke=way.provider.revoke,
        how=how.how,
        scopes=way.scopes,
    )


def host_of(chosen: Connector, answers: Mapping[str, str]) -> str:
    """The server that a source's settings name, with its port; "" where the network has one place."""
    how = declared(chosen)
    address = next((field.name for field in chosen.fields if field.kind == "url"), "")
    if how is not None:
        address = how.server
    given = answers.get(address, "").strip()
    return urlsplit(given if "://" in given else f"https://{given}").netloc.rpartition("@")[2].lower() if given else ""


def chosen_account(workspace: Workspace, chosen: Connector, number: str) -> Account | None:
    """The signed-in account that a form names; None where there is none such."""
    if declared(chosen) is None or not number.isdecimal() or len(number) > 18:
        return None
    account = Account.of(workspace).filter(pk=int(number), kind=chosen.kind).first()
    return account if account and account.signed_in else None


def fills(account: Account | None) -> dict[str, str]:
    """What an account adds to a source's settings. Nothing where the key that sealed it is lost."""
    try:
        return dict(account.keys().fills) if account else {}
    except SealBroken:
        return {}


def remember(session: SessionBase, way: Way) -> None:
    """The form goes on with what it held."""
    session[ANSWERS] = {"kind": way.kind, "answers": way.answers}


def remembered(session: SessionBase, kind: str) -> dict[str, str]:
    """What the form held before the way there and back; once only."""
    kept = session.get(ANSWERS)
    if not isinstance(kept, dict) or kept.get("kind") != kind:
        return {}
    del session[ANSWERS]
    return {str(name): str(value) for name, value in kept.get("answers", {}).items()}


def _ways(session: SessionBase) -> Mapping[str, str]:
    ways = session.get(WAYS)
    return ways if isinstance(ways, dict) else {}


def _mark(state: str) -> str:
    return sha256(state.encode()).hexdigest()[:40]


def _open(request: MemberRequest, sealed: str, now: datetime) -> Way:
    try:
        way = json.decode(unseal(sealed.encode(), settings.SEALING_KEY), type=Way) if sealed else None
    except (SealBroken, DecodeError):
        way = None
    if way is None or way.member != request.member.pk or way.workspace != request.workspace.pk:
        raise Refusal(
            "This browser has begun no such sign-in, or it was used already. Begin again from the source's settings."
        )
    if now.timestamp() > way.until:
        raise Refusal("This sign-in was begun more than ten minutes ago. Begin again from the source's settings.")
    return way
