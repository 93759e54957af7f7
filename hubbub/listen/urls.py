"""The room's addresses."""

from django.urls import path

from . import (
    views_editor,
    views_guide,
    views_import,
    views_site,
    views_sources,
    views_stream,
    views_topics,
    views_versions,
)

app_name = "listen"
urlpatterns = [
    path("", views_stream.stream, name="stream"),
    path("post/<int:pk>/", views_stream.post, name="post"),
    path("topics/", views_topics.topics, name="topics"),
    path("topics/active/", views_topics.topics_active, name="topics_active"),
    path("topics/new/", views_editor.topic_new, name="topic_new"),
    path("topics/preview/", views_editor.topic_preview, name="topic_preview"),
    path("topics/chart/", views_editor.topic_chart, name="topic_chart"),
    path("topics/translate/", views_import.topic_translate, name="topic_translate"),
    path("topics/file/", views_import.topics_in_file, name="topics_in_file"),
    path("topics/topics.toml", views_import.topics_export, name="topics_export"),
    path("topics/<int:pk>/", views_editor.topic, name="topic"),
    path("topics/<int:pk>/apply/", views_topics.topic_apply, name="topic_apply"),
    path("topics/<int:pk>/stop/", views_topics.topic_stop, name="topic_stop"),
    path("topics/<int:pk>/progress/", views_topics.topic_progress, name="topic_progress"),
    path("topics/<int:pk>/versions/", views_versions.topic_versions, name="topic_versions"),
    path(
        "topics/<int:pk>/versions/<int:version>/bring-back/",
        views_versions.version_bring_back,
        name="version_bring_back",
    ),
    path("topics/<int:pk>/delete/", views_topics.topic_delete, name="topic_delete"),
    path("sources/", views_sources.sources, name="sources"),
    path("sources/act/", views_sources.sources_act, name="sources_act"),
    path("sources/new/", views_sources.source_new, name="source_new"),
    path("sources/<int:pk>/", views_sources.source, name="source"),
    path("sources/<int:pk>/health/", views_sources.source_health, name="source_health"),
    path("sources/<int:pk>/edit/", views_sources.source_edit, name="source_edit"),
    path("sources/<int:pk>/delete/", views_sources.source_delete, name="source_delete"),
    path("sources/<int:pk>/read-now/", views_sources.source_read_now, name="source_read_now"),
    path("sources/<int:pk>/pause/", views_sources.source_pause, name="source_pause"),
    path("sources/<int:pk>/resume/", views_sources.source_resume, name="source_resume"),
    path("sources/<int:pk>/site/", views_site.site, name="site"),
    path("sources/<int:pk>/site/act/", views_site.site_act, name="site_act"),
    path("guide/", views_guide.show, name="guide"),
    path("guide/topic/", views_guide.topic, name="guide_topic"),
    path("guide/source/", views_guide.source, name="guide_source"),
    path("guide/sources/", views_guide.sources, name="guide_sources"),
    path("guide/try/", views_guide.try_one, name="guide_try"),
    path("guide/first/", views_guide.first, name="guide_first"),
    path("guide/end/", views_guide.end, name="guide_end"),
]
