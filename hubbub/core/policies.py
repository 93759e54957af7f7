"""Policies: guidelines as shapes, what is amiss with one, and the set that a new workspace starts with."""

import re
from typing import Literal

from msgspec import Struct

Grade = Literal[1, 2, 3, 4]  # low, medium, high, critical; `hubbub.store.models.Severity` says what they mean

NAME_MOST, TEXT_MOST, EXAMPLES_MOST = 100, 4_000, 4_000  # characters
POINTS_MOST, DAYS_MOST = 100, 3_650
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Guideline(Struct, frozen=True):
    """One guideline as it is written. `breaks` and `fine` hold one example a line."""

    slug: str
    name: str
    text: str
    breaks: str = ""
    fine: str = ""
    severity: int = 2  # a Grade
    points: int = 1  # strike points of a breach
    points_days: int = 90  # for so long they count
    covered: bool = False  # in the queue such a text stands behind a click
    active: bool = True


def slug_of(words: str) -> str:
    """How words name a policy: "Self promotion", "self-promotion" and "SELF_PROMOTION" name the same."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60].strip("-")


def tidy(given: Guideline) -> Guideline:
    """Without loose spaces and empty lines."""
    return Guideline(
        slug=given.slug.strip(),
        name=" ".join(given.name.split()),
        text=_lines(given.text, blank=True),
        breaks=_lines(given.breaks),
        fine=_lines(given.fine),
        severity=given.severity,
        points=given.points,
        points_days=given.points_days,
        covered=given.covered,
        active=given.active,
    )


def _lines(text: str, *, blank: bool = False) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]
    return "\n".join(line if blank else line.strip() for line in lines if blank or line.strip())


def amiss(given: Guideline) -> str:
    """What is wrong with a tidy guideline, in words; empty: nothing."""
    if not SLUG.fullmatch(given.slug) or len(given.slug) > 60:
        return f"“{given.slug}” cannot name a policy: use small letters, digits and hyphens, 60 at most"
    if not given.name:
        return f"The policy “{given.slug}” needs a name"
    if not given.text:
        return f"“{given.name}” needs its rule, in plain words"
    for words, text, most in (
        ("name", given.name, NAME_MOST),
        ("rule", given.text, TEXT_MOST),
        ("list of what breaks it", given.breaks, EXAMPLES_MOST),
        ("list of what does not", given.fine, EXAMPLES_MOST),
    ):
        if len(text) > most:
            return f"The {words} of “{given.slug}” has {len(text):,} characters; {most:,} is the most"
    if given.severity not in (1, 2, 3, 4):
        return f"The severity of “{given.slug}” is {given.severity}: say 1 (low), 2, 3 or 4 (critical)"
    if not 0 <= given.points <= POINTS_MOST:
        return f"“{given.slug}” gives {given.points} points: say a number from 0 to {POINTS_MOST}"
    if not 1 <= given.points_days <= DAYS_MOST:
        return f"Points of “{given.slug}” last {given.points_days} days: say a number from 1 to {DAYS_MOST}"
    return ""


# Written for Hubbub. Workspaces change it as they like: it is where they begin, not what they must hold to.
STARTER: tuple[Guideline, ...] = (
    Guideline(
        "spam",
        "No spam",
        "Do not post the same thing again and again, and do not post bait: mass advertising, tricks for clicks, "
        "schemes that promise money. Accounts that do nothing else are closed.",
        "The same offer under ten articles\n“I earned 5,000 a week, ask me how” with a link\n"
        "Strings of links to a shop that has nothing to do with the subject",
        "A link that answers the question\nThe same question asked again after a week without an answer",
        severity=2,
        points=2,
        points_days=90,
    ),
    Guideline(
        "self-promotion",
        "Take part before you promote",
        "You may show what you make where it helps somebody. You may not come here mainly to advertise it: at most "
        "one post in four should be about your own work, and say that it is yours.",
        "Every post of a person leads to their own shop\nA review of one's own product that hides who wrote it",
        "“I wrote about this problem myself, here is the article” in answer to a question\n"
        "A maker who answers questions about their product",
        severity=1,
        points=1,
        points_days=60,
    ),
    Guideline(
        "harassment",
        "Do not harass anybody",
        "Argue about what was said, not about who said it. No insults, no threats, no following a person from "
        "thread to thread, no calling on others to do so.",
        "“You are too stupid to live”\nAnswering every post of a person with mockery\n"
        "“Somebody should pay her a visit”",
        "“I think you are wrong, and here is why”\nSharp words about a company or its product",
        severity=3,
        points=3,
        points_days=180,
    ),
    Guideline(
        "hate",
        "No hate against groups",
        "Nobody is attacked, mocked or shut out for their origin, colour, religion, sex, gender, sexual orientation, "
        "disability, illness or age. Symbols and code words that stand for such hatred count as well.",
        "Saying that people of one origin are criminals\nA slur for a group, also as a “joke”\n"
        "Code words of a hate movement used as a greeting",
        "Reporting or discussing hatred in order to oppose it\nCriticism of a religion's teaching or of a government",
        severity=4,
        points=5,
        points_days=365,
        covered=True,
    ),
    Guideline(
        "sexual-content",
        "No sexual content",
        "This is a place for everybody. No pornography, no sexual advances, no sexual remarks about people. "
        "Anything sexual that involves a minor is reported to the authorities.",
        "Nude pictures\nRemarks about somebody's body\nOffers of sexual services",
        "Questions about health in plain words\nArt or news where nudity is not the point",
        severity=3,
        points=3,
        points_days=180,
        covered=True,
    ),
    Guideline(
        "illegal-content",
        "Nothing illegal",
        "Do not offer, ask for or help with what the law forbids: drugs and weapons for sale, stolen goods, forged "
        "papers, copies of what belongs to others, terror, plans to hurt somebody.",
        "Offers of medicines without a prescription\nA link to stolen account data\nInstructions for a weapon",
        "News about a crime\nA question whether something is allowed",
        severity=4,
        points=6,
        points_days=365,
        covered=True,
    ),
    Guideline(
        "personal-data",
        "Keep private what is private",
        "Do not publish what identifies or locates people who did not agree to it: addresses, telephone numbers, "
        "documents, private messages, pictures taken in private. That includes your own order or account numbers: "
        "we remove those to protect you, without points.",
        "“He lives at 12 Mill Lane”\nA screenshot of a private chat with names\nA copy of somebody's passport",
        "The public address of a business\nNaming a person who speaks in public, about what they said there",
        severity=3,
        points=2,
        points_days=180,
    ),
    Guideline(
        "off-topic",
        "Stay with the subject",
        "Post where it belongs. What has nothing to do with the thread or the place is moved or hidden, so that others "
        "find what they came for.",
        "A question about an order below an article about something else\nParty politics in a help forum",
        "A short aside in a friendly thread\nA related problem, said to be one",
        severity=1,
        points=0,
        points_days=30,
    ),
    Guideline(
        "misinformation",
        "No dangerous falsehoods",
        "Do not spread as fact what is known to be false and can do harm: about health, safety, elections, or people. "
        "Say where you have it from when you claim something grave.",
        "“Drink bleach against the fever”\nA made-up recall of a product\nA false date for a vote",
        "An opinion, marked as one\nA mistake that is put right when it is pointed out\nSatire that can be recognised",
        severity=3,
        points=2,
        points_days=180,
    ),
    Guideline(
        "impersonation",
        "Be who you say you are",
        "Do not pretend to be another person, a business or one of us, and do not use several accounts to seem like "
        "several people. Parody is fine where everybody can tell.",
        "An account named like our support that asks for passwords\nPraising one's own product from a second account",
        "A pseudonym\nA fan account that says so in its name",
        severity=3,
        points=4,
        points_days=365,
    ),
)
