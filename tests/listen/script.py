"""A script that speaks to the room's calls."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from hubbub.store.models import ApiToken, Role
from hubbub.store.models.token import digest
from tests.world import World


class Script:
    """Speaks JSON, with a token of a role."""

    def __init__(self, world: World, role: Role = Role.MANAGER) -> None:
        self.client = Client()
        ApiToken.everywhere.create(
            workspace=world.acme,
            member=world.roles[role],
            name="script",
            role=role,
            hashed=digest(f"token of {role}"),
            ends=timezone.now() + timedelta(days=1),
        )
        self.headers = {"authorization": f"Bearer token of {role}"}

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        answer = self.client.generic(
            method,
            f"/api/listen/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None
