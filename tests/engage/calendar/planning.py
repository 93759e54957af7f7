"""What the tests of the calendar begin with: three networks, a draft for all of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from hubbub.connectors import Act, Done, Http
from hubbub.engage.calendar import actions
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engine import outbox
from hubbub.store import planned
from hubbub.store.claim import claim_outbox
from hubbub.store.models import Member, Planned, PlannedVersion, Source, Workspace
from tests.world import make_source


def networks(workspace: Workspace) -> list[Source]:
    """A microblog, another one, a site of articles."""
    return [
        make_source(
            workspace, "Masto", kind="mastodon", settings={"server": "https://m.example.org"}, can=["reply", "post"],
            account="acme", length=500,
        ),
        make_source(workspace, "Sky", kind="bluesky", settings={}, can=["reply", "post"], account="did:acme"),
        make_source(workspace, "Blog", can=["reply", "post"], account="user:1"),
    ]  # fmt: skip


def launch(by: Member, *sources: Source, due: datetime | None = None, **more: object) -> Planned:
    """A draft for these sources, tomorrow where nothing else is said."""
    given: dict[str, object] = {"title": "Launch", "text": "It is here: https://example.org/lid"}
    wordings = tuple(Wording(one, title="The lid" if one.kind == "wordpress" else "") for one in sources)
    draft = Draft(
        **{
            **given,
            "wordings": wordings,
            "due": due or timezone.now().replace(second=0, microsecond=0) + timedelta(days=1),
            **more,
        }
    )
    return actions.create(by.workspace, draft, by=by)


def version(item: Planned, source: Source) -> PlannedVersion:
    """Of that item there, as it is now."""
    return PlannedVersion.everywhere.select_related("planned__workspace", "source", "outbox").get(
        planned=item, source=source
    )


def due_now(item: Planned) -> None:
    """Its moment has come."""
    item.versions.update(due=timezone.now() - timedelta(seconds=1))


@dataclass
class Network:
    """Posts what it is given, or fails where it is told to; knows what has arrived."""

    fails: dict[str, Exception] = field(default_factory=dict)  # by the words' beginning
    posted: list[tuple[str, str]] = field(default_factory=list)  # key, text
    silent: bool = False  # takes the post and then gives no answer

    def act(self, settings: object, act: Act, http: Http) -> Done:
        for begins, failure in self.fails.items():
            if act.text.startswith(begins):
                if self.silent:
                    self.posted.append((act.key, act.text))
                raise failure
        self.posted.append((act.key, act.text))
        return self._done(act.key)

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        return self._done(act.key) if any(key == act.key for key, _ in self.posted) else None

    @staticmethod
    def _done(key: str) -> Done:
        return Done(f"n{key[:8]}", f"https://m.example.org/{key[:8]}")


def work() -> None:
    """The loop, until nothing is due."""
    busy = True
    while busy:
        now = timezone.now()
        busy = planned.step(now)
        row = claim_outbox(now)
        if row is not None:
            outbox.deliver(row, Http())
            busy = True
