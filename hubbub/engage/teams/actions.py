"""What managers do with teams."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from hubbub.store.audit import Plain, audit
from hubbub.store.models import Conversation, Member, Role, Team, Workspace
from hubbub.ui.api import Refusal

LONGEST = 100


@transaction.atomic
def add(workspace: Workspace, name: str, members: Sequence[int] = (), *, by: Member) -> Team:
    """A team of that name, with these members."""
    team = _named(Team(workspace=workspace), name)
    chosen = _chosen(workspace, members)
    team.members.set(chosen)
    audit(team, "add", by=by, after={"name": team.name, "members": _names(chosen)})
    return team


@transaction.atomic
def change(team: Team, name: str, members: Sequence[int], *, by: Member, why: str = "") -> Team:
    """Its name and its members from now on."""
    row = _locked(team)
    stood = list(row.members.select_related("user").order_by("pk"))
    before: dict[str, Plain] = {"name": row.name, "members": _names(stood)}
    row = _named(row, name)
    # those who can no longer be chosen stay until somebody takes them out
    chosen = _chosen(row.workspace, members, stood)
    row.members.set(chosen)
    after: dict[str, Plain] = {"name": row.name, "members": _names(chosen)}
    if before != after:
        audit(row, "change", by=by, why=why, before=before, after=after)
    return row


@transaction.atomic
def delete(team: Team, *, by: Member, why: str = "") -> int:
    """What it looked after is nobody's then; gives how many conversations that are. Who has one themselves keeps it."""
    row = _locked(team)
    left = Conversation.of(row.workspace).filter(team=row)
    number = left.exclude(status="done").count()
    names = _names(list(row.members.select_related("user")))
    audit(row, "delete", by=by, why=why, before={"name": row.name, "members": names}, after={"conversations": number})
    left.update(team=None, stirred=True)
    row.delete()
    return number


def _locked(team: Team) -> Team:
    return Team.of(team.workspace).select_for_update(of=("self",)).get(pk=team.pk)


def _named(team: Team, name: str) -> Team:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST:
        raise Refusal(f"Give the team a name, of {LONGEST} characters at most")
    if any(one in tidy for one in '"“”@'):
        raise Refusal("A team's name has neither quotes nor @, so that notes can name it")
    team.name = tidy
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise Refusal(f"There is a team called {tidy} already: choose another name") from None
    return team


def _chosen(workspace: Workspace, members: Sequence[int], stood: Sequence[Member] = ()) -> list[Member]:
    found = list(Member.of(workspace).filter(pk__in=members).select_related("user").order_by("pk"))
    before = {one.pk for one in stood}
    for one in found:
        if one.pk not in before and not one.may(Role.RESPONDER):
            raise Refusal(f"{one} cannot reply: their role is {Role(one.role).word.lower()}. Choose others.")
    return found


def _names(members: Sequence[Member]) -> str:
    return ", ".join(sorted((str(one) for one in members), key=str.casefold))
