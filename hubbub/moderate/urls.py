"""The room's addresses."""

from django.urls import path

from . import views, views_log, views_policies, views_rules

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
    path("policies/", views_policies.policies, name="policies"),
    path("policies/new/", views_policies.policy_new, name="policy_new"),
    path("policies/policies.toml", views_policies.policies_export, name="policies_export"),
    path("policies/guidelines.md", views_policies.policies_markdown, name="policies_markdown"),
    path("policies/guidelines.txt", views_policies.policies_text, name="policies_text"),
    path("policies/import/", views_policies.policies_import, name="policies_import"),
    path("policies/publish/", views_policies.policies_publish, name="policies_publish"),
    path("policies/<int:pk>/", views_policies.policy, name="policy"),
    path("policies/<int:pk>/versions/", views_policies.policy_versions, name="policy_versions"),
    path("log/", views_log.log, name="log"),
    path("log.csv", views_log.log_csv, name="log_csv"),
]
