"""Pages about signing in at a network: the way there, the way back, and signing in again where it was refused."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from msgspec import Struct

from hubbub.connectors import Connector, OAuth, SigningIn, connectors
from hubbub.core.failures import Broken, Retry
from hubbub.store.keys import SealBroken
from hubbub.store.models import Account, Role, Source
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.door import door

from . import account_actions, signing
from .signing import Way


@never_cache
@page(Role.MANAGER)
def sign_in(request: MemberRequest) -> HttpResponse:
    """Where the person is about to go, and for what. A link leads there: no form of ours may lead to another site."""
    try:
        way = signing.look(request, request.GET.get("way", ""), timezone.now())
    except Refusal as refusal:
        return _refused(request, str(refusal))
    network = connectors()[way.kind]
    return render(request, "listen/sign_in.html", {"way": way, "connector": network, "leave": _began(request, way)})


@never_cache
@page(Role.MANAGER)
def sign_in_back(request: MemberRequest) -> HttpResponse:
    """The person comes back from the network, with a code or a refusal."""
    now = timezone.now()
    try:
        way = signing.take(request, request.GET.get("state", ""), now)
    except Refusal as refusal:
        return _refused(request, str(refusal))
    here = _began(request, way)
    if "code" not in request.GET:
        signing.remember(request.session, way)
        messages.error(request, _declined(way, request.GET.get("error", "")))
        return HttpResponseRedirect(here, status=303)
    try:
        account = _come_in(request, way)
    except (Refusal, Retry, Broken) as failure:
        signing.remember(request.session, way)
        messages.error(request, f"Signing in did not work. {failure}")
        return HttpResponseRedirect(here, status=303)
    messages.success(request, f"Signed in as {account}.")
    if way.account is not None:
        return HttpResponseRedirect(here, status=303)
    signing.remember(request.session, way)
    return HttpResponseRedirect(f"{here}{'&' if '?' in here else '?'}account={account.pk}", status=303)


def _come_in(request: MemberRequest, way: Way) -> Account:
    """The code becomes keys, the keys tell who it is, the account keeps them. Raises Refusal, Retry, Broken."""
    chosen = connectors()[way.kind]
    if not isinstance(chosen, SigningIn):
        raise Refusal(f"{chosen.label} has no way to sign in from here any more.")
    if way.provider.issuer and request.GET.get("iss", way.provider.issuer) != way.provider.issuer:
        raise Refusal(f"The answer came from another server than {way.host}. Begin again.")
    now, there = timezone.now(), door(hurry=True)
    how: OAuth = chosen.oauth
    given = signing.tokens(way, how, request.GET["code"], there, now)
    who = chosen.who({**way.answers, how.fills: given.access}, there)
    done = account_actions.SignIn(
        way.kind, signing.host_of(chosen, way.answers), who, signing.keys(way, how, given), given
    )
    again = Account.of(request.workspace).filter(pk=way.account).first() if way.account else None
    return account_actions.sign_in(request.workspace, done, by=request.member, now=now, again=again)


def _declined(way: Way, error: str) -> str:
    if error in {"access_denied", ""}:
        return f"{way.host} was told not to let Hubbub in, so nothing was signed in. Begin again if that was a mistake."
    return f"{way.host} did not let Hubbub in: it answered “{error[:60]}”. Begin again, or enter a key instead."


def _began(request: MemberRequest, way: Way) -> str:
    """The page from which the way began."""
    slug = request.workspace.slug
    if way.account is not None:
        source = Source.of(request.workspace).filter(our_account=way.account).order_by("pk").first()
        return reverse("listen:source", args=[slug, source.pk]) if source else reverse("listen:sources", args=[slug])
    if way.source is not None:
        return reverse("listen:source_edit", args=[slug, way.source])
    return f"{reverse('listen:source_new', args=[slug])}?kind={way.kind}"


def _refused(request: MemberRequest, why: str) -> HttpResponse:
    return render(request, "listen/sign_in.html", {"trouble": why}, status=422)


@page(Role.MANAGER)
@require_POST
def account_sign_in(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign in again as an account that the network does not know any more."""
    account = get_object_or_404(Account.of(request.workspace), pk=pk)
    source = Source.of(request.workspace).filter(our_account=account).order_by("-signed_in", "pk").first()
    try:
        mark = _begin_again(request, account, source, connectors().get(account.kind))
    except (Refusal, Retry, Broken) as failure:
        messages.error(request, str(failure))
        slug = request.workspace.slug
        leads = reverse("listen:source", args=[slug, source.pk]) if source else reverse("listen:sources", args=[slug])
        return HttpResponseRedirect(leads, status=303)
    return HttpResponseRedirect(f"{reverse('listen:sign_in', args=[request.workspace.slug])}?way={mark}", status=303)


class _Known(Struct, frozen=True):
    """What signing in again begins with."""

    answers: dict[str, str]
    secrets: dict[str, str]
    scopes: tuple[str, ...]


def _begin_again(request: MemberRequest, account: Account, source: Source | None, chosen: Connector | None) -> str:
    how = signing.declared(chosen)
    if chosen is None or how is None:
        raise Refusal(f"{account} cannot be signed in from here. Enter a new key in the settings of its source.")
    known = _known(account, source, how)
    return signing.begin(
        request, chosen, known.answers, secrets=known.secrets, http=door(hurry=True), now=timezone.now(),
        scopes=known.scopes, account=account,
    )  # fmt: skip


def _known(account: Account, source: Source | None, how: OAuth) -> _Known:
    try:
        kept = account.keys()
    except SealBroken:
        raise Refusal(
            "The keys of this account were sealed with another key: restore the sealing-key file, or add it anew."
        ) from None
    answers = {str(name): str(value) for name, value in source.settings.items()} if source else {}
    if how.server and not answers.get(how.server):
        answers[how.server] = account.host
    name, secret = how.client
    if name:
        answers |= {name: answers.get(name) or kept.app}
    return _Known(answers, {secret: kept.app_secret} if secret else {}, kept.scopes)
