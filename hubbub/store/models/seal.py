"""Seal: one link of the chain over a workspace's log. Rows are only ever added."""

from typing import Any, NoReturn

from django.db import models

from .audit import AuditRefused, AuditRows
from .owned import Owned


class Seal(Owned):
    """What was sealed at once: entries of the log, or what rules said. See `hubbub.core.chain`."""

    number = models.PositiveBigIntegerField()  # from 1, without a gap
    kind = models.CharField(max_length=7, choices=[("audit", "entries of the log"), ("verdict", "what rules said")])
    ids = models.JSONField()  # of the sealed rows
    digests = models.BinaryField()  # 32 bytes each, in the order of `ids`
    before = models.CharField(max_length=64)  # the link before this one
    link = models.CharField(max_length=64)
    at = models.DateTimeField()

    everywhere = models.Manager.from_queryset(AuditRows)()  # type: ignore[misc]  # the base's, with two doors closed

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="seal_once")]

    def __str__(self) -> str:
        return f"link {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; refuses to change one."""
        if not self._state.adding:
            raise AuditRefused("Seals are never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Never."""
        raise AuditRefused("Seals are never deleted")
