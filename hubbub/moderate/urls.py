"""The room's addresses."""

from django.urls import path

from . import views, views_log, views_rules

app_name = "moderate"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("posts/<int:pk>/decide/", views.decide, name="decide"),
    path("decide/", views.decide_many, name="decide_many"),
    path("undo/", views.undo, name="undo"),
    path("rules/", views_rules.rules, name="rules"),
    path("rules/new/", views_rules.rule_new, name="rule_new"),
    path("rules/rules.toml", views_rules.rules_export, name="rules_export"),
    path("rules/import/", views_rules.rules_import, name="rules_import"),
    path("rules/<int:pk>/", views_rules.rule, name="rule"),
    path("rules/<int:pk>/hits/", views_rules.rule_hits, name="rule_hits"),
    path("rules/<int:pk>/move/", views_rules.rule_move, name="rule_move"),
    path("rules/<int:pk>/delete/", views_rules.rule_delete, name="rule_delete"),
    path("log/", views_log.log, name="log"),
    path("log.csv", views_log.log_csv, name="log_csv"),
]
