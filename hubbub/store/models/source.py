"""Source: a place that is listened to, how it is reached, how far it was read and how it does."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from msgspec import json

from hubbub.core.post import Place
from hubbub.store.keys import seal, unseal

from .account import Account
from .owned import Owned

LATE = timedelta(minutes=10)


class SourceState(models.TextChoices):
    """Whether the loop reads it."""

    ACTIVE = "active", "Listening"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Read to the end"  # a file has one
    BROKEN = "broken", "Needs a look"


class LeaseLost(Exception):
    """Another worker holds the source now; what was in hand must be let go."""


class Source(Owned):
    """One place on one network."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=30)  # the connector's
    settings = models.JSONField(default=dict)  # field name → text; no secrets
    sealed = models.BinaryField(blank=True, default=b"")  # the secret fields, encrypted; see `secrets`
    owned = models.BooleanField(default=False)  # ours to moderate
    can = models.JSONField(default=list)  # the verbs that its settings allow
    account = models.CharField(max_length=200, blank=True)  # our own author id there
    # whose limit it shares; also its keys, where it is `signed_in` instead of having a key of its own
    our_account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="sources")
    signed_in = models.BooleanField(default=False)
    wants_sign_in = models.BooleanField(default=False)  # the network said that its own key is no longer taken
    length = models.PositiveIntegerField(null=True)  # of one post there, where it is not what its connector declares

    state = models.CharField(max_length=10, choices=SourceState.choices, default=SourceState.ACTIVE)
    cursor = models.TextField(blank=True)
    due = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.TextField(blank=True)  # of the last try, in words; empty when it went well
    last_try = models.DateTimeField(null=True)
    last_success = models.DateTimeField(null=True)
    posts_taken = models.PositiveBigIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)  # the latest hundred: [{"where", "why"}]
    done = models.PositiveBigIntegerField(null=True)  # progress of a read that has an end
    total = models.PositiveBigIntegerField(null=True)
    streamed = models.DateTimeField(null=True)  # last sign of life of its stream; None: it has none just now
    stream_error = models.TextField(blank=True, default="")  # why its stream cannot be had, in words
    reached = models.DateTimeField(null=True)  # of a stream: when the newest that was read happened
    created = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="source_name_once")]
        indexes = [models.Index(fields=["state", "due"], name="source_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """The source as queries see it."""
        return Place(kind=self.kind, name=self.name, owned=self.owned)

    @property
    def network(self) -> str:
        """Where an author's id means the same author: the network, and the site where ids are the site's own."""
        address = str(self.settings.get("site") or self.settings.get("url") or "")
        site = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        return f"{self.kind} {site}".strip()[:300] if site else f"{self.kind} {self.name}"

    def keep_secrets(self, secrets: Mapping[str, str]) -> None:
        """Seal the secret fields; they are never shown again."""
        self.sealed = seal(json.encode(dict(secrets)).decode(), settings.SEALING_KEY) if secrets else b""

    def whole_settings(self) -> dict[str, str]:
        """Settings with their secrets and its account's keys, for one call to the connector. Raises SealBroken."""
        given = self.our_account.keys().fills if self.signed_in and self.our_account else {}
        return {**given, **self.own_settings()}

    def own_settings(self) -> dict[str, str]:
        """Settings with the secrets that were typed in for this source. Raises SealBroken."""
        secrets = (
            json.decode(unseal(bytes(self.sealed), settings.SEALING_KEY), type=dict[str, str]) if self.sealed else {}
        )
        return {**{str(name): str(value) for name, value in self.settings.items()}, **secrets}

    @property
    def has_secrets(self) -> bool:
        """Whether credentials are kept for it."""
        return bool(self.sealed)

    def hold_lease(self) -> None:
        """Make sure, inside the transaction that saves, that the lease is still ours. Raises LeaseLost.

        A source without a lease (an import by command) is locked all the same until the transaction ends.
        """
        # no_key: rows that name this source can be added meanwhile; a reply must not wait for us, nor we for it
        held = Source.everywhere.select_for_update(no_key=True).filter(pk=self.pk, lease_until=self.lease_until)
        if not held.exists():
            raise LeaseLost(f"Another worker took over “{self.name}”")

    def advance(
        self,
        cursor: str,
        *,
        taken: int,
        refused: Sequence[tuple[str, str]] = (),
        reached: datetime | None = None,
    ) -> None:
        """Save how far it was read, in the transaction that saves what that brought. `reached`: see the field."""
        self.cursor = cursor
        self.reached = reached or self.reached
        self.posts_taken += taken
        self.refused_count += len(refused)
        self.refused = [{"where": where, "why": why} for where, why in refused][-100:] + self.refused[
            : max(0, 100 - len(refused))
        ]
        self.save(update_fields=["cursor", "posts_taken", "refused_count", "refused", "reached"])

    def health(self, now: datetime) -> str:
        """One word for the list: well, late, failing, broken, paused, finished, new."""
        if self.state != SourceState.ACTIVE:
            return {"paused": "paused", "finished": "finished"}.get(self.state, "broken")
        if self.error:
            return "failing"
        if self.last_success is None:
            return "new"
        behind = self.behind(now) or timedelta()
        return "late" if max(now - self.due, behind) > LATE else "well"

    def behind(self, now: datetime) -> timedelta | None:
        """Of a source that is read by its stream just now: how long ago the newest that was read happened."""
        return max(now - self.reached, timedelta()) if self.streamed and self.reached else None
