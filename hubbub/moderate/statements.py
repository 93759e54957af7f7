"""Statements of reasons, read: a filtered list, those of a post, and as the DSA Transparency Database has them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from msgspec import Struct, json

from hubbub.store.models import Author, PolicyVersion, Post, Statement, StatementEnd, Workspace
from hubbub.store.search import Before
from hubbub.ui import sheets

PAGE = 50
DAY = timedelta(days=1)
OUTCOMES = {
    "hide": "hidden",
    "remove": "removed",
    "warn": "warned",
    "mute": "muted",
    "ban": "banned",
    "block": "blocked",
}
WRONG = (StatementEnd.UNDONE, StatementEnd.APPROVED, StatementEnd.APPEAL)  # ends that say: it should not have been

# of the Database's schema, what each outcome is
VISIBILITY = {
    "hide": "DECISION_VISIBILITY_CONTENT_DISABLED", "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "warn": "DECISION_VISIBILITY_OTHER", "block": "DECISION_VISIBILITY_OTHER",
}  # fmt: skip
OTHERWISE = {"warn": "A warning; nothing was restricted", "block": "Blocked by the community's own account"}
COLUMNS = (
    "puid", "decision_visibility", "decision_visibility_other", "end_date_visibility_restriction",
    "decision_monetary", "decision_provision", "end_date_service_restriction", "decision_account",
    "end_date_account_restriction", "decision_ground", "illegal_content_legal_ground", "illegal_content_explanation",
    "incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal", "category",
    "content_type", "content_type_other", "content_language", "content_date", "territorial_scope", "application_date",
    "decision_facts", "source_type", "automated_detection", "automated_decision", "place", "state",
)  # fmt: skip
# Iceland, Liechtenstein and Norway apply the act, too
EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
HANDLE = re.compile(r"(?<![\w/])@[\w.-]+(?:@[\w.-]+)?")
NUMBER = re.compile(r"(?<!\w)\+?\d(?:[ ()./-]?\d){6,}")
ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+")


class Asked(Struct, frozen=True):
    """Which statements are wanted; empty: all. Days are in UTC, both belong to the period."""

    since: date | None = None
    until: date | None = None
    outcome: str = ""
    policy: str = ""
    by: str = ""  # "rule" or "person"
    source: int | None = None
    end: str = ""  # an end, "wrong" for those that should not have been, "stands"
    notice: str = ""
    reported: bool = False
    rule: int | None = None
    post: int | None = None


class Page(Struct, frozen=True):
    """Some of them, newest first."""

    rows: Sequence[Statement]
    older: Before | None


def read_asked(given: Mapping[str, str]) -> Asked:
    """From an address; nonsense counts as nothing."""
    outcome, end, notice = given.get("outcome", ""), given.get("end", ""), given.get("notice", "")
    return Asked(
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        outcome=outcome if outcome in OUTCOMES else "",
        policy=given.get("policy", "")[:60],
        by=given.get("by", "") if given.get("by", "") in ("rule", "person") else "",
        source=_number(given.get("source", "")),
        end=end if end in (*StatementEnd.values, "wrong", "stands") else "",
        notice=notice if notice in ("waits", "sent", "kept", "skipped") else "",
        reported=given.get("reported", "") == "1",
        rule=_number(given.get("rule", "")),
        post=_number(given.get("post", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def moment(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), UTC)


def asked_for(workspace: Workspace, asked: Asked) -> QuerySet[Statement]:
    """Those statements, in no order."""
    rows = Statement.of(workspace)
    if asked.since:
        rows = rows.filter(at__gte=moment(asked.since))
    if asked.until and asked.until < date.max:
        rows = rows.filter(at__lt=moment(asked.until + DAY))
    wanted = {
        "outcome": asked.outcome, "policy": asked.policy, "source": asked.source, "notice": asked.notice,
        "rule": asked.rule, "post": asked.post,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if asked.by:
        rows = rows.filter(automated=asked.by == "rule")
    if asked.reported:
        rows = rows.filter(reported=True)
    if asked.end:
        ends = {"wrong": WRONG, "stands": ("",)}.get(asked.end, (asked.end,))
        rows = rows.filter(end__in=ends)
    return rows


def listed(workspace: Workspace, asked: Asked, before: Before | None) -> Page:
    """A page of them."""
    rows = asked_for(workspace, asked)
    if before is not None:
        rows = rows.filter(Q(at__lt=before.published) | Q(at=before.published, pk__lt=before.id))
    rows = rows.select_related("post", "source", "author", "appeal", "workspace").order_by("-at", "-pk")
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], Before(last.at, last.pk) if last else None)


def of_post(post: Post) -> list[Statement]:
    """What was stated about a post and its author over it, newest first."""
    rows = Statement.of(post.workspace).filter(post=post).select_related("workspace", "source", "appeal", "author")
    return list(rows.order_by("-pk")[:20])


def exported(workspace: Workspace, asked: Asked) -> Iterator[dict[str, object]]:
    """As the Database's schema names it, oldest first. Nothing in it tells who the author is."""
    rows = asked_for(workspace, asked).select_related("author", "source").order_by("at", "pk")
    texts: dict[tuple[str, int | None], str] = {}
    for version in PolicyVersion.of(workspace).select_related("policy"):
        texts[version.policy.slug, version.version] = f"{version.name}, version {version.version}: {version.text}"
    for row in rows.iterator(chunk_size=500):
        yield _told(row, texts)


