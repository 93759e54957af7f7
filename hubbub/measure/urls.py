"""The room's addresses."""

from django.urls import path

from . import views, views_judging, views_said, views_says, views_trust

app_name = "measure"
urlpatterns = [
    path("", views.mentions, name="mentions"),
    path("said/", views_said.what_is_said, name="said"),
    path("trust/", views_trust.trust, name="trust"),
    path("trust/wrong/", views_trust.wrong, name="wrong"),
    path("trust/label/", views_trust.label, name="label"),
    path("judging/languages/", views_judging.languages, name="languages"),
    path("judging/train/", views_judging.train, name="train"),
    path("judging/own-models/<int:pk>/use/", views_judging.use, name="use"),
    path("judging/back/", views_judging.go_back, name="go_back"),
    path("judging/reread/", views_judging.reread, name="reread"),
    path("judging/stop/", views_judging.stop, name="stop"),
    path("posts/<int:pk>/says/", views_says.says, name="says"),
    path("says/undo/", views_says.undo, name="says_undo"),
    path("mentions.csv", views.mentions_csv, name="mentions_csv"),
]
