"""Notices to authors: their placeholders, filling them without a gap, and the texts that a workspace starts with."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from .placeholders import NAMED, named

# what a template may name → what stands there
PLACEHOLDERS: Mapping[str, str] = {
    "name": "who it is to, as the network shows them",
    "community": "the name of this workspace",
    "place": "where it happened: the source's name",
    "what": "what was done, in words",
    "until": "until when, in words",
    "post": "the beginning of their post",
    "post_link": "the post's address",
    "date": "the day of the decision",
    "policy": "the name of the guideline",
    "policy_text": "what the guideline said then",
    "policy_version": "its version",
    "ground": "the guideline or law that it rests on, in a sentence",
    "reason": "why, in the words of the rule or the person who decided",
    "facts": "what the decision relies on, in a sentence",
    "automated": "whether a machine found it, or decided it, in a sentence",
    "appeal_link": "the address where they can appeal",
    "redress": "the other ways to complain",
    "outcome": "of an appeal: what was decided",
    "answer": "of an appeal: why, in the words of who answered it",
}
NEEDED = "appeal_link"  # without it nobody learns that they can appeal
ANSWERS = frozenset({"outcome", "answer"})  # known only once an appeal is answered
MOST = 4_000  # characters of a template


class Unfilled(ValueError):
    """A text that must not go out. The message names the placeholders."""

    def __init__(self, names: Sequence[str]) -> None:
        shown = ", ".join(f"{{{name}}}" for name in names)
        super().__init__(f"Nothing is known that could stand for {shown}")
        self.names = tuple(names)


class Starter(Struct, frozen=True):
    """One text of the set that a workspace starts with."""

    kind: str
    language: str
    text: str


def amiss(text: str, *, answers: bool) -> str:
    """What is wrong with a template, in words; "": nothing. `answers`: it answers an appeal."""
    if not text.strip():
        return "Write the text first"
    if len(text) > MOST:
        return f"The text has {len(text):,} characters; {MOST:,} is the most"
    unknown = [name for name in named(text) if name not in PLACEHOLDERS]
    if unknown:
        shown = ", ".join(f"{{{name}}}" for name in unknown)
        return f"{shown}: no such placeholder is known. Known are: {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    early = [name for name in named(text) if name in ANSWERS and not answers]
    if early:
        return f"{{{early[0]}}} is known only in the answer to an appeal"
    bare = NAMED.sub("", text)
    if "{" in bare or "}" in bare:
        return "A curly bracket stands alone: a placeholder looks like {name}"
    if not answers and NEEDED not in named(text):
        return f"It must hold {{{NEEDED}}}: an author has to learn where they can appeal"
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text as it goes out. Raises Unfilled where something is missing or empty."""
    missing = [name for name in named(text) if not values.get(name, "").strip()]
    if missing:
        raise Unfilled(missing)
    return NAMED.sub(lambda found: values[found.group(1).strip()].strip(), text).strip()


