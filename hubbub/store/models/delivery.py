"""Delivery: how members want to be told, where, and what became of each telling."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hubbub.store.keys import seal, unseal

from .member import Member
from .notification import Notification
from .owned import Owned


class Telling(Owned):
    """How one member wants to be told; without a row, as `hubbub.store.telling` says."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="telling")
    zone = models.CharField(max_length=60, blank=True)  # empty: the workspace's
    mail = models.JSONField(default=dict)  # kind → "now" or "digest"; others are in the app alone
    urgent = models.JSONField(default=list)  # kinds that do not wait for the end of quiet hours
    quiet_from = models.PositiveIntegerField(null=True)  # minutes from midnight, in their zone; None: never quiet
    quiet_until = models.PositiveIntegerField(null=True)
    digest_at = models.PositiveIntegerField(null=True)  # minutes from midnight; None: no digest
    next_digest = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["next_digest"], name="telling_digest", condition=Q(next_digest__isnull=False))]

    def __str__(self) -> str:
        return f"how {self.member} is told"


class Address(Owned):
    """Where a member is told besides by e-mail: an address as Apprise writes them."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=100)  # their own word for it
    service = models.CharField(max_length=60)  # "Slack"
    sealed = models.BinaryField()  # it holds secrets
    kinds = models.JSONField(default=list)  # of which they are told there, at once
    error = models.TextField(blank=True)  # of the last try, in words; empty when it went well
    tried = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["member"], name="address_of")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The address itself. Raises SealBroken."""
        return unseal(bytes(self.sealed), settings.SEALING_KEY)

    @url.setter
    def url(self, url: str) -> None:
        self.sealed = seal(url, settings.SEALING_KEY)


class DeliveryState(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", "Waiting"
    TRYING = "trying", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, will be tried again"
    BROKEN = "broken", "Could not be sent"
    UNSURE = "unsure", "May have been sent"  # whoever sent it was killed meanwhile; it is not sent a second time
    DROPPED = "dropped", "Not needed any more"  # it was read before it was due


class Delivery(Owned):
    """One notification through one channel, or one digest."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(Notification, null=True, on_delete=models.CASCADE, related_name="deliveries")
    address = models.ForeignKey(Address, null=True, on_delete=models.CASCADE, related_name="+")  # None: by e-mail
    day = models.DateField(null=True)  # of a digest
    state = models.CharField(max_length=7, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    made = models.DateTimeField()
    due = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)  # counted before each
    error = models.TextField(blank=True)
    sent = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["notification", "address"], name="delivery_once"),
            models.UniqueConstraint(fields=["notification"], condition=Q(address=None), name="delivery_mail_once"),
            models.UniqueConstraint(fields=["member", "day"], name="delivery_digest_once"),
        ]
        indexes = [
            models.Index(fields=["due"], name="delivery_due", condition=Q(state__in=["waiting", "failed"])),
            models.Index(fields=["lease_until"], name="delivery_trying", condition=Q(state="trying")),
            models.Index(fields=["member", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.state}"
