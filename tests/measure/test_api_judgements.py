"""The calls about judgements: read, corrected, taken back; trust, and who judges."""

from typing import Any

import pytest
from django.test import Client

from hubbub.core.text.judgement import Judgement
from hubbub.store import judgements
from hubbub.store.counting import Counts
from hubbub.store.models import Judge, Post, Role
from tests.furnished import make_token
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SAID = Judgement("en", 0.9, "negative", -0.6, 0.8, 0.7, 0.1, "complaint", 0.6)


@pytest.fixture
def post(world: World) -> Post:
    """Judged by an earlier model than the shipped one."""
    for role in (Role.VIEWER, Role.RESPONDER, Role.MANAGER):
        make_token(world.roles[role], role, str(role))
    judge = Judge.everywhere.create(workspace=world.acme, version="0", made_of="0", since=NOON)
    post = make_post(make_source(world.acme))
    judgements.settle([post], [SAID], judge.pk, now=NOON)
    counts = Counts(world.acme)
    counts.add_posts([post])
    counts.save()
    return post


def send(role: Role, method: str, path: str, body: object = None) -> Any:
    return Client().generic(
        method, f"/api/measure{path}", Client()._encode_json(body or {}, "application/json"), "application/json",
        headers={"authorization": f"Bearer {role}"},
    )  # fmt: skip


def held(post: Post, field: str) -> dict[str, object]:
    told = send(Role.VIEWER, "GET", f"/judgements/{post.pk}").json()
    return next(one for one in told["fields"] if one["field"] == field)


def test_a_judgement_is_told_with_its_model(post: Post) -> None:
    told = send(Role.VIEWER, "GET", f"/judgements/{post.pk}").json()
    assert (told["model"], told["alike"], told["first"], told["past"]) == ("model 0", 1, post.pk, [])
    assert held(post, "sentiment")["held"] == {"value": "negative", "sure": 0.8, "by_person": False}


def test_it_is_corrected_and_taken_back(post: Post) -> None:
    word = send(Role.RESPONDER, "POST", f"/judgements/{post.pk}/correct", {"field": "spam", "value": "yes", "why": "x"})
    assert word.status_code == 200
    told = word.json()
    assert (told["was"], told["value"], told["by"], told["end"]) == ("no", "yes", "Responder", "")
    assert held(post, "spam")["held"] == {"value": "yes", "sure": 1.0, "by_person": True}
    assert held(post, "spam")["correction"] == told["id"]
    back = send(Role.RESPONDER, "POST", f"/corrections/{told['id']}/undo")
    assert (back.status_code, back.json()["end"]) == (200, "undone")
    assert held(post, "spam")["held"]["value"] == "no"
    again = send(Role.RESPONDER, "POST", f"/corrections/{told['id']}/undo")
    assert (again.status_code, "stands no longer" in again.json()["detail"]) == (422, True)


def test_words_are_counted_as_trust(post: Post) -> None:
    send(Role.RESPONDER, "POST", f"/judgements/{post.pk}/agree", {"field": "sentiment"})
    send(Role.RESPONDER, "POST", "/corrections", {"posts": [post.pk], "field": "intent", "value": "question"})
    told = {one["field"]: one for one in send(Role.VIEWER, "GET", "/trust").json()}
    assert [told["sentiment"]["answered"][name] for name in ("hits", "of")] == [1, 1]
    assert [told["intent"]["answered"][name] for name in ("hits", "of")] == [0, 1]
    wrong = send(Role.VIEWER, "GET", "/trust/wrong?field=intent").json()
    assert [(one["post"], one["was"], one["value"]) for one in wrong["wrong"]] == [(post.pk, "complaint", "question")]
    assert send(Role.VIEWER, "GET", "/trust/ask?field=toxicity").json()["post"] == post.pk


def test_who_judges(post: Post) -> None:
    told = send(Role.VIEWER, "GET", "/judging").json()
    assert (told["model"], told["reading_again"], told["languages"]) == ("model 0", False, [])
    begun = send(Role.MANAGER, "POST", "/judging/reread", {"newest": 10}).json()
    assert (begun["reading_again"], begun["to_read"]) == (True, 1)
    assert send(Role.MANAGER, "POST", "/judging/stop").json()["reading_again"] is False
    set_ = send(Role.MANAGER, "PATCH", "/judging", {"languages": ["EN", "de"]}).json()
    assert set_["languages"] == ["de", "en"]
    train = send(Role.MANAGER, "POST", "/own-models", {})
    assert (train.status_code, "of the 200 labels" in train.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.VIEWER, "POST", "/judgements/POST/agree"),
        (Role.RESPONDER, "POST", "/judging/reread"),
        (Role.RESPONDER, "POST", "/own-models"),
    ],
)
def test_a_smaller_role_is_refused(post: Post, role: Role, method: str, path: str) -> None:
    assert send(role, method, path.replace("POST", str(post.pk)), {"field": "spam"}).status_code == 403
