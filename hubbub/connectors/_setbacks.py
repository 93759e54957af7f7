"""What can go wrong on the way to a server, in words that a community manager can read."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpcore2

from hubbub.core.failures import Broken, Retry

from ._guard import PrivateAddressError, UnknownNameError

HARMLESS = frozenset({"GET", "HEAD"})  # what may be repeated though it may have arrived


class SetbackError(Exception):
    """One try failed. `in_place`: it may be repeated at once without doing anything twice. `after`: as the server said;
    `rest`: for how long to leave it alone where it did not say and goes on failing."""

    def __init__(
        self, says: str, *, in_place: bool, after: timedelta | None = None, rest: timedelta | None = None
    ) -> None:
        super().__init__(says)
        self.in_place = in_place
        self.after = after
        self.rest = rest

    def given_up(self) -> Retry:
        """What whoever asked is told."""
        return Retry(str(self), after=self.after if self.after is not None else self.rest)


@contextmanager
def turned() -> Iterator[None]:
    """Make a setback a Retry, where nothing is tried again in place."""
    try:
        yield
    except SetbackError as setback:
        raise setback.given_up() from setback


@contextmanager
def in_words(host: str, method: str) -> Iterator[None]:
    """Turn what the network library raises into a failure that a community manager can read."""
    try:
        yield
    except PrivateAddressError:
        raise Broken(
            f"{host} is in a private network, where Hubbub does not go on its own. If that is meant, whoever runs "
            "this Hubbub can allow the host in its settings."
        ) from None
    except UnknownNameError:
        says = f"No server is known under the name {host}. Check the spelling of the address."
        raise SetbackError(says, in_place=False) from None
    except httpcore2.LocalProtocolError:  # its text would show the header, and with it a token
        raise Broken(f"The request to {host} cannot be written: is there a line break in a password?") from None
    except httpcore2.ConnectError as error:
        raise _unreachable(host, error) from error
    except httpcore2.ConnectTimeout as error:
        raise SetbackError(f"{host} does not answer.", in_place=False) from error
    except httpcore2.TimeoutException as error:
        raise SetbackError(f"{host} takes too long to answer.", in_place=False) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, EOFError) as error:
        says = f"The connection to {host} broke off in the middle of an answer."
        raise SetbackError(says, in_place=method in HARMLESS) from error


def _unreachable(host: str, error: httpcore2.ConnectError) -> Exception:
    cause = next((one for one in (error.__cause__, *error.args) if isinstance(one, OSError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Broken(
            f"{host} shows a certificate that cannot be trusted ({cause.verify_message}). Whoever runs it must renew "
            "or mend it; Hubbub sends nothing there until then."
        )
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return Broken(f"{host} does not speak HTTPS there. Check the address: should it begin with http://?")
    if isinstance(cause, ConnectionRefusedError):
        return SetbackError(f"{host} refuses connections: no server runs there just now.", in_place=True)
    return SetbackError(f"{host} cannot be reached.", in_place=True)
