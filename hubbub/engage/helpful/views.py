"""Pages about helpful words: saved replies and articles, each with its list, its form, files, undo."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from msgspec import Struct

from hubbub.core.placeholders import KNOWN
from hubbub.store.models import Article, Role, SavedReply
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import Refusal
from hubbub.ui.lists import offer_undo

from . import actions, kept, queries, table
from .forms import ArticleForm, ReplyForm

Row = TypeVar("Row", SavedReply, Article)
A_PAGE = 100


class Shelf(Struct, frozen=True):
    """What differs between the pages of saved replies and those of articles."""

    list: str  # the URL names
    new: str
    one: str
    many: str  # in words
    single: str
    lead: str
    empty: str
    columns: str


REPLIES = Shelf(
    "engage:saved_replies", "engage:saved_reply_new", "engage:saved_reply", "Saved replies", "saved reply",
    "Words that you use again and again, put into a reply by one key.",
    "Save the replies that you write every week: thanks, where is my order, we are looking into it.", "title, text",
)  # fmt: skip
ARTICLES = Shelf(
    "engage:articles", "engage:article_new", "engage:article", "Helpful information", "article",
    "What people ask, and the answer. While you reply, those that fit the words of the post are offered.",
    "Write down the five questions that people ask most, with the answer as you would give it.",
    "title, text, url, keywords",
)  # fmt: skip


def _see(request: MemberRequest, name: str, *which: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[request.workspace.slug, *which]), status=303)


def _list(request: MemberRequest, model: type[Row], shelf: Shelf) -> HttpResponse:
    sought = request.GET.get("q", "").strip()
    rows = list(model.of(request.workspace).filter(gone__isnull=True).select_related("by__user"))
    if sought:
        rows = [row for row in rows if queries.holds(f"{row.title} {row.text}", sought)]
    shown = Paginator(rows, A_PAGE).get_page(request.GET.get("page", ""))
    context = {
        "shelf": shelf,
        "rows": [(row, reverse(shelf.one, args=[request.workspace.slug, row.pk])) for row in shown],
        "shown": shown,
        "sought": sought,
        "new_url": reverse(shelf.new, args=[request.workspace.slug]),
        "may_act": request.role.may(Role.RESPONDER),
    }
    return render(request, "engage/helpful/list.html", context)


@page(Role.VIEWER)
def saved_replies(request: MemberRequest) -> HttpResponse:
    """All saved replies."""
    return _list(request, SavedReply, REPLIES)


@page(Role.VIEWER)
def articles(request: MemberRequest) -> HttpResponse:
    """All articles."""
    return _list(request, Article, ARTICLES)


def _edit(
    request: MemberRequest, row: SavedReply | Article | None, form: forms.Form, save: Callable[[], str], shelf: Shelf
) -> HttpResponse:
    """The form, or what became of it. `save` gives the title."""
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, f"“{save()}” is saved.")
            return _see(request, shelf.list)
        except Refusal as no:
            problem = str(no)
    amiss = bool(problem) or (request.method == "POST" and bool(form.errors))
    context = {
        "row": row,
        "form": form,
        "problem": problem,
        "shelf": shelf,
        "known": KNOWN,
        "list_url": reverse(shelf.list, args=[request.workspace.slug]),
        "delete_url": reverse(f"{shelf.one}_delete", args=[request.workspace.slug, row.pk]) if row else "",
        "may_act": request.role.may(Role.RESPONDER),
    }
    return render(request, "engage/helpful/edit.html", context, status=422 if amiss else 200)


def _reply(request: MemberRequest, pk: int) -> SavedReply:
    return get_object_or_404(SavedReply.of(request.workspace).select_related("workspace"), pk=pk)


def _article(request: MemberRequest, pk: int) -> Article:
    return get_object_or_404(Article.of(request.workspace).select_related("workspace"), pk=pk)


def _edit_reply(request: MemberRequest, row: SavedReply | None) -> HttpResponse:
    begin = {name: getattr(row, name) for name in ("title", "text", "version")} if row else None
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=begin)

    def save() -> str:
        version = form.cleaned_data["version"]
        return actions.save_reply(request.workspace, form.draft(), by=request.member, row=row, version=version).title

    return _edit(request, row, form, save, REPLIES)


def _edit_article(request: MemberRequest, row: Article | None) -> HttpResponse:
    begin = {name: getattr(row, name) for name in ("title", "text", "url", "keywords", "version")} if row else None
    form = ArticleForm(request.POST if request.method == "POST" else None, initial=begin)

    def save() -> str:
        version = form.cleaned_data["version"]
        return actions.save_article(request.workspace, form.draft(), by=request.member, row=row, version=version).title

    return _edit(request, row, form, save, ARTICLES)


@page(Role.RESPONDER)
def saved_reply_new(request: MemberRequest) -> HttpResponse:
    """Write one."""
    return _edit_reply(request, None)


@page(Role.VIEWER, to_write=Role.RESPONDER)
def saved_reply(request: MemberRequest, pk: int) -> HttpResponse:
    """Read or change one."""
    return _edit_reply(request, _reply(request, pk))


@page(Role.RESPONDER)
def article_new(request: MemberRequest) -> HttpResponse:
    """Write one."""
    return _edit_article(request, None)


@page(Role.VIEWER, to_write=Role.RESPONDER)
def article(request: MemberRequest, pk: int) -> HttpResponse:
    """Read or change one."""
    return _edit_article(request, _article(request, pk))


def _delete(request: MemberRequest, row: SavedReply | Article, shelf: Shelf) -> HttpResponse:
    kept.delete(row, by=request.member)
    back = reverse(f"{shelf.one}_back", args=[request.workspace.slug, row.pk])
    offer_undo(request, f"“{row}” is deleted.", back, [])
    return _see(request, shelf.list)


def _back(request: MemberRequest, row: SavedReply | Article, shelf: Shelf) -> HttpResponse:
    try:
        kept.bring_back(row, by=request.member)
    except Refusal as no:
        messages.error(request, str(no))
    return _see(request, shelf.list)


@page(Role.RESPONDER)
@require_POST
def saved_reply_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Out of all lists."""
    return _delete(request, _reply(request, pk), REPLIES)


