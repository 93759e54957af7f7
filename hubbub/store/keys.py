"""Keys of this installation: made on first start, kept in files that only the operator can read."""

import base64
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """What was sealed cannot be opened with this key."""


def kept_secret(path: Path) -> str:
    """The secret in the file at `path`, made (mode 600) if it is not there yet.

    Two processes that start at once agree: only one of them can create the file.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(fresh, path)  # fails if another process was first, and never shows a half-written file
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> str:
    secret = path.read_text().strip()
    if len(secret) < 32:
        raise SystemExit(f"{path} holds no usable key: restore it from your backup, or set it in the environment")
    return secret


@cache
def _sealer(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hubbub source credentials").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str, key: str) -> bytes:
    """`text`, encrypted and authenticated."""
    return _sealer(key).encrypt(text.encode())


def unseal(sealed: bytes, key: str) -> str:
    """The text that was sealed. Raises SealBroken where the key is another or the bytes were changed."""
    try:
        return _sealer(key).decrypt(sealed).decode()
    except InvalidToken:
        raise SealBroken(
            "The stored credentials were sealed with another key: restore the sealing-key file or enter them anew"
        ) from None
