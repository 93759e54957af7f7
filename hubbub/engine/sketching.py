"""Having a draft sketched by the language model that the operator named. What it says goes to a person, never out."""

from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from msgspec import Struct, to_builtins

from hubbub.connectors import Http, connector
from hubbub.core.drafting import ask, read
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.engage.helpful import queries, sketch_actions
from hubbub.store.claim import unleased
from hubbub.store.cleaning import text
from hubbub.store.models import Sketch, SketchState

LEASE = timedelta(minutes=4)  # longer than the model may take
PATIENCE = 150.0  # seconds for one answer
KEPT = timedelta(days=1)


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message


class _Completion(Struct):
    choices: list[_Choice]


def step(now: datetime | None = None) -> bool:
    """Have one sketch written. False: nobody waits for one."""
    row = _claim(now or timezone.now())
    if row is None:
        return False
    if not sketch_actions.may_help(row.workspace):
        _save(row, error="Help with drafts was turned off meanwhile")
        return True
    sketching = sketch_actions.sketching(row.workspace)
    source = row.conversation.source
    length = source.length or connector(source.kind).limits.length
    asked = ask(queries.task_of(row, sketching.tone, length))
    row.told = "\n\n".join(message.content for message in asked.messages)
    try:
        answer = _answer(asked.messages)
    except (Retry, Broken) as failure:
        _save(row, error=_said(failure))
        return True
    sketched = read(answer, asked)
    row.text, row.asks, row.strange = text(sketched.text), list(sketched.missing), list(sketched.strange)
    _save(row, error="" if row.text else "The model said nothing: ask again, or write it yourself")
    return True


def forget_old(now: datetime) -> bool:
    """Sketches are gone after a day: who wanted their words has them. False: none is so old."""
    return bool(Sketch.everywhere.filter(at__lt=now - KEPT).delete()[0])


def _answer(messages: object) -> str:
    headers = {"Authorization": f"Bearer {settings.DRAFT_KEY}"} if settings.DRAFT_KEY else {}
    said = _door(urlsplit(settings.DRAFT_URL).hostname or "").post(
        f"{settings.DRAFT_URL}/chat/completions",
        json={"model": settings.DRAFT_MODEL, "messages": to_builtins(messages), "temperature": 0.3},
        headers=headers,
    )
    choices = said.json(_Completion).choices
    return (choices[0].message.content or "") if choices else ""


@cache
def _door(host: str) -> Http:
    """A door that may reach the one host that the operator named, also on this machine, and waits for long answers."""
    return Http(allow_private=(host,), read=PATIENCE, total=PATIENCE)


def _said(failure: Failure) -> str:
    return text(f"{failure} Ask again, or write it yourself.")


def _claim(now: datetime) -> Sketch | None:
    free = Sketch.everywhere.filter(unleased(now), state=SketchState.ASKED)
    for pk in free.order_by("id").values_list("pk", flat=True)[:5]:
        if free.filter(pk=pk).update(lease_until=now + LEASE):
            known = Sketch.everywhere.select_related("workspace", "conversation__source", "conversation__workspace")
            return known.select_related("post__author").get(pk=pk)
    return None


def _save(row: Sketch, *, error: str) -> None:
    row.error = error
    row.state = SketchState.FAILED if error else SketchState.DONE
    mine = Sketch.everywhere.filter(pk=row.pk, lease_until=row.lease_until)
    names = ("text", "told", "asks", "strange", "error", "state")
    mine.update(**{name: getattr(row, name) for name in names}, lease_until=None)
