"""A Mastodon server that lets people sign in, strict about everything that a network may be strict about."""

import hashlib
import json
from base64 import urlsafe_b64encode
from threading import Lock
from urllib.parse import parse_qsl, urlencode, urlsplit

from .conftest import Asked, Reply, Server
from .working.mastodon import status

HOUR = 3600


def told(body: object, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())


class Provider:
    """Codes are good once and only with their verifier; refresh tokens are good once."""

    def __init__(self, server: Server, *, lasts: int | None = HOUR, discover: bool = True) -> None:
        self.url = server.url
        self.host = urlsplit(server.url).netloc
        self.lasts = lasts
        self.person = "7"  # who signs in next
        self.apps: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.good: dict[str, str] = {}  # access token → person
        self.renewable: dict[str, str] = {}  # refresh token → person
        self.refreshed = 0
        self.lock = Lock()
        self.busy = False
        metadata = {
            "issuer": f"{self.url}/",
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "revocation_endpoint": f"{self.url}/oauth/revoke",
            "app_registration_endpoint": f"{self.url}/api/v1/apps",
        }
        server.answers |= {
            "/.well-known/oauth-authorization-server": told(metadata) if discover else Reply(404),
            "/api/v1/apps": self.register,
            "/oauth/token": self.token,
            "/oauth/revoke": told({}),
            "/api/v1/accounts/verify_credentials": self.me,
            "/api/v1/apps/verify_credentials": self.app,
            "/api/v2/instance": told({"title": "Example", "configuration": {"statuses": {"max_characters": 1234}}}),
            "/api/v1/timelines/tag/acme": lambda asked: told([] if "max_id" in asked.target else [status(1)]),
            "/api/v1/notifications": self.mentions,
        }

    # --- the person at the browser

    def agree(self, page: str, **other: str) -> str:
        """Open the network's page and say yes; the address that the browser is sent back to."""
        assert page.startswith(f"{self.url}/oauth/authorize?")
        asked = dict(parse_qsl(urlsplit(page).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == self.apps[asked["client_id"]]["redirect_uris"]
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**asked, "person": self.person}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **other})}"

    # --- the server

    def register(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        number = f"app-{len(self.apps)}"
        self.apps[number] = form
        return told({"client_id": number, "client_secret": f"secret of {number}"})

    def token(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        with self.lock:
            if self.busy:
                return Reply(503)
            if form["client_secret"] != f"secret of {form['client_id']}":
                return told({"error": "invalid_client"}, 401)
            if form["grant_type"] == "refresh_token":
                person = self.renewable.pop(form["refresh_token"], "")
                self.refreshed += bool(person)
                return self.give(person) if person else told({"error": "invalid_grant"}, 400)
            begun = self.codes.pop(form["code"], None)
            if begun is None or begun["redirect_uri"] != form["redirect_uri"]:
                return told({"error": "invalid_grant"}, 400)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if urlsafe_b64encode(digest).rstrip(b"=").decode() != begun["code_challenge"]:
                return told({"error": "invalid_grant"}, 400)
            return self.give(begun["person"])

    def give(self, person: str) -> Reply:
        number = len(self.good)
        self.good[f"access-{number}"] = person
        answer: dict[str, object] = {"access_token": f"access-{number}", "token_type": "Bearer"}
        if self.lasts is not None:
            self.renewable[f"refresh-{number}"] = person
            answer |= {"refresh_token": f"refresh-{number}", "expires_in": self.lasts}
        return told(answer)

    def whose(self, asked: Asked) -> str:
        return self.good.get(asked.headers.get("authorization", "").removeprefix("Bearer "), "")

    def me(self, asked: Asked) -> Reply:
        person = self.whose(asked)
        if not person:
            return told({"error": "The access token was revoked"}, 401)
        return told({"id": person, "username": f"person{person}", "acct": f"person{person}"})

    def app(self, asked: Asked) -> Reply:
        return told({"scopes": ["read", "write"]} if self.whose(asked) else {"error": "no"}, 200)

    def mentions(self, asked: Asked) -> Reply:
        return told([]) if self.whose(asked) else told({"error": "The access token was revoked"}, 401)
