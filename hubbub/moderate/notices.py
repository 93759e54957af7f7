"""What a notice says: the values of its placeholders, from a statement of reasons; its template; how it can leave."""

from collections.abc import Mapping

from django.db import transaction
from msgspec import Struct

from hubbub.connectors import connector
from hubbub.core import notices as texts
from hubbub.core.failures import Broken
from hubbub.store.models import (
    Appeal,
    NoticeKind,
    NoticeTemplate,
    Notifying,
    PolicyVersion,
    Source,
    Statement,
    Way,
    Workspace,
)
from hubbub.store.statements import notifying
from hubbub.ui.api import Refusal

from .appeal_keys import link_of
from .sanctions import is_ours

POST_MOST = 200  # characters of their post that a notice quotes
ANSWERS = (NoticeKind.UPHELD, NoticeKind.OVERTURNED)
KINDS: Mapping[str, NoticeKind] = {**{kind.value: kind for kind in NoticeKind}, "block": NoticeKind.BAN}


class Draft(Struct, frozen=True):
    """A notice as it would go out."""

    text: str
    verb: str  # message, reply or warn; "": it is kept
    why: str = ""  # why it is kept, or cannot go out as it is
    missing: str = ""  # what is not filled in: then `text` is empty
    most: int | None = None  # characters that the network takes

    @property
    def too_long(self) -> bool:
        """Whether its network would not take it."""
        return bool(self.verb and self.most and len(self.text) > self.most)


def templates(workspace: Workspace) -> list[NoticeTemplate]:
    """All of them; the starter set where there were none yet."""
    found = list(NoticeTemplate.of(workspace))
    return found or _start(workspace)


@transaction.atomic
def _start(workspace: Workspace) -> list[NoticeTemplate]:
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    if not NoticeTemplate.of(workspace).exists():
        made = [
            NoticeTemplate(workspace=workspace, kind=one.kind, language=one.language, text=one.text)
            for one in texts.STARTER
        ]
        NoticeTemplate.everywhere.bulk_create(made)
    return list(NoticeTemplate.of(workspace))


def template_for(statement: Statement, kind: NoticeKind) -> NoticeTemplate | None:
    """The one of the post's language, else the one for all."""
    found = {one.language: one for one in templates(statement.workspace) if one.kind == kind}
    return found.get(_base(statement.language)) or found.get("")


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]


def values(statement: Statement, language: str, *, base: str = "", appeal: Appeal | None = None) -> dict[str, str]:
    """Placeholder → what stands there; "" where nothing is known."""
    said, policy = texts.words(language), policy_of(statement)
    post, settings = statement.post, notifying(statement.workspace)
    quoted = " ".join((post.text or post.title).split()) if post else ""
    return {
        "name": str(statement.author or ""),
        "community": statement.workspace.name,
        "place": statement.source.name,
        "what": said.get(statement.outcome, ""),
        "until": until(statement, language),
        "post": (quoted[:POST_MOST] + "…" if len(quoted) > POST_MOST else quoted) or said["wordless"],
        "post_link": post.url if post else "",
        "date": f"{statement.at:%Y-%m-%d}",
        "policy": policy.name if policy else "",
        "policy_text": policy.text if policy else "",
        "policy_version": str(policy.version) if policy else "",
        "ground": ground(statement, policy, language),
        "reason": statement.why.rstrip(". "),
        "facts": facts(statement, language),
        "automated": automated(statement, language),
        "appeal_link": link_of(statement, base),
        "redress": redress(settings, language),
        "outcome": said.get(appeal.state, "") if appeal else "",
        "answer": appeal.reason if appeal else "",
    }


def until(statement: Statement, language: str) -> str:
    """How long, in words."""
    said = texts.words(language)
    if statement.outcome == "warn":
        return said["once"]
    return said["until"].format(when=f"{statement.until:%Y-%m-%d %H:%M}") if statement.until else said["for good"]


