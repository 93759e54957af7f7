"""Audit: who did what, to what, why, before and after. Rows are only ever added."""

from typing import Any, NoReturn

from django.db import models
from msgspec import Struct

from .member import Member
from .owned import Owned


class System(Struct, frozen=True):
    """Hubbub itself as the one who acts: the loop, an import, the demo."""

    name: str

    def __str__(self) -> str:
        return self.name


class AuditRefused(Exception):
    """Somebody tried to change or delete an audit row."""


class AuditRows(models.QuerySet["Audit"]):
    """Rows that can be read and added."""

    def update(self, **_kwargs: object) -> NoReturn:
        raise AuditRefused("Audit rows are never changed")

    def delete(self) -> NoReturn:
        raise AuditRefused("Audit rows are never deleted")


class Audit(Owned):
    """One act. Written by `hubbub.store.audit.audit`, in the transaction of the act itself."""

    at = models.DateTimeField()
    by_kind = models.CharField(max_length=6, choices=[("member", "a person"), ("rule", "a rule"), ("system", "Hubbub")])
    by_member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)  # stays readable when the member is gone
    verb = models.CharField(max_length=30)
    noun = models.CharField(max_length=30)  # model name: "post"
    noun_id = models.BigIntegerField()
    noun_name = models.CharField(max_length=200, blank=True)  # what it was called then
    why = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    everywhere = models.Manager.from_queryset(AuditRows)()  # type: ignore[misc]  # the base's, with two doors closed

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["workspace", "-id"], name="audit_newest"),
            models.Index(fields=["workspace", "noun", "noun_id"], name="audit_of_noun"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.noun} {self.noun_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; refuses to change one."""
        if not self._state.adding:
            raise AuditRefused("Audit rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Never."""
        raise AuditRefused("Audit rows are never deleted")
