"""What a Lemmy server refuses, and what follows from it: in words, or as a pause."""

from collections.abc import Mapping
from datetime import timedelta

from hubbub.core.failures import Broken, Retry

# what a server calls its refusals, in words; those that mean "sign in" are handled apart
WORDS: Mapping[str, str] = {
    "couldnt_find_community": "there is no such community. Check its name",
    "couldnt_find_post": "the post is no longer there",
    "couldnt_find_comment": "the comment is no longer there",
    "not_a_mod_or_admin": "this account does not moderate here",
    "not_an_admin": "this account is no administrator here",
    "locked": "the thread is locked",
    "banned_from_community": "this account is banned from the community",
    "person_is_blocked": "whoever wrote it has blocked this account",
    "missing_totp_token": "the account asks for a second factor, which Hubbub cannot give. Use an account without one",
}
SIGN_IN = frozenset({"not_logged_in", "incorrect_login", "incorrect_totp_token"})
GONE = frozenset({"couldnt_find_post", "couldnt_find_comment", "not_found"})
TAKEN = frozenset({"couldnt_create_report"})  # it keeps one report of one member about one thing
BUSY = frozenset({"rate_limit_error"})  # comes with 400, and does not say for how long
REST = timedelta(minutes=10)  # over so long a server counts searches, answers and posts


class NotThere(Broken):
    """What was asked for does not stand there any more."""


class TakenBefore(Broken):
    """What was sent was taken already."""


def refused(host: str, error: str, status: int) -> Retry | Broken:
    """What follows from a refusal. `error`: the server's own word for it; "": it gave none."""
    if error in BUSY:
        return Retry(f"{host} had as many requests from here as it allows for now.", after=REST)
    if not error:
        return Broken(f"{host} answered {status}: it does not allow this. Check what the account may do there.")
    says = f"{host}: {WORDS.get(error, f'it refuses this ({error[:60]})')}."
    if error in GONE:
        return NotThere(says)
    return TakenBefore(says) if error in TAKEN else Broken(says)
