"""Giving sign-ins back: a network is told that we need the keys of an account no longer."""

import logging

from django.utils import timezone

from hubbub.connectors import Http, oauth
from hubbub.core.failures import Broken, Retry
from hubbub.store.claim import LEASE
from hubbub.store.keys import SealBroken
from hubbub.store.models import Farewell
from hubbub.store.models.farewell import TRIED

log = logging.getLogger(__name__)


def give_one_back(http: Http) -> bool:
    """Tell one network. False: none waits to be told.

    It is tried for a day; what fails for longer, or is refused, is forgotten: the keys end with us in any case.
    """
    now = timezone.now()
    for row in Farewell.everywhere.filter(due__lte=now).order_by("due")[:5]:
        if not Farewell.everywhere.filter(pk=row.pk, due=row.due).update(due=now + LEASE):
            continue  # another worker has it
        try:
            keys = row.keys()
            app = oauth.App(keys.app, keys.app_secret)
            how: oauth.How = "basic" if keys.how == "basic" else "form"
            for token in keys.fills.values():
                oauth.give_back(how, keys.revoke, app, token, http)
        except Retry as busy:
            if row.made + TRIED > now:
                log.info("The sign-in of %s is not given back yet: %s", row, busy)
                return True
            log.warning("The sign-in of %s could not be given back in a day: %s", row, busy)
        except (Broken, SealBroken) as refused:
            log.warning("The sign-in of %s could not be given back: %s", row, refused)
        row.delete()
        return True
    return False
