"""policies.toml: read with the place of each mistake, written so that reading it gives the same. Also: as plain text
and Markdown, for people to read elsewhere."""

import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from hubbub.core.policies import Guideline
from hubbub.store.models import Policy, Severity
from hubbub.ui.api import Refusal
from hubbub.ui.toml import read_toml

from .policies_actions import checked

LARGEST = 1_000_000  # bytes
MOST = 200  # policies
WORDS = {severity.word.lower(): int(severity) for severity in Severity}


class _Written(Struct, forbid_unknown_fields=True):
    slug: str
    name: str
    text: str
    breaks: list[str] = []
    fine: list[str] = []
    severity: str = "medium"
    points: int = 1
    points_days: int = 90
    covered: bool = False
    active: bool = True


class _File(Struct, forbid_unknown_fields=True):
    policy: list[_Written] = []


def read_policies(content: bytes) -> list[Guideline]:
    """All policies of the file, in order, checked. Refusal names the policy and what is wrong with it."""
    written = read_toml(content, _File, thing="policy", largest=LARGEST)
    if not written.policy:
        raise Refusal("The file holds no policies: each begins with a line [[policy]]")
    if len(written.policy) > MOST:
        raise Refusal(f"The file holds {len(written.policy):,} policies; {MOST:,} is the most")
    return [_guideline(number, one) for number, one in enumerate(written.policy, start=1)]


def _guideline(number: int, given: _Written) -> Guideline:
    if given.severity not in WORDS:
        known = ", ".join(WORDS)
        raise Refusal(f"Policy {number} (“{given.slug}”) has the severity {given.severity!r}: say one of {known}")
    try:
        return checked(
            Guideline(
                slug=given.slug,
                name=given.name,
                text=given.text,
                breaks="\n".join(given.breaks),
                fine="\n".join(given.fine),
                severity=WORDS[given.severity],
                points=given.points,
                points_days=given.points_days,
                covered=given.covered,
                active=given.active,
            )
        )
    except Refusal as no:
        raise Refusal(f"Policy {number}: {no}") from None


def write_policies(policies: Iterable[Policy]) -> str:
    """The file's text."""
    return "\n".join(_block(policy) for policy in policies)


def _block(policy: Policy) -> str:
    lines = [
        "[[policy]]",
        *(f"{name} = {_quoted(getattr(policy, name))}" for name in ("slug", "name", "text")),
        *(f"{name} = [{_examples(getattr(policy, name))}]" for name in ("breaks", "fine") if getattr(policy, name)),
        f"severity = {_quoted(Severity(policy.severity).word.lower())}",
        f"points = {policy.points}",
        f"points_days = {policy.points_days}",
        *(["covered = true"] if policy.covered else []),
        *([] if policy.active else ["active = false"]),
    ]
    return "\n".join([*lines, ""])


def _examples(text: str) -> str:
    return "".join(f"\n  {_quoted(line)}," for line in text.split("\n")) + "\n"


def _quoted(text: str) -> str:
    # a JSON string is a TOML string, but for DEL, which TOML wants written out
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def as_markdown(name: str, intro: str, policies: Sequence[Policy]) -> str:
    """The guidelines for people, as Markdown."""
    parts = [f"# Guidelines of {_plain(name)}", *([_plain(intro)] if intro else [])]
    for policy in policies:
        parts += [f"## {policy.number}. {_plain(policy.name)}", _plain(policy.text)]
        for head, examples in (("This breaks it", policy.breaks), ("This is fine", policy.fine)):
            if examples:
                parts += [f"{head}:", "\n".join(f"- {_plain(line)}" for line in examples.split("\n"))]
        parts.append(f"_Version {policy.version}_")
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Words that Markdown would take for its own signs, said as they are."""
    signs = "\\`*_[]<>#"
    return "".join(f"\\{char}" if char in signs else char for char in text)


def as_text(name: str, intro: str, policies: Sequence[Policy]) -> str:
    """The same without any signs."""
    parts = [f"Guidelines of {name}", *([intro] if intro else [])]
    for policy in policies:
        parts += [f"{policy.number}. {policy.name} (version {policy.version})", policy.text]
        for head, examples in (("This breaks it", policy.breaks), ("This is fine", policy.fine)):
            if examples:
                parts.append("\n".join([f"{head}:", *(f"  - {line}" for line in examples.split("\n"))]))
    return "\n\n".join(parts) + "\n"
