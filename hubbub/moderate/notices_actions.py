"""Telling authors: a notice is sent, kept or left; templates and settings are written."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hubbub.core import notices as texts
from hubbub.core.grounds import CATEGORIES
from hubbub.core.placeholders import named
from hubbub.store import outbox
from hubbub.store.audit import audit, changes
from hubbub.store.models import (
    Actor,
    Appeal,
    Ground,
    Member,
    Notice,
    NoticeKind,
    NoticeState,
    NoticeTemplate,
    Notifying,
    Policy,
    Statement,
    Way,
    Workspace,
)
from hubbub.store.statements import notifying
from hubbub.ui.api import Refusal

from . import notices

OUTCOMES = ("hide", "remove", "warn", "mute", "ban", "block")
GOAL_MOST = 24 * 90  # hours


@transaction.atomic
def send(statement: Statement, *, by: Actor, base: str = "", text: str = "") -> Notice:
    """Tell the author. `text`: as the one who sends it has it before them; "": as the template says. Raises Refusal."""
    row = _locked(statement)
    if row.notice in (NoticeState.SENT, NoticeState.KEPT):
        raise Refusal("The author was told of this already")
    if row.author is None:
        raise Refusal("Nobody knows who wrote this: there is nobody to tell")
    if notices.to_ourselves(row):
        raise Refusal("This was written by an account of ours: we send ourselves no notice")
    kind = notices.KINDS[row.outcome]
    draft = notices.draft(row, kind, base=base)
    words = _fit(draft, text)
    made = _put(row, kind, words, draft.verb, draft.why, by=by)
    row.notice = NoticeState.SENT if made.sent else NoticeState.KEPT
    row.save(update_fields=["notice"])
    return made


def _fit(draft: notices.Draft, text: str) -> str:
    words = text.replace("\r\n", "\n").strip() or draft.text
    if not words:
        raise Refusal(f"This notice cannot go out. {draft.missing}.")
    if gaps := named(words):
        raise Refusal(f"{{{gaps[0]}}} still stands in the text, unfilled: write what belongs there")
    if draft.verb and draft.most and len(words) > draft.most:
        raise Refusal(f"The text has {len(words):,} characters, and the network takes {draft.most:,}: shorten it")
    return words


def _put(
    row: Statement, kind: NoticeKind, text: str, verb: str, why: str, *, by: Actor, appeal: Appeal | None = None
) -> Notice:
    sent = None
    if verb and row.post is not None:
        reason = f"notice: {row.name.lower()}"
        sent = outbox.put(row.post, verb, by=by, why=reason, text=text, author=row.author, nonce=f"{row.pk} {kind}")
    made = Notice.everywhere.create(
        workspace_id=row.workspace_id, statement=row, appeal=appeal, kind=kind, text=text,
        verb=verb if sent else "", why_kept="" if sent else why, sent=sent,
        by_member=by if isinstance(by, Member) else None, by_name=str(by)[:200], at=timezone.now(),
    )  # fmt: skip
    after = {"outbox": sent.pk if sent else None, "verb": made.verb, "statement": row.pk}
    audit(made, "send" if sent else "keep", by=by, why=str(kind.label), after=after)
    return made


def send_by_rules(rows: Sequence[Statement], *, base: str = "") -> int:
    """What rules decided goes out by itself where a workspace wants that. What cannot go out waits for a person."""
    sent = 0
    for row in rows:
        if row.rule is None or row.notice != NoticeState.WAITS or row.outcome not in _by_rules(row):
            continue
        try:
            send(row, by=row.rule, base=base)
        except Refusal:
            continue  # it goes on waiting, and its page says what is missing
        sent += 1
    return sent


def _by_rules(row: Statement) -> list[str]:
    return list(notifying(row.workspace).by_rules)


@transaction.atomic
def skip(statement: Statement, *, by: Actor, why: str = "") -> Statement:
    """Tell nobody. It can be sent later all the same."""
    row = _locked(statement)
    if row.notice != NoticeState.WAITS:
        raise Refusal("No notice waits here")
    row.notice = NoticeState.SKIPPED
    row.save(update_fields=["notice"])
    audit(row, "send no notice", by=by, why=why)
    return row


@transaction.atomic
def hand_over(notice: Notice, *, by: Actor) -> Notice:
    """Somebody has given a kept notice to its author in another way."""
    row = Notice.of(notice.workspace).select_for_update(of=("self",)).select_related("workspace").get(pk=notice.pk)
    if row.sent_id or row.handed:
        raise Refusal("Its author has it already")
    row.handed = timezone.now()
    row.save(update_fields=["handed"])
    audit(row, "hand over", by=by, after={"statement": row.statement_id})
    return row


def answer(appeal: Appeal, *, by: Actor, base: str = "") -> Notice:
    """Tell the author what became of it, the way they were told first. Call it in the transaction of the decision."""
    row, kind = appeal.statement, NoticeKind(appeal.state)
    first = Notice.of(row.workspace).filter(statement=row, appeal=None).first()
    draft = notices.draft(row, kind, base=base, appeal=appeal)
    verb = first.verb if first and row.post is not None and not notices.to_ourselves(row) else ""
    why = "" if verb else "the author was not told by the network before; the link shows it all the same"
    if draft.most and len(draft.text) > draft.most:
        verb, why = "", f"it has more than the {draft.most:,} characters that the network takes; the link shows it"
    return _put(
        row, kind, _fit(notices.Draft(draft.text, "", missing=draft.missing), ""), verb, why, by=by, appeal=appeal
    )


@transaction.atomic
def write(workspace: Workspace, kind: str, language: str, text: str, *, by: Actor, why: str = "") -> NoticeTemplate:
    """Write a template; "" as its language: for all others. An empty text for a language takes it away."""
    if kind not in NoticeKind.values:
        raise Refusal(f"{kind or 'Nothing'} is no kind of notice: say {', '.join(NoticeKind.values)}")
    tongue, words = language.strip().lower(), text.replace("\r\n", "\n").strip()
    if tongue and not (tongue.isascii() and tongue.isalpha() and len(tongue) in (2, 3)):
        raise Refusal(f"“{language}” is no language: say its code, as en or de")
    notices.templates(workspace)  # the starter set stands before anything of it is changed
    row = NoticeTemplate.of(workspace).filter(kind=kind, language=tongue).first()
    if not words and tongue and row is not None:
        audit(row, "delete", by=by, why=why, before={"kind": kind, "language": tongue})
        row.delete()
        return row
    if wrong := texts.amiss(words, answers=kind in notices.ANSWERS):
        raise Refusal(wrong)
    row = row or NoticeTemplate(workspace=workspace, kind=kind, language=tongue)
    if row.pk is None or row.text != words:
        row.text = words
        row.save()
        audit(row, "change", by=by, why=why, after={"kind": kind, "language": tongue, "characters": len(words)})
    return row


@transaction.atomic
def configure(
    workspace: Workspace,
    *,
    by: Actor,
    way: str,
    outcomes: Sequence[str],
    by_rules: Sequence[str],
    goal_hours: int,
    redress: str,
) -> Notifying:
    """How this workspace tells. Raises Refusal."""
    if way not in Way.values:
        raise Refusal(f"“{way}” is no way to tell: say {', '.join(Way.values)}")
    if unknown := [one for one in (*outcomes, *by_rules) if one not in OUTCOMES]:
        raise Refusal(f"“{unknown[0]}” is no outcome: say {', '.join(OUTCOMES)}")
    if not 1 <= goal_hours <= GOAL_MOST:
        raise Refusal(f"Answer appeals within 1 to {GOAL_MOST:,} hours")
    row = notifying(workspace)
    told = [one for one in OUTCOMES if one in outcomes]
    new = {
        "way": way, "outcomes": told, "by_rules": [one for one in told if one in by_rules],
        "goal_hours": goal_hours, "redress": redress.strip()[:1_000],
    }  # fmt: skip
    before = {name: _plain(getattr(row, name)) for name, value in new.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    if before:
        row.save()
        audit(row, "change", by=by, before=before, after={name: _plain(new[name]) for name in before})
    return row


def _plain(value: object) -> str | int:
    return value if isinstance(value, int) else ", ".join(value) if isinstance(value, list) else str(value)


@transaction.atomic
def ground(policy: Policy, *, illegal: bool, law: str, category: str, by: Actor) -> Ground:
    """Say what a policy is to the law. What was stated before stays as it was."""
    if category not in CATEGORIES:
        raise Refusal(f"“{category}” is no category of the DSA Transparency Database")
    if illegal and not law.strip():
        raise Refusal("Name the law that is broken: a statement of reasons must say it")
    row = Ground.of(policy.workspace).filter(policy=policy).first() or Ground(
        workspace_id=policy.workspace_id, policy=policy, category=""
    )
    before, after = changes(row, illegal=illegal, law=law.strip()[:500], category=category)
    if after:
        row.save()
        audit(policy, "change its ground", by=by, before=before, after=after)
    return row


def _locked(statement: Statement) -> Statement:
    rows = Statement.of(statement.workspace).select_related("workspace", "post", "source", "author", "rule")
    return rows.select_for_update(of=("self",)).get(pk=statement.pk)
