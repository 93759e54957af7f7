"""Account: one of our own accounts on a network, how we are signed in there, and how long it must rest."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import models
from msgspec import Struct, json

from hubbub.store.keys import seal, unseal

from .owned import Owned


class AccountState(models.TextChoices):
    """Whether the network still knows us."""

    ACTIVE = "active", "Signed in"
    REFUSED = "refused", "Signed out by the network"  # its sources and what it was to send wait


class Keys(Struct, frozen=True):
    """What signing in left with us; sealed in the row, never shown."""

    fills: Mapping[str, str] = {}  # field of the connector → token: what a source's settings lack
    refresh: str = ""
    app: str = ""  # what the network knows this Hubbub as
    app_secret: str = ""
    token: str = ""  # the address where tokens are renewed
    revoke: str = ""  # the address where they are given back; "": there is none
    how: str = "form"  # how the app's secret travels; see hubbub.connectors.OAuth
    scopes: tuple[str, ...] = ()  # as asked for, to ask for the same again


class Account(Owned):
    """Our account on one network. All sources that name it share its rate limit and, signed in by OAuth, its tokens.

    A source whose key was typed in names its account, too, for the limit's sake; such an account holds no keys.
    """

    kind = models.CharField(max_length=30)  # the connector's
    host = models.CharField(max_length=255, blank=True)  # the server, with its port; "" where the network has one place
    native_id = models.CharField(max_length=200)  # our author id there
    name = models.CharField(max_length=200)  # as people know it: "@acme@mastodon.social"
    sealed = models.BinaryField(blank=True, default=b"")  # Keys
    ends = models.DateTimeField(null=True)  # of the access token; null: it does not end by itself
    renew_at = models.DateTimeField(null=True)  # well before that; null: it cannot be renewed, or need not be
    renewed = models.PositiveIntegerField(default=0)  # how often; tells whoever waited that another worker did it
    lease_until = models.DateTimeField(null=True)  # while somebody renews it: a refresh token may be good only once
    state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.ACTIVE)
    resting_until = models.DateTimeField(null=True)  # as the network asked; until then nothing is asked of it
    error = models.TextField(blank=True)  # why it rests or is refused, in words; empty when all is well
    created = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "host", "native_id"], name="account_once"),
        ]
        indexes = [
            models.Index(
                fields=["renew_at"], name="account_renewal", condition=models.Q(renew_at__isnull=False, state="active")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def keep(self, keys: Keys) -> None:
        """Seal the keys (unsaved)."""
        self.sealed = seal(json.encode(keys).decode(), settings.SEALING_KEY)

    def keys(self) -> Keys:
        """What signing in left with us, for the length of one call. Raises SealBroken."""
        return json.decode(unseal(bytes(self.sealed), settings.SEALING_KEY), type=Keys) if self.sealed else Keys()

    @property
    def signed_in(self) -> bool:
        """Whether it holds keys that OAuth gave it."""
        return bool(self.sealed)

    def rests(self, now: datetime) -> bool:
        """Whether the network asked us to wait."""
        return self.resting_until is not None and self.resting_until > now
