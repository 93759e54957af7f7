"""The pages to look at: the list of people, one person."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from hubbub.core.levels import LEVELS
from hubbub.engage.person import card, posts_of
from hubbub.store import merging
from hubbub.store.models import ConsentSource, Person, Role, Tag
from hubbub.store.search import Found, search
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.lists import Pager, pager, read_before, read_filter

from . import listing, picture, queries


@page(Role.VIEWER)
def people(request: MemberRequest) -> HttpResponse:
    """All people that are known, or those that are asked for."""
    asked, before = listing.read_asked(request.GET), request.GET.get("before", "")
    found = listing.page(request.workspace, asked, before)
    older = asked.url(before=found.older) if found.older else ""
    return render(
        request,
        "engage/people/list.html",
        {
            "asked": asked,
            "people": found.people,
            "names": listing.names_of(found.people),
            "no_contact": queries.no_contact([one.pk for one in found.people]),
            "page": Pager(later=asked.url() if before else "", earlier=older),
            "sorts": [(name, label, asked.url(sort=name)) for name, label in listing.SORTS.items()],
            "tags": Tag.of(request.workspace).order_by("name")[:500],
            "networks": listing.networks(request.workspace),
            "kinds": [one for one in queries.kinds(request.workspace) if one.pk and not one.retired],
            "fields": queries.fields(request.workspace),
            "levels": LEVELS,
            "alike": queries.open_likenesses(request.workspace, size=0),
            "may_act": request.role.may(Role.RESPONDER),
            "may_move": request.role.may(Role.MANAGER),
        },
    )


@page(Role.VIEWER)
def person(request: MemberRequest, pk: int) -> HttpResponse:
    """All that is known of one person, and everything that they said, on all networks."""
    return person_page(request, pk)


def person_page(
    request: MemberRequest, pk: int, slips: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page; with `slips` (form → words), its forms hold what was refused and say why."""
    chosen = get_object_or_404(Person.of(request.workspace).select_related("workspace"), pk=pk)
    if chosen.merged_into_id:
        now = merging.standing(chosen)
        return HttpResponseRedirect(reverse("engage:person", args=[request.workspace.slug, now.pk]))
    shown, filter_, now_ = card(chosen, last=0), read_filter(request), timezone.now()
    found = (
        Found((), {}, None, 0, ran_out=False)
        if filter_.slips
        else search(posts_of(chosen, shown.identities), filter_.query, now=now_, before=read_before(request))
    )
    first = not filter_.text and "before" not in request.GET
    weeks = queries.weeks(shown.identities, now_) if first else []
    url = reverse("engage:person", args=[request.workspace.slug, pk])
    return render(
        request,
        "engage/people/person.html",
        {
            "card": shown,
            "filter": filter_,
            "found": found,
            "places": {pk: [(one.field, one.start, one.end) for one in spans] for pk, spans in found.spans.items()},
            "page": pager(request, found),
            "picture": picture.weeks(weeks, url),
            "weeks": [picture.row(week, url) for week in weeks if any(week.counts.values())][::-1],
            "between": queries.between(request.workspace, shown.identities) if first else None,
            "notes": queries.notes(chosen),
            "known": queries.known(chosen),
            "agreements": queries.agreements(chosen),
            "no_contact": queries.no_contact([chosen.pk]).get(chosen.pk),
            "sources": ConsentSource.choices,
            "tags": chosen.tags.order_by("name"),
            "all_tags": Tag.of(request.workspace).order_by("name").values_list("name", flat=True)[:300],
            "mergings": queries.mergings(chosen),
            "likenesses": queries.likenesses(chosen),
            "slips": slips or {},
            "typed": request.POST,
            "may_act": request.role.may(Role.RESPONDER) and not chosen.erased,
            "may_manage": request.role.may(Role.MANAGER),
            "may_erase": request.role.may(Role.ADMIN) and not chosen.erased,
        },
        status=status,
    )
