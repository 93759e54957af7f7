"""Statements of reasons: written in the transaction of what they tell of, and ended with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from hubbub.core import grounds
from hubbub.core.notices import REDRESS

from .models import (
    Actor,
    Audit,
    Decision,
    Ground,
    Member,
    NoticeState,
    Notifying,
    Policy,
    Post,
    Report,
    Rule,
    Sanction,
    Statement,
    StatementEnd,
    Verdict,
    Workspace,
)
from .models.post import language_of

STATED = frozenset({"hide", "remove"})  # decisions about posts that are stated
PREPARED = ("remove", "warn", "mute", "ban", "block")  # after which a notice is prepared unless somebody says otherwise
VERBS = {Decision.HIDDEN: "hide", Decision.REMOVED: "remove"}
WORDS_KEPT, WORD_MOST = 12, 60
KINDS = frozenset({"image", "video", "audio"})


def notifying(workspace: Workspace) -> Notifying:
    """How this workspace tells authors; made when it is first asked for."""
    made, _ = Notifying.everywhere.get_or_create(
        workspace=workspace, defaults={"outcomes": list(PREPARED), "redress": REDRESS[""]}
    )
    return made


def of_decision(post: Post, entry: Audit, *, by: Actor) -> Statement | None:
    """State the reasons of a decision about a post; None: it restricts nothing. Ends what it replaces."""
    end(post, StatementEnd.APPROVED if entry.verb == "approve" else StatementEnd.REPLACED)
    if entry.verb not in STATED or post.ours:
        return None
    return _kept([_made(post, entry, by=by, outcome=entry.verb)])[0]


def of_sanction(sanction: Sanction, post: Post, entry: Audit, *, by: Actor) -> Statement:
    """State the reasons of what was done to an author over that post."""
    row = _made(post, entry, by=by, outcome=sanction.verb)
    row.sanction, row.until, row.policy = sanction, sanction.until, sanction.policy or row.policy
    return _kept([row])[0]


def of_rules(made: Iterable[tuple[Post, Audit, Rule]]) -> None:
    """State the reasons of what rules decided about posts that came in, many at once."""
    _kept([_made(post, entry, by=rule, outcome=entry.verb) for post, entry, rule in made if entry.verb in STATED])


def join(workspace: Workspace, entries: Iterable[int], whole: Statement | None) -> None:
    """Let the statements of these lines of the log be parts of another, whose notice tells of them too."""
    if whole is not None:
        parts = Statement.of(workspace).filter(entry__in=list(entries)).exclude(pk=whole.pk)
        parts.update(within=whole, notice=NoticeState.NONE)


def of_entry(entry: Audit) -> Statement | None:
    """The statement that was written with a line of the log."""
    return Statement.of(entry.workspace).filter(entry=entry).first()


def of_number(number: int) -> Statement | None:
    """By its number alone, in any workspace: for who shows a signed link and is not signed in."""
    rows = Statement.everywhere.select_related("workspace", "post", "source", "author", "sanction", "within")
    return rows.filter(pk=number).first()


def of_entries(workspace: Workspace, entries: Iterable[int]) -> list[Statement]:
    """The same of many."""
    rows = Statement.of(workspace).filter(entry__in=list(entries)).order_by("pk")
    return list(rows.select_related("workspace", "rule"))


def end(post: Post, how: StatementEnd) -> None:
    """What was stated about the post itself stands no more."""
    standing = Statement.of(post.workspace).filter(post=post, sanction=None, ended=None)
    standing.update(ended=timezone.now(), end=how)


def stand_again(post: Post) -> None:
    """What took the place of a decision was taken back: the one before stands again."""
    if post.decision in VERBS:
        rows = Statement.of(post.workspace).filter(post=post, sanction=None)
        last = (
            rows.filter(outcome=VERBS[Decision(post.decision)]).exclude(end=StatementEnd.APPEAL).order_by("-pk").first()
        )
        if last is not None:
            rows.filter(pk=last.pk).update(ended=None, end=StatementEnd.NONE)


def sanction_stands_again(sanction: Sanction) -> None:
    """The network would not lift it."""
    Statement.of(sanction.workspace).filter(sanction=sanction).update(ended=None, end=StatementEnd.NONE)


def end_sanction(sanction: Sanction, how: StatementEnd) -> None:
    """The same of what was done to an author."""
    Statement.of(sanction.workspace).filter(sanction=sanction, ended=None).update(ended=timezone.now(), end=how)


def _made(post: Post, entry: Audit, *, by: Actor, outcome: str) -> Statement:
    slug, version = entry.after.get("policy"), entry.after.get("policy_version")
    return Statement(
        workspace_id=post.workspace_id,
        outcome=outcome,
        post=post,
        author_id=post.author_id,
        source_id=post.source_id,
        entry=entry,
        at=entry.at,
        automated=isinstance(by, Rule),
        policy=slug if isinstance(slug, str) else "",
        policy_version=version if isinstance(version, int) else None,
        why=entry.why,
        content=_content(post),
        language=language_of(post.lang, post.language, post.corrected),
        published=post.published,
        rule=by if isinstance(by, Rule) else None,
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
    )


def _content(post: Post) -> list[str]:
    kinds = {str(one.get("type", "")) for one in post.media if isinstance(one, dict)}
    found = [kind for kind in ("image", "video", "audio") if kind in kinds]
    return (["text"] if post.text or post.title else []) + found + (["other"] if kinds - KINDS else []) or ["other"]


def _kept(rows: Sequence[Statement]) -> list[Statement]:
    """Fill in what verdicts, reports and policies say, and save. A fixed number of queries, however many there are."""
    if not rows:
        return []
    workspace = rows[0].entry.workspace
    posts = {row.post_id for row in rows if row.post_id}
    verdicts: dict[int, list[Verdict]] = {}
    for one in Verdict.of(workspace).filter(post__in=posts, unchecked=False, state="live").order_by("pk"):
        verdicts.setdefault(one.post_id, []).append(one)
    reported = set(Report.of(workspace).filter(post__in=posts).values_list("post", flat=True))
    settings = notifying(workspace)
    for row in rows:
        _complete(row, verdicts.get(row.post_id or 0, []), row.post_id in reported)
    law = {one.policy.slug: one for one in Ground.of(workspace).select_related("policy")}
    versions = _versions(workspace, rows)
    for row in rows:
        row.policy_version = row.policy_version or versions.get(row.policy)
        _ground(row, law)
        row.notice = _notice(row, settings)
    Statement.everywhere.bulk_create(rows, batch_size=200)
    return list(rows)


def _versions(workspace: Workspace, rows: Iterable[Statement]) -> Mapping[str, int]:
    bare = {row.policy for row in rows if row.policy and not row.policy_version}
    return dict(Policy.of(workspace).filter(slug__in=bare).values_list("slug", "version")) if bare else {}


def _complete(row: Statement, verdicts: Sequence[Verdict], reported: bool) -> None:
    mine = [one for one in verdicts if row.rule_id is None or one.rule_id == row.rule_id] or list(verdicts)
    row.detected, row.reported = bool(verdicts) or row.automated, reported
    row.fired = _words(row.post, mine) if row.post else []
    if row.automated and not row.policy and mine:
        row.policy, row.policy_version = mine[0].policy or "", mine[0].policy_version
    said = [f"The rule “{one.rule_name}” held: {one.because}" for one in mine]
    row.facts = "\n".join(dict.fromkeys(said + (["It had been reported."] if reported else [])))


def _words(post: Post, verdicts: Iterable[Verdict]) -> list[str]:
    """The words that fired rules, each once."""
    found: dict[str, None] = {}
    for one in verdicts:
        for span in one.spans:
            field, start, stop = (*span, 0, 0)[:3] if len(span) >= 3 else ("", 0, 0)
            words = (post.title if field == "title" else post.text)[int(start) : int(stop)].strip()
            if words:
                found.setdefault(words[:WORD_MOST])
    return list(found)[:WORDS_KEPT]


def _ground(row: Statement, law: Mapping[str, Ground]) -> None:
    said = law.get(row.policy)
    row.category = said.category if said else grounds.category(row.policy)
    row.illegal = said.illegal if said else row.policy in grounds.ILLEGAL
    row.law = (said.law if said else "") or (row.why if row.illegal else "")


def _notice(row: Statement, settings: Notifying) -> str:
    told = row.outcome in settings.outcomes and row.author_id is not None
    return NoticeState.WAITS if told else NoticeState.NONE


def waiting(workspace: Workspace, since: datetime | None = None) -> int:
    """How many notices wait to be looked at; 1,000 at most."""
    rows = Statement.of(workspace).filter(notice=NoticeState.WAITS)
    return (rows.filter(at__gte=since) if since else rows).order_by()[:1_000].count()
