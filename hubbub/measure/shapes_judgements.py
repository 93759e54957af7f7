"""What the calls about judgements take and answer with."""

from datetime import datetime
from typing import Annotated

from msgspec import to_builtins
from ninja import Schema
from pydantic import Field

from hubbub.core.text.labels import Judged
from hubbub.core.text.trust import Share
from hubbub.store.models import Correction, OwnModel
from hubbub.store.sameness import Group
from hubbub.ui.api import RowId
from hubbub.ui.judged import Said

from . import says, trusting
from .actions import MOST
from .judging import Judging


class AnswerOut(Schema):
    """One answer. `value` is empty where it was not judged; `sure` runs from 0 to 1."""

    value: str
    sure: float
    by_person: bool

    @classmethod
    def of(cls, said: Said) -> "AnswerOut":
        """From what the page shows."""
        return cls(value=said.value, sure=said.sure, by_person=said.by_person)


class CorrectionOut(Schema):
    """A person's word; `was` is what the model had said then. `end` is empty while it stands."""

    id: int
    post: int
    field: str
    value: str
    was: str
    was_sure: float
    by: str
    why: str
    at: datetime
    end: str

    @classmethod
    def of(cls, word: Correction) -> "CorrectionOut":
        """From the row."""
        return cls(
            id=word.pk,
            post=word.post_id,
            field=word.field,
            value=word.value,
            was=word.was,
            was_sure=word.was_sure,
            by=word.by_name,
            why=word.why,
            at=word.at,
            end=word.end,
        )


class ReasonOut(Schema):
    """A stretch of the title or the text that spoke for the answer, in code points."""

    field: str
    start: int
    end: int


class FieldOut(Schema):
    """One field: what counts, and why. `not_judged`: why there is no answer; `model`: what the model says where a
    person's word stands; `correction`: that word."""

    field: Judged
    held: AnswerOut
    not_judged: str
    because: list[ReasonOut]
    against: list[str]
    model: AnswerOut | None
    correction: int | None


class PastOut(Schema):
    """What was held before, by which model, until when."""

    model: str
    until: datetime
    of_an_earlier_text: bool
    said: dict[str, AnswerOut]


class JudgementOut(Schema):
    """A post's judgement. `model` is empty where it was not judged yet; `alike` counts the posts that say the same, it
    among them, and `first` is the first of them."""

    post: int
    model: str
    fields: list[FieldOut]
    corrections: list[CorrectionOut]
    past: list[PastOut]
    alike: int
    first: int

    @classmethod
    def of(cls, found: says.Detail, group: Group | None) -> "JudgementOut":
        """From what the page shows."""
        return cls(
            post=found.post.pk,
            model=str(found.judge) if found.judge else "",
            fields=[_field(one) for one in found.told],
            corrections=[CorrectionOut.of(word) for word in found.words],
            past=[
                PastOut(
                    model=str(one.past.judge),
                    until=one.past.until,
                    of_an_earlier_text=one.past.edited,
                    said={said.field: AnswerOut.of(said) for said in one.says},
                )
                for one in found.before
            ],
            alike=group.size if group else 1,
            first=group.first if group else found.post.pk,
        )


def _field(told: says.Told) -> FieldOut:
    return FieldOut(
        field=told.said.field,
        held=AnswerOut.of(told.said),
        not_judged=told.because,
        because=[ReasonOut(field=field, start=start, end=end) for field, start, end in told.spans],
        against=list(told.against),
        model=AnswerOut.of(told.model_says) if told.model_says else None,
        correction=told.word.pk if told.word else None,
    )


class CorrectIn(Schema):
    """`value`: a code as en; negative, neutral, positive; yes or no for toxicity and spam; an intent."""

    field: Judged
    value: str
    why: str = ""


class AgreeIn(Schema):
    """Yes, that is right."""

    field: Judged
    why: str = ""


class CorrectManyIn(CorrectIn):
    """The same of many posts."""

    posts: Annotated[list[RowId], Field(min_length=1, max_length=MOST)]


class ShareOut(Schema):
    """`hits` of `of`, with the interval that holds the true share 95 times in 100; null: nothing was counted."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class ClassTrustOut(Schema):
    """`right`: of the posts judged so, those that are so; `found`: of those that are so, those judged so."""

    value: str
    right: ShareOut
    found: ShareOut


class TrustOut(Schema):
    """How far one field can be trusted, on this workspace's labels. `answered`: right answers among those given. Labels
    that were asked for are left out where there are enough others: they are harder than the rest."""

    field: Judged
    labels: int
    asked: int
    asked_left_out: bool
    answered: ShareOut
    macro_recall: float | None
    classes: list[ClassTrustOut]

    @classmethod
    def of(cls, found: trusting.FieldTrust) -> "TrustOut":
        """From what the page shows."""
        return cls(
            field=found.field,
            labels=found.labels,
            asked=found.asked,
            asked_left_out=found.asked_left_out,
            answered=_share(found.answered),
            macro_recall=found.trust.macro_recall,
            classes=[
                ClassTrustOut(value=row.value, right=_share(row.right), found=_share(row.found))
                for row in found.classes
            ],
        )


def _share(share: Share) -> ShareOut:
    return ShareOut(**to_builtins(share))


class WrongOut(Schema):
    """A page of posts that the model got wrong, newest word first; `before` leads to the next one, empty at the end."""

    wrong: list[CorrectionOut]
    before: str


class NextOut(Schema):
    """The post whose label would teach most (null: none is left), and how many were looked at."""

    post: int | None
    left: int


class OwnModelOut(Schema):
    """A layer trained on this workspace's labels; `results` compare before and after on labels held out."""

    id: int
    state: str
    trained_on: int
    results: list[dict[str, object]]
    error: str
    in_use: bool
    by: str
    at: datetime
    done: datetime | None

    @classmethod
    def of(cls, model: OwnModel) -> "OwnModelOut":
        """From the row."""
        return cls(
            id=model.pk,
            state=model.state,
            trained_on=model.trained_on,
            results=model.results,
            error=model.error,
            in_use=model.in_use,
            by=model.by_name,
            at=model.at,
            done=model.done,
        )


class JudgingOut(Schema):
    """Who judges, and how far stored posts were read again. `missing`: what is needed for an own layer, field by field,
    empty where nothing is."""

    model: str
    since: datetime | None
    languages: list[str]
    reading_again: bool
    read: int
    to_read: int
    changed: int
    own_models: list[OwnModelOut]
    missing: dict[str, str]

    @classmethod
    def of(cls, found: Judging, languages: str) -> "JudgingOut":
        """From what the page shows."""
        judge = found.judge
        return cls(
            model=str(judge) if judge else "",
            since=judge.since if judge else None,
            languages=languages.split(),
            reading_again=judge is not None and judge.reading_below is not None,
            read=judge.reread if judge else 0,
            to_read=judge.to_reread if judge else 0,
            changed=judge.reread_changed if judge else 0,
            own_models=[OwnModelOut.of(one.model) for one in found.trainings],
            missing=dict(found.missing),
        )


class LanguagesIn(Schema):
    """Codes of the languages in which posts are expected; none: any."""

    languages: list[str]
    why: str = ""


class NewestIn(Schema):
    """How many of the newest stored posts."""

    newest: Annotated[int, Field(ge=1)] = 1_000_000
    why: str = ""


class SaidWhyIn(Schema):
    """For the log."""

    why: str = ""
