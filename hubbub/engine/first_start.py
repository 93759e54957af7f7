"""What `hubbub up` makes before it serves: the tables, the first admin, a workspace, and a link to come in."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from hubbub.store.audit import audit
from hubbub.store.models import Member, Role, System, User, Workspace
from hubbub.team.actions import make_sign_in_link

from . import demo as made_up

SELF = System("hubbub up")


def prepare(admin: str, *, demo: bool, say: Callable[[str], None]) -> str:
    """Bring the data folder to where it can be served; nothing that is there already is changed.

    Returns the path of a one-time sign-in link for the admin.
    """
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        user = _admin(admin)
        if not Workspace.objects.exists():
            make_workspace("My community", "my-community", user)
            if demo:
                say("Filling the demo workspace with made-up posts …")
                made_up.fill(make_workspace("Rocket Coffee (demo)", "demo", user), by=SELF, now=timezone.now())
        secret = make_sign_in_link(user, by=SELF, now=timezone.now(), hours=24)
    return f"/enter/{secret}/"


def _admin(email: str) -> User:
    """The first admin there is, or a new one with this address."""
    first = Member.everywhere.filter(role=Role.ADMIN, active=True, user__is_active=True).order_by("pk").first()
    if first is not None:
        return first.user
    return User.objects.filter(email=email.lower()).first() or User.objects.invite(email, "Admin")


def make_workspace(name: str, slug: str, admin: User) -> Workspace:
    """An empty workspace with its first admin."""
    workspace = Workspace.objects.create(name=name, slug=slug)
    member = Member.everywhere.create(workspace=workspace, user=admin, role=Role.ADMIN)
    audit(member, "join", by=SELF, why="First start", after={"role": Role.ADMIN})
    return workspace