def _told(row: Statement, texts: Mapping[tuple[str, int | None], str]) -> dict[str, object]:
    why, terms = masked(row.why, row.author), texts.get((row.policy, row.policy_version), "")
    kinds = [f"CONTENT_TYPE_{kind.upper()}" for kind in row.content]
    ends = f"{row.until:%Y-%m-%d}" if row.until else ""
    fired = f"Words that counted: {', '.join(row.fired)}" if row.fired else ""
    facts = masked("\n".join(part for part in (row.facts, fired) if part), row.author)
    about_account = {"ban": "DECISION_ACCOUNT_SUSPENDED" if row.until else "DECISION_ACCOUNT_TERMINATED"}
    found: dict[str, object] = {
        "puid": f"hubbub-{row.workspace_id}-{row.pk}",
        "decision_visibility": [VISIBILITY[row.outcome]] if row.outcome in VISIBILITY else [],
        "decision_visibility_other": OTHERWISE.get(row.outcome, ""),
        "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION" if row.outcome == "mute" else "",
        "end_date_service_restriction": ends if row.outcome == "mute" else "",
        "decision_account": about_account.get(row.outcome, ""),
        "end_date_account_restriction": ends if row.outcome == "ban" else "",
        "decision_ground": f"DECISION_GROUND_{'ILLEGAL' if row.illegal else 'INCOMPATIBLE'}_CONTENT",
        "category": row.category,
        "content_type": kinds,
        "content_type_other": "Neither text nor pictures" if "CONTENT_TYPE_OTHER" in kinds else "",
        "content_language": row.language[:2].upper(),
        "content_date": f"{row.published:%Y-%m-%d}" if row.published else "",
        "territorial_scope": EEA,
        "application_date": f"{row.at:%Y-%m-%d}",
        "decision_facts": facts or why,
        "source_type": "SOURCE_ARTICLE_16" if row.reported else "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if row.detected else "No",
        "automated_decision": "AUTOMATED_DECISION_FULLY" if row.automated else "AUTOMATED_DECISION_NOT_AUTOMATED",
        "place": row.source.name,
        "state": row.get_end_display(),
    }
    if row.illegal:
        found |= {"illegal_content_legal_ground": masked(row.law, row.author), "illegal_content_explanation": why}
    else:
        found["incompatible_content_ground"] = terms or "The community's guidelines"
        found |= {"incompatible_content_explanation": why, "incompatible_content_illegal": "No"}
    return {name: found.get(name, "") for name in COLUMNS}


def masked(text: str, author: Author | None) -> str:
    """Without what tells who somebody is: the author's names, addresses, handles, numbers that can be called."""
    for pattern, instead in ((ADDRESS, "[address]"), (MAIL, "[mail]"), (HANDLE, "[name]"), (NUMBER, "[number]")):
        text = pattern.sub(instead, text)
    names = (author.name, author.handle, author.native_id) if author else ()
    for name in sorted({name for name in names if len(name) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return text


def as_jsonl(workspace: Workspace, asked: Asked) -> Iterator[str]:
    """One object a line."""
    for one in exported(workspace, asked):
        yield json.encode(one).decode() + "\n"


def as_csv(workspace: Workspace, asked: Asked) -> Iterator[str]:
    """The same as a table; lists are written as the Database's own downloads have them."""
    yield sheets.line(COLUMNS)
    for one in exported(workspace, asked):
        yield sheets.line(map(_cell, one.values()))


def _cell(value: object) -> str:
    return sheets.harmless(json.encode(value).decode() if isinstance(value, list) else str(value))
