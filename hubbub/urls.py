"""Every address, room by room."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path

from hubbub import __version__
from hubbub.engage.api import router as engage
from hubbub.listen.api import router as listen
from hubbub.measure.api import router as measure
from hubbub.moderate.api import router as moderate
from hubbub.plan.api import router as plan
from hubbub.store.models import Member, Role
from hubbub.team.api import router as team
from hubbub.ui.access import MemberRequest, page
from hubbub.ui.api import make_api
from hubbub.ui.help import query_help

api = make_api(__version__)
for name, router in {
    "listen": listen,
    "engage": engage,
    "moderate": moderate,
    "measure": measure,
    "plan": plan,
    "team": team,
}.items():
    api.add_router(f"/{name}", router, tags=[name])


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the workspace that was joined last, or a page that says that there is none."""
    member = Member.everywhere.filter(user_id=request.user.pk or 0, active=True).order_by("-pk").first()
    if member is None:
        return render(request, "ui/nowhere.html", status=200)
    return redirect("workspace", workspace=member.workspace.slug)


@page(Role.VIEWER)
def workspace(request: MemberRequest) -> HttpResponse:
    """To the first-run guide until it is finished, then to the inbox."""
    room = "engage:inbox" if request.workspace.guided else "listen:guide"
    return redirect(room, workspace=request.workspace.slug)


def health(_request: HttpRequest) -> HttpResponse:
    """Says that pages are served; asks nobody who they are."""
    return HttpResponse("up\n", content_type="text/plain")


urlpatterns = [
    path("health", health, name="health"),
    path("", home, name="home"),
    path("api/", api.urls),
    path("account/", include("hubbub.team.account_urls")),
    path("enter/", include("hubbub.team.enter_urls")),
    path("appeal/", include("hubbub.moderate.appeal_urls")),
    path("guidelines/", include("hubbub.moderate.guidelines_urls")),
    path("calendar/", include("hubbub.engage.calendar.feed_urls")),
    path("in/", include("hubbub.listen.inbound_urls")),
    path("w/<slug:workspace>/", workspace, name="workspace"),
    path("w/<slug:workspace>/help/query/", query_help, name="query-help"),
    path("w/<slug:workspace>/listen/", include("hubbub.listen.urls")),
    path("w/<slug:workspace>/engage/", include("hubbub.engage.urls")),
    path("w/<slug:workspace>/moderate/", include("hubbub.moderate.urls")),
    path("w/<slug:workspace>/measure/", include("hubbub.measure.urls")),
    path("w/<slug:workspace>/plan/", include("hubbub.plan.urls")),
    path("w/<slug:workspace>/team/", include("hubbub.team.urls")),
]
