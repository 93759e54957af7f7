"""The part's calls for scripts."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status

from hubbub.store import opening as store
from hubbub.store.models import OpeningRun, Role
from hubbub.ui.access import MemberRequest, call

from . import actions, queries
from .trial import DAYS, trial

router = Router()


class OpeningOut(Schema):
    """Which posts become conversations. Version 0 is the start, which nobody has changed yet."""

    query: str
    version: int
    active: bool


class OpeningIn(Schema):
    """The query from now on; `active` false: no conversation begins by itself."""

    query: str
    active: bool = True
    why: str = ""
    was: int | None = None  # the version that you have seen: refuse where it is another now


class TriedOut(Schema):
    """What a query would have opened among the newest stored posts of some days; posts by their ids, 20 at most."""

    days: int
    looked: int
    opens: int
    adds: int
    loses: int
    posts: list[int]
    added: list[int]
    lost: list[int]


class RunOut(Schema):
    """Stored posts held against the query: how far it is."""

    id: int
    days: int
    state: str
    there: int
    looked: int
    opened: int
    by: str
    at: datetime
    ended: datetime | None

    @classmethod
    def of(cls, run: OpeningRun) -> "RunOut":
        """From the row."""
        return cls(
            id=run.pk,
            days=run.days,
            state=run.state,
            there=run.there,
            looked=run.looked,
            opened=run.opened,
            by=run.by_name,
            at=run.at,
            ended=run.ended,
        )


@router.get("/opening", response=OpeningOut, summary="Which posts become conversations")
@call(Role.VIEWER)
def opening(request: MemberRequest) -> OpeningOut:
    """As a query."""
    stands = store.written(request.workspace)
    return OpeningOut(query=stands.query, version=stands.version, active=stands.active)


@router.post("/opening", response=OpeningOut, summary="Say which posts become conversations")
@call(Role.MANAGER)
def change_opening(request: MemberRequest, wish: OpeningIn) -> OpeningOut:
    """It holds for every post from now on."""
    actions.save(request.workspace, wish.query, by=request.member, active=wish.active, why=wish.why, was=wish.was)
    return opening(request)


@router.get("/opening/trial", response=TriedOut, summary="What a query would have opened")
@call(Role.VIEWER)
def try_opening(request: MemberRequest, q: str, days: int = DAYS[0]) -> TriedOut:
    """Of the newest 2,000 posts of the last days, and against the query in force."""
    tried = trial(request.workspace, q, min(max(days, 1), DAYS[-1]), now=timezone.now())
    return TriedOut(
        days=tried.days,
        looked=tried.looked,
        opens=tried.opens,
        adds=tried.added,
        loses=tried.lost,
        posts=[post.pk for post in tried.posts],
        added=[post.pk for post in tried.adds],
        lost=[post.pk for post in tried.loses],
    )


@router.get("/opening/run", response=RunOut | None, summary="Stored posts held against it: the newest run")
@call(Role.VIEWER)
def opening_run(request: MemberRequest) -> RunOut | None:
    """Null: there was none."""
    run = queries.newest_run(request.workspace)
    return RunOut.of(run) if run else None


@router.post("/opening/run", response={202: RunOut}, summary="Hold stored posts against it")
@call(Role.MANAGER)
def apply_opening(request: MemberRequest, days: int = 7) -> Status[RunOut]:
    """Those of the last `days`, in steps by the loop: opens conversations, never closes any."""
    return Status(202, RunOut.of(actions.apply(request.workspace, days, by=request.member)))


@router.post("/opening/run/{run}/stop", response=RunOut, summary="Hold no more stored posts against it")
@call(Role.MANAGER)
def stop_opening(request: MemberRequest, run: int) -> RunOut:
    """What was opened stays."""
    found = get_object_or_404(OpeningRun.of(request.workspace), pk=run)
    return RunOut.of(actions.stop(found, by=request.member))
