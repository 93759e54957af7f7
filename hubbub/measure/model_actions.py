"""What the room changes about who judges: re-reading, languages, the workspace's own layer. As actions.py."""

from django.db import transaction
from django.utils import timezone

from hubbub.core.text import labels, own
from hubbub.store import judges, rejudging
from hubbub.store.audit import audit
from hubbub.store.models import Correction, CorrectionEnd, Judge, Member, OwnModel, OwnModelState, Workspace
from hubbub.ui.api import Refusal

MOST_LANGUAGES = 30


@transaction.atomic
def reread(workspace: Workspace, newest: int, *, by: Member, why: str = "") -> Judge:
    """Have the `newest` stored posts judged by the model in force, where another one judged them. Raises Refusal."""
    judge = judges.current(workspace)
    if judge is None:
        raise Refusal("Nothing was judged in this workspace yet: it begins with the first posts that are read.")
    if not 1 <= newest <= judges.MOST:
        raise Refusal(f"Between 1 and {judges.MOST:,} stored posts can be read again at once.")
    there = rejudging.begin(judge, newest)
    audit(judge, "read again", by=by, why=why.strip(), after={"posts": there})
    return judge


@transaction.atomic
def stop_rereading(workspace: Workspace, *, by: Member, why: str = "") -> Judge:
    """Go no further. What was judged stays; the other posts keep what they have. Raises Refusal."""
    rows = Judge.of(workspace).select_for_update(no_key=True).filter(reading_below__isnull=False)
    judge = rows.first()
    if judge is None:
        raise Refusal("No posts are being read again at the moment.")
    rejudging.end(judge)
    audit(judge, "stop reading again", by=by, why=why.strip(), after={"read": judge.reread, "of": judge.to_reread})
    return judge


@transaction.atomic
def set_languages(workspace: Workspace, codes: str, *, by: Member, why: str = "") -> None:
    """The languages in which posts are expected, by their codes; none: any. Others are then called unknown.

    Stored posts are read again. Raises Refusal.
    """
    given = sorted({code.strip().lower() for code in codes.replace(",", " ").split()})
    odd = [code for code in given if not labels.fits("language", code)]
    if odd:
        raise Refusal(f"“{odd[0][:20]}” is no code of a language: write codes of two letters, as en de fr.")
    if len(given) > MOST_LANGUAGES:
        raise Refusal(f"{len(given)} languages were named; {MOST_LANGUAGES} is the most. Name none to expect any.")
    before, after = workspace.languages, " ".join(given)
    if before == after:
        return
    workspace.plan_changed()  # first: batches in hand are judged by what was agreed when they began
    workspace.languages = after
    workspace.save(update_fields=["languages"])
    audit(by, "set languages", by=by, why=why.strip(), before={"languages": before}, after={"languages": after})


@transaction.atomic
def train(workspace: Workspace, *, by: Member, why: str = "") -> OwnModel:
    """Ask for the workspace's own layer to be trained on its people's words; the loop does it. Raises Refusal where
    there are too few labels, which are counted for each judgement by itself."""
    waiting = OwnModel.of(workspace).filter(state=OwnModelState.WAITING).first()
    if waiting is not None:
        return waiting
    missing = missing_labels(workspace)
    if all(missing.values()):
        raise Refusal(" ".join(missing.values()))
    model = OwnModel.everywhere.create(
        workspace=workspace, by=by, by_name=str(by)[:200], at=timezone.now(), state=OwnModelState.WAITING
    )
    audit(model, "train", by=by, why=why.strip())
    return model


def missing_labels(workspace: Workspace) -> dict[own.Field, str]:
    """For each judgement why no layer can be trained for it yet; "" where it can."""
    rows = Correction.of(workspace).filter(end=CorrectionEnd.STANDS).values_list("field", "value")
    said: dict[str, list[str]] = {field: [] for field in own.CLASSES}
    for field, value in rows:
        if field in said:
            said[field].append(own_name(field, value))
    return {field: own.refusal(field, said[field]) for field in own.CLASSES}


def own_name(field: str, value: str) -> str:
    """A label as the own layer calls it: its two classes have names."""
    if field in {"toxicity", "spam"}:
        return "fine" if value == labels.NO else {"toxicity": "toxic", "spam": "spam"}[field]
    return value


@transaction.atomic
def use(model: OwnModel, *, by: Member, why: str = "") -> OwnModel:
    """Judge with it from now on; stored posts are read again. Raises Refusal."""
    workspace = model.workspace
    workspace.plan_changed()  # first, as above
    row = OwnModel.of(workspace).select_for_update(no_key=True).get(pk=model.pk)
    if row.state != OwnModelState.READY:
        raise Refusal(f"It cannot be used: {row.error or row.get_state_display().lower()}.")
    judge = judges.current(workspace)
    if judge is not None and judge.version != row.version:
        raise Refusal("It was trained on an earlier shipped model. Train again, then it fits the one in force.")
    if row.in_use:
        return row
    OwnModel.of(workspace).filter(in_use=True).update(in_use=False)
    row.in_use = True
    row.save(update_fields=["in_use"])
    audit(row, "use", by=by, why=why.strip(), after={"trained_on": row.trained_on})
    return row


@transaction.atomic
def go_back(workspace: Workspace, *, by: Member, why: str = "") -> OwnModel:
    """Judge with the shipped model alone again; stored posts are read again. Raises Refusal."""
    workspace.plan_changed()  # first, as above
    row = OwnModel.of(workspace).select_for_update(no_key=True).filter(in_use=True).first()
    if row is None:
        raise Refusal("The shipped model judges alone already.")
    row.in_use = False
    row.save(update_fields=["in_use"])
    audit(row, "go back", by=by, why=why.strip(), before={"trained_on": row.trained_on})
    return row
