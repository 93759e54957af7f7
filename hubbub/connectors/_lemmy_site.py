"""Asking a Lemmy server: its address, signing in, its refusals."""

from collections.abc import Mapping
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken

from ._connector import Settings
from ._http import Http, Parts
from ._lemmy_refusals import BUSY, SIGN_IN, WORDS, NotThere, refused
from ._lemmy_shapes import About, CommentView, OneComment, OnePost, PostView
from ._media import Attached

Shape = TypeVar("Shape")
Kind = Literal["post", "comment"]

PAGE = 50  # the most that a server hands out at once


class _Login(Struct, frozen=True):
    jwt: str | None = None


class _Refusal(Struct, frozen=True):
    error: str = ""


class _File(Struct, frozen=True):
    file: str


class _Kept(Struct, frozen=True):
    files: tuple[_File, ...] | None = ()


class Site:
    """One server, asked with or without an account. Raises Retry and Broken alone."""

    def __init__(self, settings: Settings, http: Http) -> None:
        address = settings.get("site", "").strip().rstrip("/")
        if not address:
            raise Broken("The address of the Lemmy server is missing. Enter it, for example https://lemmy.world.")
        self.address = address if "://" in address else f"https://{address}"
        self.host = urlsplit(self.address).hostname or ""
        self.community = settings.get("community", "").strip().removeprefix("!")
        self.words = settings.get("words", "").strip()
        self._user, self._password = settings.get("user", "").strip(), settings.get("password", "")
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether the settings name an account."""
        return bool(self._user and self._password)

    def get(self, path: str, shape: type[Shape], params: Mapping[str, str | int] | None = None) -> Shape:
        """Read."""
        return self._ask("GET", path, shape, params=params)

    def post(self, path: str, shape: type[Shape], body: Mapping[str, object], *, method: str = "POST") -> Shape:
        """Write."""
        return self._ask(method, path, shape, body=body)

    def upload(self, file: Attached) -> str:
        """Keep a picture on the server; its address."""
        token = self._token()
        answer = self._http.request(
            "POST",
            f"{self.address}/pictrs/image",
            body=Parts("images[]", file.name, file.mime, file.data),
            headers={"authorization": f"Bearer {token}", "cookie": f"jwt={token}"},  # older servers want the second
            accept=(400, 413, 422),
        )
        files = answer.json(_Kept).files if answer.status < 400 else ()
        if not files:
            raise Broken(f"{answer.host} does not take the picture “{file.name}”: its kind or size does not suit it.")
        return f"{self.address}/pictrs/image/{files[0].file}"

    def about(self) -> About:
        """The server and we ourselves."""
        return self.get("site", About)

    def one(self, native: str) -> PostView | CommentView:
        """A post or a comment as it stands now."""
        kind, number = apart(native)
        if kind == "post":
            return self.get("post", OnePost, {"id": number}).post_view
        return self.get("comment", OneComment, {"id": number}).comment_view

    def stands(self, native: str) -> bool:
        """Whether a post or a comment is still there for readers."""
        try:
            it = self.one(native)
        except NotThere:
            return False
        return not (it.post if isinstance(it, PostView) else it.comment).deleted

    def _ask(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        again: bool = True,
    ) -> Shape:
        token = self._token() if self.signed_in else ""
        answer = self._http.request(
            method,
            f"{self.address}/api/v3/{path}",
            params=params,
            json=body,
            headers={"authorization": f"Bearer {token}"} if token else {},
            accept=(400, 401, 403, 404),
        )
        if answer.status < 400:
            return answer.json(shape)
        error = self._error(answer.body)
        if answer.status == 401 or error in SIGN_IN:
            if token and again:  # it may have ended; the password makes another one
                self._http.known.pop(self._known_as, None)
                return self._ask(method, path, shape, params=params, body=body, again=False)
            raise self._sign_in()
        if not error and answer.status == 404:
            raise self._elsewhere(answer.host)
        raise refused(answer.host, error, answer.status)

    @property
    def _known_as(self) -> str:
        return f"lemmy token {self.address} {self._user}"

    def _token(self) -> str:
        if known := self._http.known.get(self._known_as):
            return known
        answer = self._http.post(
            f"{self.address}/api/v3/user/login",
            json={"username_or_email": self._user, "password": self._password},
            accept=(400, 401, 404),
        )
        if answer.status in {400, 401}:
            error = self._error(answer.body)
            if error in WORDS or error in BUSY:
                raise refused(answer.host, error, answer.status)
            raise self._sign_in()
        if answer.status == 404:
            raise self._elsewhere(answer.host)
        token = answer.json(_Login).jwt
        if not token:
            raise Broken(f"{answer.host} lets this account in only after its application or address is confirmed.")
        self._http.known[self._known_as] = token
        return token

    def _sign_in(self) -> Broken:
        says = f"{urlsplit(self.address).netloc.rpartition('@')[2]} does not accept the user name or the password"
        return Broken(f"{says}. Enter them anew.", sign_in=True)

    @staticmethod
    def _elsewhere(host: str) -> Broken:
        return Broken(f"{host} answered 404: there is no Lemmy at this address. Check the address.")

    @staticmethod
    def _error(body: bytes) -> str:
        try:
            return msgspec.json.decode(body, type=_Refusal).error
        except msgspec.DecodeError:
            return ""


def apart(native: str) -> tuple[Kind, int]:
    """The two halves of our id of a post or comment. Raises Broken."""
    kind, _, number = native.partition(":")
    if kind not in {"post", "comment"} or not number.isdecimal():
        raise Broken("This was not read from Lemmy: its id names neither a post nor a comment.")
    return ("post" if kind == "post" else "comment"), int(number)
