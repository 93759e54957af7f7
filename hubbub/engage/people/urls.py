"""The addresses of people; part of the room's."""

from django.urls import path

from . import views, views_acts, views_erasing, views_files, views_imports, views_merging, views_settings

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/bulk/", views_acts.people_bulk, name="people_bulk"),
    path("people/undo/", views_acts.people_undo, name="people_undo"),
    path("people/add/", views_acts.person_add, name="person_add"),
    path("people/alike/", views_merging.likenesses, name="likenesses"),
    path("people/alike/<int:likeness_id>/merge/", views_merging.likeness_merge, name="likeness_merge"),
    path("people/alike/<int:likeness_id>/refuse/", views_merging.likeness_refuse, name="likeness_refuse"),
    path("people/mergings/<int:merging_id>/undo/", views_merging.person_unmerge, name="person_unmerge"),
    path("people/remarks/<int:remark_id>/remove/", views_acts.person_note_remove, name="person_note_remove"),
    path("people/consents/<int:consent_id>/withdraw/", views_acts.consent_withdraw, name="consent_withdraw"),
    path("people/file/", views_files.people_file, name="people_file"),
    path("people/file/<int:import_id>/", views_imports.people_import, name="people_import"),
    path("people/file/<int:import_id>/act/", views_imports.people_import_act, name="people_import_act"),
    path("people/people.csv", views_files.people_csv, name="people_csv"),
    path("people/people.vcf", views_files.people_vcf, name="people_vcf"),
    path("people/settings/", views_settings.people_settings, name="people_settings"),
    path("people/settings/fields/new/", views_settings.person_field_new, name="person_field_new"),
    path("people/settings/fields/<int:field_id>/", views_settings.person_field, name="person_field"),
    path("people/settings/matters/new/", views_settings.consent_kind_new, name="consent_kind_new"),
    path("people/settings/matters/<int:matter_id>/", views_settings.consent_kind, name="consent_kind"),
    path("person/<int:pk>/", views.person, name="person"),
    path("person/<int:pk>/edit/", views_acts.person_edit, name="person_edit"),
    path("person/<int:pk>/note/", views_acts.person_note, name="person_note"),
    path("person/<int:pk>/tag/", views_acts.person_tag, name="person_tag"),
    path("person/<int:pk>/untag/", views_acts.person_untag, name="person_untag"),
    path("person/<int:pk>/fields/", views_acts.person_fields, name="person_fields"),
    path("person/<int:pk>/consent/", views_acts.person_consent, name="person_consent"),
    path("person/<int:pk>/merge/", views_merging.person_merge, name="person_merge"),
    path("person/<int:pk>/person.vcf", views_files.person_vcf, name="person_vcf"),
    path("person/<int:pk>/everything.json", views_erasing.person_everything, name="person_everything"),
    path("person/<int:pk>/erase/", views_erasing.person_erase, name="person_erase"),
]
