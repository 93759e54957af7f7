"""Calls about helpful words, through the same actions as the pages."""

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from hubbub.store.models import Article, Conversation, Post, Role, SavedReply, Sketch
from hubbub.ui.access import MemberRequest, call

from . import actions, kept, queries, sketch_actions
from .shapes import ArticleIn, ArticleOut, OfferedOut, SavedReplyIn, SavedReplyOut, SketchIn, SketchOut

router = Router()


def _reply(request: MemberRequest, pk: int) -> SavedReply:
    known = SavedReply.of(request.workspace).filter(gone__isnull=True).select_related("workspace")
    return get_object_or_404(known, pk=pk)


def _article(request: MemberRequest, pk: int) -> Article:
    known = Article.of(request.workspace).filter(gone__isnull=True).select_related("workspace")
    return get_object_or_404(known, pk=pk)


@router.get("/saved-replies", response=list[SavedReplyOut], summary="All saved replies")
@call(Role.VIEWER)
def saved_replies(request: MemberRequest) -> list[SavedReplyOut]:
    """By title."""
    return [SavedReplyOut.of(row) for row in SavedReply.of(request.workspace).filter(gone__isnull=True)]


@router.post("/saved-replies", response={201: SavedReplyOut}, summary="Save a reply")
@call(Role.RESPONDER)
def saved_reply_new(request: MemberRequest, wish: SavedReplyIn) -> Status[SavedReplyOut]:
    """With {placeholders}."""
    draft = actions.ReplyDraft(wish.title, wish.text)
    row = actions.save_reply(request.workspace, draft, by=request.member, why=wish.why)
    return Status(201, SavedReplyOut.of(row))


@router.put("/saved-replies/{pk}", response=SavedReplyOut, summary="Change a saved reply")
@call(Role.RESPONDER)
def saved_reply_change(request: MemberRequest, pk: int, wish: SavedReplyIn) -> SavedReplyOut:
    """Title and words."""
    draft = actions.ReplyDraft(wish.title, wish.text)
    row = actions.save_reply(request.workspace, draft, by=request.member, row=_reply(request, pk), why=wish.why)
    return SavedReplyOut.of(row)


@router.delete("/saved-replies/{pk}", response={204: None}, summary="Delete a saved reply")
@call(Role.RESPONDER)
def saved_reply_delete(request: MemberRequest, pk: int) -> Status[None]:
    """It can be brought back on its page."""
    kept.delete(_reply(request, pk), by=request.member)
    return Status(204, None)


@router.get("/articles", response=list[ArticleOut], summary="The knowledge base")
@call(Role.VIEWER)
def articles(request: MemberRequest) -> list[ArticleOut]:
    """By title."""
    return [ArticleOut.of(row) for row in Article.of(request.workspace).filter(gone__isnull=True)]


@router.post("/articles", response={201: ArticleOut}, summary="Write an article")
@call(Role.RESPONDER)
def article_new(request: MemberRequest, wish: ArticleIn) -> Status[ArticleOut]:
    """What people ask, and the answer."""
    draft = actions.ArticleDraft(wish.title, wish.text, wish.url, wish.keywords)
    return Status(201, ArticleOut.of(actions.save_article(request.workspace, draft, by=request.member, why=wish.why)))


@router.put("/articles/{pk}", response=ArticleOut, summary="Change an article")
@call(Role.RESPONDER)
def article_change(request: MemberRequest, pk: int, wish: ArticleIn) -> ArticleOut:
    """All of it."""
    draft = actions.ArticleDraft(wish.title, wish.text, wish.url, wish.keywords)
    row = _article(request, pk)
    return ArticleOut.of(actions.save_article(request.workspace, draft, by=request.member, row=row, why=wish.why))


@router.delete("/articles/{pk}", response={204: None}, summary="Delete an article")
@call(Role.RESPONDER)
def article_delete(request: MemberRequest, pk: int) -> Status[None]:
    """It can be brought back on its page."""
    kept.delete(_article(request, pk), by=request.member)
    return Status(204, None)


@router.get("/conversations/{pk}/helpful", response=list[OfferedOut], summary="Words that help with a reply")
@call(Role.RESPONDER)
def helpful(request: MemberRequest, pk: int, find: str = "") -> list[OfferedOut]:
    """Articles that the words of the newest post lead to, then saved replies, filled in; or what holds `find`."""
    known = Conversation.of(request.workspace).select_related("workspace", "source", "author")
    conversation = get_object_or_404(known, pk=pk)
    newest = conversation.posts.select_related("author").filter(ours=False).order_by("-published", "-id").first()
    panel = queries.panel(conversation, newest, request.member, find)
    return [OfferedOut.of(one) for one in (*panel.articles, *panel.replies)]


@router.post("/sketches", response={201: SketchOut}, summary="Ask a language model for a draft")
@call(Role.RESPONDER)
def sketch_ask(request: MemberRequest, wish: SketchIn) -> Status[SketchOut]:
    """Where an admin turned it on; it is written in the background and never sent."""
    known = Conversation.of(request.workspace).select_related("workspace", "source")
    conversation = get_object_or_404(known, pk=wish.conversation)
    post = get_object_or_404(Post.of(request.workspace), pk=wish.post) if wish.post else None
    return Status(201, SketchOut.of(sketch_actions.ask(conversation, post, wish.wish, by=request.member)))


@router.get("/sketches/{pk}", response=SketchOut, summary="How far a draft is")
@call(Role.RESPONDER)
def sketch(request: MemberRequest, pk: int) -> SketchOut:
    """And its words, once it is written."""
    return SketchOut.of(get_object_or_404(Sketch.of(request.workspace), pk=pk))
