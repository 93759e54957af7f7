"""Farewell: keys of an account that was let go, until its network knows that we need them no longer."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from msgspec import json

from hubbub.store.keys import unseal

from .account import Keys
from .owned import Owned

TRIED = timedelta(days=1)  # for which the network is told again where it does not answer


class Farewell(Owned):
    """One sign-in that is given back. The account itself is gone by then."""

    name = models.CharField(max_length=200)  # of the account, as people know it
    sealed = models.BinaryField()  # Keys
    made = models.DateTimeField()
    due = models.DateTimeField(db_index=True)  # when the network is told (again); moved on while a worker does it

    def __str__(self) -> str:
        return self.name

    def keys(self) -> Keys:
        """What signing in left with us, for the length of one call. Raises SealBroken."""
        return json.decode(unseal(bytes(self.sealed), settings.SEALING_KEY), type=Keys)