@page(Role.RESPONDER)
@require_POST
def saved_reply_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo that."""
    return _back(request, _reply(request, pk), REPLIES)


@page(Role.RESPONDER)
@require_POST
def article_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Out of all lists."""
    return _delete(request, _article(request, pk), ARTICLES)


@page(Role.RESPONDER)
@require_POST
def article_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo that."""
    return _back(request, _article(request, pk), ARTICLES)


def _file(request: MemberRequest, shelf: Shelf) -> HttpResponse:
    """A file read in, or tried out first."""
    upload, taken, problem = request.FILES.get("file"), None, ""
    try_out = "try" in request.POST
    if request.method == "POST" and upload is None:
        problem = "Choose a file first"
    elif upload is not None:
        read = actions.read_replies if shelf is REPLIES else actions.read_articles
        try:
            content = upload.read(table.LARGEST + 1)
            taken = read(request.workspace, content, by=request.member, try_out=try_out)
        except Refusal as no:
            problem = str(no)
    context = {
        "shelf": shelf,
        "taken": taken,
        "tried": try_out,
        "problem": problem,
        "list_url": reverse(shelf.list, args=[request.workspace.slug]),
    }
    return render(request, "engage/helpful/file.html", context, status=422 if problem else 200)


@page(Role.RESPONDER)
def saved_replies_file(request: MemberRequest) -> HttpResponse:
    """Saved replies from a CSV."""
    return _file(request, REPLIES)


@page(Role.RESPONDER)
def articles_file(request: MemberRequest) -> HttpResponse:
    """Articles from a CSV."""
    return _file(request, ARTICLES)


@page(Role.VIEWER)
def saved_replies_export(request: MemberRequest) -> HttpResponse:
    """All of them as a CSV that can be read in again."""
    rows = SavedReply.of(request.workspace).filter(gone__isnull=True).values_list("title", "text")
    return table.download(f"{request.workspace.slug}-saved-replies.csv", ("title", "text"), rows)


@page(Role.VIEWER)
def articles_export(request: MemberRequest) -> HttpResponse:
    """All of them as a CSV that can be read in again."""
    heads = ("title", "text", "url", "keywords")
    rows = Article.of(request.workspace).filter(gone__isnull=True).values_list(*heads)
    return table.download(f"{request.workspace.slug}-helpful-information.csv", heads, rows)
