"""Addresses of this part, within the room."""

from django.urls import path

from . import views, views_import, views_item, views_queue, views_settings
from .ideas import views as views_ideas

urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("bulk/", views.bulk, name="planned_bulk"),
    path("undo/", views.undo, name="planned_undo"),
    path("new/", views_item.new, name="planned_new"),
    path("import/", views_import.import_file, name="planned_import"),
    path("<int:planned_id>/", views_item.planned, name="planned"),
    path("<int:planned_id>/edit/", views_item.edit, name="planned_edit"),
    path("<int:planned_id>/act/", views_item.act, name="planned_act"),
    path("<int:planned_id>/move/", views.move, name="planned_move"),
    path("<int:planned_id>/repeat/", views_item.repeat, name="planned_repeat"),
    path("<int:planned_id>/end/", views_item.end_series, name="planned_end"),
    path("wording/<int:wording_id>/", views_item.wording_act, name="wording_act"),
    path("queue/", views_queue.queue, name="calendar_queue"),
    path("queue/<int:source_id>/times/", views_queue.set_slots, name="posting_times"),
    path("times/", views_queue.best_times, name="best_times"),
    path("ideas/", views_ideas.ideas, name="ideas"),
    path("ideas/<int:asked_id>/", views_ideas.asked, name="asked"),
    path("ideas/<int:asked_id>/act/", views_ideas.asked_act, name="asked_act"),
    path("link-tags/", views_settings.link_tags, name="link_tags"),
    path("link-tags/keep/", views_settings.keep_tags, name="keep_link_tags"),
    path("link-tags/<int:tagging_id>/remove/", views_settings.remove_tags, name="remove_link_tags"),
    path("feeds/", views_settings.calendar_feeds, name="calendar_feeds"),
    path("feeds/<int:feed_id>/revoke/", views_settings.revoke_feed, name="revoke_calendar_feed"),
]
