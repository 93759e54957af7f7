"""The addresses of relationships."""

from django.urls import path

from . import views, views_acts, views_settings, views_suggestions

urlpatterns = [
    path("", views.relations, name="relations"),
    path("bulk/", views_acts.bulk, name="relations_bulk"),
    path("undo/", views_acts.undo, name="relations_undo"),
    path("begin/<int:person_id>/", views_acts.begin, name="relation_begin"),
    path("suggestions/", views_suggestions.suggestions, name="suggestions"),
    path("suggestions/<int:suggestion_id>/answer/", views_suggestions.answer, name="suggestion_answer"),
    path("settings/", views_settings.relation_settings, name="relation_settings"),
    path("settings/levels/", views_settings.levels, name="relation_levels"),
    path("settings/stages/<slug:kind_name>/", views_settings.stages, name="relation_stages"),
    path("settings/stage/<int:stage_id>/", views_settings.stage, name="relation_stage"),
    path("<int:relationship_id>/", views.relation, name="relation"),
    path("<int:relationship_id>/act/", views_acts.act, name="relation_act"),
]
