"""The room's addresses."""

from django.urls import include, path

from . import views, views_acts, views_moves, views_settings

app_name = "engage"
urlpatterns = [
    path("relationships/", include("hubbub.engage.relations.urls")),
    path("", include("hubbub.engage.people.urls")),
    path("", include("hubbub.engage.promises.urls")),
    path("calendar/", include("hubbub.engage.calendar.urls")),
    path("helpful/", include("hubbub.engage.helpful.urls")),
    path("opportunities/", include("hubbub.engage.opportunities.urls")),
    path("", include("hubbub.engage.replying.urls")),
    path("", include("hubbub.engage.approvals.urls")),
    path("", include("hubbub.engage.presence.urls")),
    path("", include("hubbub.engage.saved.urls")),
    path("", views.inbox, name="inbox"),
    path("bulk/", views_acts.bulk, name="bulk"),
    path("settings/", views_settings.settings, name="settings"),
    path("settings/opening/", include("hubbub.engage.opening.urls")),
    path("settings/tags/", include("hubbub.engage.tags.urls")),
    path("settings/teams/", include("hubbub.engage.teams.urls")),
    path("undo/", views_acts.undo, name="undo"),
    path("<int:pk>/", views.conversation, name="conversation"),
    path("<int:pk>/status/", views_acts.status, name="status"),
    path("<int:pk>/history/", views_moves.history, name="history"),
    path("<int:pk>/move/", views_moves.move, name="move"),
    path("<int:pk>/split/", views_moves.split, name="split"),
    path("<int:pk>/merge/", views_moves.merge, name="merge"),
    path("<int:pk>/act/", views_acts.act, name="act"),
    path("<int:pk>/assign/", views_acts.act, name="assign"),
    path("<int:pk>/note/", views_acts.note, name="note"),
]