_ENGLISH = (
    "Hello {name},\n\nwe decided about something you wrote in {place}: {what} ({until}).\n\n"
    "Your words: “{post}”\n\n{ground}\nOur reason: {reason}.\n{facts} {automated}\n\n"
    "If you think that this is wrong, tell us here, without an account: {appeal_link}\n"
    "Another person than the first looks at it. {redress}\n\n{community}"
)
_GERMAN = (
    "Guten Tag {name},\n\nwir haben über einen Beitrag von Ihnen in {place} entschieden: {what} ({until}).\n\n"
    "Ihre Worte: „{post}“\n\n{ground}\nUnser Grund: {reason}.\n{facts} {automated}\n\n"
    "Wenn Sie das für falsch halten, schreiben Sie uns hier, ohne Konto: {appeal_link}\n"
    "Ein anderer Mensch sieht es sich an. {redress}\n\n{community}"
)
_UPHELD = (
    "Hello {name},\n\nyou asked us to look again at our decision of {date} in {place}. Another person has done so: "
    "{outcome}.\n\nTheir reason: {answer}\n\n{redress}\nYou find all of it here: {appeal_link}\n\n{community}"
)
_OVERTURNED = (
    "Hello {name},\n\nyou asked us to look again at our decision of {date} in {place}. Another person has done so: "
    "{outcome}. We are sorry.\n\nTheir reason: {answer}\n\nYou find all of it here: {appeal_link}\n\n{community}"
)
_BESTAETIGT = (
    "Guten Tag {name},\n\nSie haben uns gebeten, unsere Entscheidung vom {date} in {place} zu prüfen. Ein anderer "
    "Mensch hat das getan: {outcome}.\n\nDer Grund: {answer}\n\n{redress}\nAlles dazu: {appeal_link}\n\n{community}"
)
_AUFGEHOBEN = (
    "Guten Tag {name},\n\nSie haben uns gebeten, unsere Entscheidung vom {date} in {place} zu prüfen. Ein anderer "
    "Mensch hat das getan: {outcome}. Es tut uns leid.\n\nDer Grund: {answer}\n\nAlles dazu: {appeal_link}\n\n"
    "{community}"
)
FIRST = ("hide", "remove", "warn", "mute", "ban")
STARTER: Sequence[Starter] = (
    *(Starter(kind, "", _ENGLISH) for kind in FIRST),
    *(Starter(kind, "de", _GERMAN) for kind in FIRST),
    Starter("upheld", "", _UPHELD),
    Starter("upheld", "de", _BESTAETIGT),
    Starter("overturned", "", _OVERTURNED),
    Starter("overturned", "de", _AUFGEHOBEN),
)

# what Hubbub itself says in a notice, by language; English where there is no other
WORDS: Mapping[str, Mapping[str, str]] = {
    "": {
        "hide": "your post was hidden", "remove": "your post was removed", "warn": "you were warned",
        "mute": "you were muted", "ban": "you were banned", "block": "you were blocked",
        "for good": "until somebody takes it back", "until": "until {when} UTC", "once": "once",
        "terms": "This rests on our guideline “{policy}”, version {version}: {text}",
        "law": "This rests on the law: {law}.", "none": "This rests on no written guideline.",
        "fired": "What counted were these words: {words}.", "whole": "What counted was the post as a whole.",
        "reported": "It was reported to us.",
        "machine": "A rule of ours found and decided this without a person.",
        "found": "A rule of ours found this, and a person decided.", "person": "A person found and decided this.",
        "upheld": "the decision stands", "overturned": "the decision was taken back",
        "wordless": "a post without words",
    },
    "de": {
        "hide": "Ihr Beitrag wurde verborgen", "remove": "Ihr Beitrag wurde entfernt", "warn": "Sie wurden verwarnt",
        "mute": "Sie wurden stummgeschaltet", "ban": "Sie wurden ausgeschlossen", "block": "Sie wurden gesperrt",
        "for good": "bis es jemand zurücknimmt", "until": "bis {when} UTC", "once": "einmalig",
        "terms": "Das beruht auf unserer Regel „{policy}“, Fassung {version}: {text}",
        "law": "Das beruht auf dem Gesetz: {law}.", "none": "Das beruht auf keiner geschriebenen Regel.",
        "fired": "Ausschlaggebend waren diese Wörter: {words}.", "whole": "Ausschlaggebend war der ganze Beitrag.",
        "reported": "Er wurde uns gemeldet.",
        "machine": "Das hat eine Regel ohne einen Menschen gefunden und entschieden.",
        "found": "Das hat eine Regel gefunden und ein Mensch entschieden.",
        "person": "Das hat ein Mensch gefunden und entschieden.",
        "upheld": "Die Entscheidung bleibt bestehen", "overturned": "Die Entscheidung wurde zurückgenommen",
        "wordless": "ein Beitrag ohne Worte",
    },
}  # fmt: skip
REDRESS: Mapping[str, str] = {
    "": "You can also turn to a certified out-of-court dispute settlement body, or to a court.",
    "de": "Sie können sich auch an eine zugelassene Stelle zur außergerichtlichen Beilegung oder ein Gericht wenden.",
}


def words(language: str) -> Mapping[str, str]:
    """Hubbub's own words in that language, or in English."""
    return WORDS.get(language, WORDS[""])
