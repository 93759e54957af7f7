"""The room's addresses."""

from django.urls import include, path

from . import views

app_name = "team"
urlpatterns = [
    path("", include("hubbub.team.notifications.urls")),
    path("members/", views.members, name="members"),
    path("members/add/", views.add_member, name="add_member"),
    path("members/<int:pk>/role/", views.change_role, name="role"),
    path("members/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("members/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("members/<int:pk>/link/", views.new_link, name="new_link"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.new_token, name="new_token"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
]
