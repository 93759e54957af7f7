"""What people ask most: questions that share a telling phrase, put together. No model: counts that can be checked.

Each question is cut into words; those that stand in most questions, or that only ask, tell nothing. What remains, alone
or two in a row, is a phrase. The phrase that most different people use, weighed by how rare it is elsewhere, makes the
first group and takes its questions; then the next one, from what is left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log

from msgspec import Struct

from .query.reading import exact_tokens, tokens

FEWEST = 3  # people who ask before it is called a group
COMMON = 0.4  # a word in a larger share of the questions tells nothing, where there are enough to say so
ENOUGH = 20
SHORTEST = 3  # letters of a telling word in scripts that write words apart
READ = 60  # words of a question that are read
PAIRED = 1.4  # how much more two words in a row tell than one

# words that ask or join and name nothing; what else is frequent is found by counting
ASKING = frozenset(
    tokens(
        "a about after again all also am an and any anybody anyone are as at be because been before being but by "
        "can cannot come comes could did do does doing don done else ever every for from get gets getting give go "
        "going got had has have having he hello help her here hey hi him his how i if in into is it its just know "
        "let like long make many may me might more most much must my need new no not now of off on one only or "
        "other our out over please possible question really same say see seem seems she should so some somebody "
        "someone something still such sure take tell than thank thanks that the their them then there these they "
        "thing things think this those through to too try trying under up us use used using very want was way we "
        "well were what when where whether which while who why will with without work works would yes yet you your "
        "yours http https www com aber als auch auf aus bei bin bis bitte da dann das dass dem den der des die "
        "dies diese dieser doch ein eine einen einer eines er es für geht gibt habe haben hallo hat hier ich ihr "
        "im ist ja jemand kann kein keine können man mehr mein meine mir mit nach nicht noch nur oder ob schon "
        "sein sich sie sind und uns vom von wann war warum weiß welche welcher wenn wer werden wie wieder wird wo "
        "wurde zu zum zur über au aux avec bonjour ce ces cette combien comment dans de du elle en est et eu faire "
        "faut il ils j je la le les leur mais mes mon ne nous ou où par pas peut plus pour pourquoi quand que quel "
        "quelle qui quoi sa sans se ses si son sont sur ta te tes ton tu un une va vos votre vous y al algo "
        "alguien como con cual cuando cuanto del desde donde el ella esta este esto hay hola las lo los mi muy nos "
        "o para pero por porque puede puedo quien ser sin sobre su sus tengo tiene una ya yo che ci cosa dal dei "
        "della di dove e gli ho io ma nel non per perché più posso qualcuno quale quando questo sono tra aan ben "
        "bij dan dat dit een ga heb hebben heeft het hoe iemand ik kan kun maar met mijn naar niet nog om ook op "
        "tot uit van voor waar waarom wat wel wil zijn"
    )
)


class Question(Struct, frozen=True):
    """One post that asks."""

    id: int
    who: str  # "" where unknown: then each counts as another person
    text: str


class Group(Struct, frozen=True):
    """Questions that share a phrase; the first that was given first."""

    phrase: str  # folded, as questions are compared by it
    says: str  # as it is most often written
    ids: tuple[int, ...]
    people: int


class _Read(Struct):
    question: Question
    words: list[str]
    written: list[str]  # the same words, as they stand there
    phrases: dict[str, str]  # → as it is written here


def groups(questions: Sequence[Question], elsewhere: Mapping[str, int] | None = None, most: int = 30) -> list[Group]:
    """At most `most` groups, those that most people ask first. `elsewhere`: in how many posts of any kind each word
    stands, as far as it is known."""
    read = [_read(one) for one in questions]
    _name_phrases(read)
    found: list[Group] = []
    by_phrase: dict[str, list[_Read]] = {}
    for one in read:
        for phrase in one.phrases:
            by_phrase.setdefault(phrase, []).append(one)
    by_phrase = {phrase: asked for phrase, asked in by_phrase.items() if _people(asked) >= FEWEST}
    weights = {phrase: _weight(phrase, asked, elsewhere or {}) for phrase, asked in by_phrase.items()}
    while weights and len(found) < most:
        phrase = max(weights, key=lambda one: (weights[one], one))
        asked = by_phrase.pop(phrase)
        del weights[phrase]
        written = Counter(one.phrases[phrase] for one in asked).most_common(1)[0][0]
        found.append(Group(phrase, written, tuple(one.question.id for one in asked), _people(asked)))
        taken = {one.question.id for one in asked}
        for other in {other for one in asked for other in one.phrases} & by_phrase.keys():
            by_phrase[other] = [kept for kept in by_phrase[other] if kept.question.id not in taken]
            if _people(by_phrase[other]) < FEWEST:
                del by_phrase[other], weights[other]
            else:
                weights[other] = _weight(other, by_phrase[other], elsewhere or {})
    return sorted(found, key=lambda one: (-one.people, -len(one.ids), one.phrase))


def _read(question: Question) -> _Read:
    words, written = tokens(question.text)[:READ], [word for word, _ in exact_tokens(question.text)[:READ]]
    return _Read(question, words, written if len(written) == len(words) else words, {})


def _name_phrases(read: Sequence[_Read]) -> None:
    held = Counter(word for one in read for word in set(one.words))
    common = {word for word, count in held.items() if len(read) >= ENOUGH and count > COMMON * len(read)}
    for one in read:
        kept = [_tells(word) and word not in common for word in one.words]
        pairs = list(zip(one.words, one.written, strict=True))
        one.phrases = {word: written for (word, written), tells in zip(pairs, kept, strict=True) if tells}
        for (left, right), both in zip(pairwise(pairs), pairwise(kept), strict=True):
            if all(both):
                one.phrases[f"{left[0]} {right[0]}"] = f"{left[1]} {right[1]}"


def _tells(word: str) -> bool:
    if word in ASKING or not any(char.isalpha() for char in word):
        return False
    return len(word) >= SHORTEST or not word.isascii()


def _people(asked: Sequence[_Read]) -> int:
    if len(asked) == 1:  # as most phrases are asked once
        return 1
    named = {one.question.who for one in asked if one.question.who}
    return len(named) + sum(not one.question.who for one in asked)


def _weight(phrase: str, asked: Sequence[_Read], elsewhere: Mapping[str, int]) -> float:
    words = phrase.split(" ")
    rarest = min(elsewhere.get(word, 0) for word in words)
    rare = 1.0 / log(3.0 + rarest / max(1, len(asked)))
    return _people(asked) * rare * (PAIRED if len(words) > 1 else 1.0)
