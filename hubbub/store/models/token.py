"""ApiToken and SignInLink: secrets that open a door, stored as hashes and shown once."""

from datetime import datetime
from hashlib import sha256

from django.db import models

from .member import Member, Role
from .owned import Owned
from .user import User


def digest(secret: str) -> str:
    """What is stored of a secret. Plain SHA-256 is enough: the secrets are random, 256 bits."""
    return sha256(secret.encode()).hexdigest()


class ApiToken(Owned):
    """A script's key, with a role of its own (at most its member's) and an end."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=10, choices=Role.choices)
    hashed = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True)
    revoked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    def opens(self, now: datetime) -> bool:
        """Whether it still opens the door."""
        return not self.revoked and now < self.ends and self.member.active and self.member.user.is_active


class SignInLink(models.Model):
    """A link that signs its user in once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    hashed = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"for {self.user_id} until {self.ends:%Y-%m-%d %H:%M}"
