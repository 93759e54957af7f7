"""The addresses of helpful words; part of the room's."""

from django.urls import path

from . import views, views_panel

urlpatterns = [
    path("saved-replies/", views.saved_replies, name="saved_replies"),
    path("saved-replies/new/", views.saved_reply_new, name="saved_reply_new"),
    path("saved-replies/file/", views.saved_replies_file, name="saved_replies_file"),
    path("saved-replies/replies.csv", views.saved_replies_export, name="saved_replies_export"),
    path("saved-replies/<int:pk>/", views.saved_reply, name="saved_reply"),
    path("saved-replies/<int:pk>/delete/", views.saved_reply_delete, name="saved_reply_delete"),
    path("saved-replies/<int:pk>/back/", views.saved_reply_back, name="saved_reply_back"),
    path("articles/", views.articles, name="articles"),
    path("articles/new/", views.article_new, name="article_new"),
    path("articles/file/", views.articles_file, name="articles_file"),
    path("articles/articles.csv", views.articles_export, name="articles_export"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("articles/<int:pk>/delete/", views.article_delete, name="article_delete"),
    path("articles/<int:pk>/back/", views.article_back, name="article_back"),
    path("sketching/", views_panel.sketching, name="sketching"),
    path("sketches/<int:pk>/", views_panel.sketch, name="sketch"),
    path("conversations/<int:pk>/", views_panel.helpful, name="helpful"),
    path("conversations/<int:pk>/sketch/", views_panel.sketch_ask, name="sketch_ask"),
    path("saved-replies/<int:pk>/used/", views_panel.saved_reply_used, name="saved_reply_used"),
    path("articles/<int:pk>/used/", views_panel.article_used, name="article_used"),
]