def policy_of(statement: Statement) -> PolicyVersion | None:
    """The guideline as it was worded then."""
    if not statement.policy:
        return None
    rows = PolicyVersion.of(statement.workspace).filter(policy__slug=statement.policy).select_related("policy")
    return rows.filter(version=statement.policy_version or 0).first() or rows.order_by("-version").first()


def ground(statement: Statement, policy: PolicyVersion | None, language: str) -> str:
    """What it rests on, in a sentence."""
    said = texts.words(language)
    if statement.illegal and statement.law:
        return said["law"].format(law=statement.law.rstrip("."))
    if policy is None:
        return said["none"]
    return said["terms"].format(policy=policy.name, version=policy.version, text=" ".join(policy.text.split()))


def facts(statement: Statement, language: str) -> str:
    """What it relies on, in a sentence or two."""
    said = texts.words(language)
    fired = said["fired"].format(words=", ".join(f"“{word}”" for word in statement.fired))
    return (fired if statement.fired else said["whole"]) + (f" {said['reported']}" if statement.reported else "")


def automated(statement: Statement, language: str) -> str:
    """Whether a machine found or decided it, in a sentence."""
    return texts.words(language)["machine" if statement.automated else "found" if statement.detected else "person"]


def redress(settings: Notifying, language: str) -> str:
    """Other ways to complain: the workspace's own words, or ours in the language."""
    own = settings.redress.strip()
    return own if own and own not in texts.REDRESS.values() else texts.REDRESS.get(language, texts.REDRESS[""])


def draft(statement: Statement, kind: NoticeKind, *, base: str = "", appeal: Appeal | None = None) -> Draft:
    """The notice as it would go out now."""
    verb, why = way(statement)
    template = template_for(statement, kind)
    if template is None:
        return Draft("", verb, why, f"There is no template for “{kind.label}”: write one")
    try:
        text = texts.fill(template.text, values(statement, template.language, base=base, appeal=appeal))
    except texts.Unfilled as gap:
        return Draft("", verb, why, str(gap))
    return Draft(text, verb, why, most=_most(statement.source))


def tried(workspace: Workspace, kind: str, language: str, text: str, base: str) -> str:
    """A template with the newest decision of its kind in it, as it would go out. Raises Refusal."""
    if wrong := texts.amiss(text.strip(), answers=kind in ANSWERS):
        raise Refusal(wrong)
    rows = Statement.of(workspace).exclude(author=None).select_related("workspace", "post", "source", "author")
    rows = rows.order_by("-pk")
    newest = rows.first() if kind in ANSWERS else rows.filter(outcome=kind).first() or rows.first()
    if newest is None:
        raise Refusal("There is no decision yet to try it with: decide about a post first")
    appeal = Appeal(workspace=workspace, statement=newest, state=kind, reason="…") if kind in ANSWERS else None
    try:
        return texts.fill(text, values(newest, language, base=base, appeal=appeal))
    except texts.Unfilled as gap:
        raise Refusal(f"With the newest decision it could not go out. {gap}") from gap


def way(statement: Statement) -> tuple[str, str]:
    """How a notice about it leaves; "" and why, where it is kept."""
    wished, source = notifying(statement.workspace).way, statement.source
    if wished == Way.KEEP:
        return "", "the settings say that notices are handed over by hand"
    if statement.post is None:
        return "", "the post is gone, and with it the way to its author"
    if statement.outcome == "warn" and wished == Way.WARN:
        return "", f"{source} tells of the warning itself"
    tries = {Way.MESSAGE: ("message",), Way.REPLY: ("message", "reply"), Way.WARN: ("warn",)}[Way(wished)]
    verb = next((verb for verb in tries if verb in source.can), "")
    return verb, "" if verb else f"with its settings {source} has no way to send a {' or a '.join(tries)}"


def to_ourselves(statement: Statement) -> bool:
    """Whether it would be sent to an account of ours."""
    ours = statement.post is not None and statement.post.ours
    return ours or (statement.author is not None and is_ours(statement.author))


def _most(source: Source) -> int | None:
    try:
        return source.length or connector(source.kind).limits.length
    except Broken:
        return source.length
