"""PersonField: what a workspace wants to know of people. PersonValue: what is known of one of them."""

from django.db import models
from django.db.models.functions import Lower

from .owned import Owned
from .person import Person


class FieldKind(models.TextChoices):
    """What its values look like; `core/people.py` reads them."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    CHOICE = "choice", "One of a list"
    LINK = "link", "Link"


class PersonField(Owned):
    """One thing to know. A retired one is no longer asked for; what is known stays."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=6, choices=FieldKind.choices, default=FieldKind.TEXT)
    choices = models.JSONField(default=list, blank=True)  # of a choice: the words, in their order
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="person_field_once")]

    def __str__(self) -> str:
        return self.name


class PersonValue(Owned):
    """One value, as text in the one form that its kind has (a date as 2026-11-23)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="values", db_index=False)
    field = models.ForeignKey(PersonField, on_delete=models.CASCADE, related_name="values", db_index=False)
    value = models.CharField(max_length=500)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "field"], name="person_value_once")]
        indexes = [models.Index("field", Lower("value"), name="person_value")]

    def __str__(self) -> str:
        return f"value {self.pk}"
