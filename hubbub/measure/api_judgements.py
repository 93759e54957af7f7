"""The room's calls about judgements: what posts say, people's words on it, trust, and who judges."""

from django.shortcuts import get_object_or_404
from ninja import Router

from hubbub.core.text.labels import FIELDS, Judged
from hubbub.store import sameness
from hubbub.store.models import Correction, OwnModel, Post, Role, Workspace
from hubbub.ui.access import MemberRequest, call
from hubbub.ui.lists import before_of, write_before

from . import actions, model_actions, says, trusting
from . import shapes_judgements as shapes
from .judging import judging as judging_of

router = Router()


@router.get("/judgements/{post}", response=shapes.JudgementOut, summary="What was found in a post, and why")
@call(Role.VIEWER)
def judgement(request: MemberRequest, post: int) -> shapes.JudgementOut:
    """With people's words on it, and what was held of it before."""
    row = _post(request, post)
    return shapes.JudgementOut.of(says.detail(row), sameness.sizes([row], request.workspace).get(row.pk))


@router.post("/judgements/{post}/correct", response=shapes.CorrectionOut, summary="Say what a post is")
@call(Role.RESPONDER)
def correct(request: MemberRequest, post: int, said: shapes.CorrectIn) -> shapes.CorrectionOut:
    """It stands wherever the model's word would, until it is taken back."""
    word = actions.correct(_post(request, post), said.field, said.value, by=request.member, why=said.why)
    return shapes.CorrectionOut.of(word)


@router.post("/judgements/{post}/agree", response=shapes.CorrectionOut, summary="Say that a judgement is right")
@call(Role.RESPONDER)
def agree(request: MemberRequest, post: int, said: shapes.AgreeIn) -> shapes.CorrectionOut:
    """A label like any other."""
    return shapes.CorrectionOut.of(actions.agree(_post(request, post), said.field, by=request.member, why=said.why))


@router.post("/corrections", response=list[shapes.CorrectionOut], summary="Say what many posts are")
@call(Role.RESPONDER)
def correct_many(request: MemberRequest, said: shapes.CorrectManyIn) -> list[shapes.CorrectionOut]:
    """At most 200 at once. Those that are not there are left out."""
    many = actions.correct_many(request.workspace, said.posts, said.field, said.value, by=request.member, why=said.why)
    return [shapes.CorrectionOut.of(word) for word in many.corrections]


@router.post("/corrections/{pk}/undo", response=shapes.CorrectionOut, summary="Take a correction back")
@call(Role.RESPONDER)
def undo(request: MemberRequest, pk: int, why: str = "") -> shapes.CorrectionOut:
    """What stood before stands again."""
    word = get_object_or_404(Correction.of(request.workspace).select_related("workspace"), pk=pk)
    return shapes.CorrectionOut.of(actions.undo(word, by=request.member, why=why))


@router.get("/trust", response=list[shapes.TrustOut], summary="How far judgements can be trusted")
@call(Role.VIEWER)
def trust(request: MemberRequest) -> list[shapes.TrustOut]:
    """On this workspace's own labels, of the model in force."""
    return [shapes.TrustOut.of(trusting.field_trust(request.workspace, field)) for field in FIELDS]


@router.get("/trust/wrong", response=shapes.WrongOut, summary="Posts that were judged wrongly")
@call(Role.VIEWER)
def wrong(request: MemberRequest, field: Judged = "sentiment", before: str = "") -> shapes.WrongOut:
    """Newest word first."""
    found = trusting.wrong(request.workspace, field, before=before_of(before))
    return shapes.WrongOut(
        wrong=[shapes.CorrectionOut.of(row.word) for row in found.rows],
        before=write_before(found.older) if found.older else "",
    )


@router.get("/trust/ask", response=shapes.NextOut, summary="The post whose label would teach most")
@call(Role.VIEWER)
def ask(request: MemberRequest, field: Judged = "sentiment") -> shapes.NextOut:
    """Among the newest mentions."""
    found = trusting.next_post(request.workspace, field, by_chance=False, skipped=())
    return shapes.NextOut(post=found.post.pk if found.post else None, left=found.left)


@router.get("/judging", response=shapes.JudgingOut, summary="Who judges, and how far posts were read again")
@call(Role.VIEWER)
def judging(request: MemberRequest) -> shapes.JudgingOut:
    """With the workspace's languages and its own layers, newest first."""
    return _judging(request)


@router.patch("/judging", response=shapes.JudgingOut, summary="Set the languages of the workspace")
@call(Role.MANAGER)
def languages(request: MemberRequest, wanted: shapes.LanguagesIn) -> shapes.JudgingOut:
    """Posts in others are called unknown. Stored posts are read again."""
    model_actions.set_languages(request.workspace, " ".join(wanted.languages), by=request.member, why=wanted.why)
    return _judging(request)


@router.post("/judging/reread", response=shapes.JudgingOut, summary="Judge stored posts again")
@call(Role.MANAGER)
def reread(request: MemberRequest, said: shapes.NewestIn) -> shapes.JudgingOut:
    """Those that another model judged; in the background, newest first."""
    model_actions.reread(request.workspace, said.newest, by=request.member, why=said.why)
    return _judging(request)


@router.post("/judging/stop", response=shapes.JudgingOut, summary="Stop judging stored posts again")
@call(Role.MANAGER)
def stop(request: MemberRequest, said: shapes.SaidWhyIn) -> shapes.JudgingOut:
    """What was judged stays."""
    model_actions.stop_rereading(request.workspace, by=request.member, why=said.why)
    return _judging(request)


@router.post("/judging/go-back", response=shapes.JudgingOut, summary="Judge with the shipped model alone again")
@call(Role.MANAGER)
def go_back(request: MemberRequest, said: shapes.SaidWhyIn) -> shapes.JudgingOut:
    """Stored posts are read again."""
    model_actions.go_back(request.workspace, by=request.member, why=said.why)
    return _judging(request)


@router.post("/own-models", response=shapes.OwnModelOut, summary="Train a layer on your own labels")
@call(Role.MANAGER)
def train(request: MemberRequest, said: shapes.SaidWhyIn) -> shapes.OwnModelOut:
    """In the background; GET /measure/judging tells when it is done. It is not used before it is told to be."""
    return shapes.OwnModelOut.of(model_actions.train(request.workspace, by=request.member, why=said.why))


@router.post("/own-models/{pk}/use", response=shapes.OwnModelOut, summary="Judge with an own layer")
@call(Role.MANAGER)
def use(request: MemberRequest, pk: int, said: shapes.SaidWhyIn) -> shapes.OwnModelOut:
    """Stored posts are read again."""
    model_actions.use(_own_model(request, pk), by=request.member, why=said.why)
    return shapes.OwnModelOut.of(_own_model(request, pk))


def _judging(request: MemberRequest) -> shapes.JudgingOut:
    workspace = Workspace.objects.get(pk=request.workspace.pk)
    return shapes.JudgingOut.of(judging_of(workspace), workspace.languages)


def _own_model(request: MemberRequest, pk: int) -> OwnModel:
    return get_object_or_404(OwnModel.of(request.workspace).select_related("workspace"), pk=pk)


def _post(request: MemberRequest, pk: int) -> Post:
    rows = Post.of(request.workspace).select_related("workspace", "author", "source")
    return get_object_or_404(rows, pk=pk)
