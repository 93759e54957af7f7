"""Writing rules: what is refused, what the workers are told, their order, their file."""

import tomllib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.core.query import QueryError
from hubbub.moderate import rules_actions, rules_file, rules_queries
from hubbub.moderate.rules_actions import Draft
from hubbub.store.models import Audit, Role, Rule, Verdict
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

GOOD = Draft(name="Links", when="has:link", because="Has a link")


def version(world: World) -> int:
    world.acme.refresh_from_db()
    return world.acme.plan_version


def names(world: World) -> list[str]:
    return list(Rule.of(world.acme).order_by("position", "id").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("draft", "refused", "says"),
    [
        (GOOD, None, ""),
        (Draft("Account", "account_age:<1d AND has:link", "New", then="label", label="new", state="live"), None, ""),
        (Draft("", "x", "y"), Refusal, "needs a name"),
        (Draft("n" * 101, "x", "y"), Refusal, "may have 100 characters; this has 101"),
        (Draft("n", "x", " "), Refusal, "Say why"),
        (Draft("n", "x", "y", then="label"), Refusal, "needs the label"),
        (Draft("n", "x", "y", then="eat"), Refusal, "'eat' is nothing that a rule can do"),
        (Draft("n", "x", "y", state="asleep"), Refusal, "'asleep' is no state"),
        (Draft("n", "(x", "y"), QueryError, "Line 1"),
        (Draft("n", "status:open", "y"), QueryError, "Line 1"),  # known only after the rules were tried
    ],
)
def test_make(world: World, draft: Draft, refused: type[Exception] | None, says: str) -> None:
    before = version(world)
    if refused:
        with pytest.raises(refused, match=says):
            rules_actions.make(world.acme, draft, by=world.alice)
        assert (names(world), version(world), Audit.everywhere.count()) == ([], before, 0)
        return
    rule = rules_actions.make(world.acme, draft, by=world.alice, why="policy")
    assert (rules_actions.draft_of(rule), rule.version) == (draft, 1)
    assert version(world) > before
    entry = Audit.everywhere.get()
    assert (entry.verb, entry.noun, entry.why, entry.after["when"]) == ("make", "rule", "policy", draft.when)


def test_change(world: World) -> None:
    rule = rules_actions.make(world.acme, GOOD, by=world.alice)
    stale, before = rule.version, version(world)
    changed = rules_actions.change(
        rule, Draft("Links", "has:link AND spam", "Has a link"), by=world.alice, version=stale
    )
    assert (changed.version, version(world)) == (2, before + 1)
    entry = Audit.everywhere.get(verb="change")
    assert (entry.before, entry.after) == ({"when": "has:link"}, {"when": "has:link AND spam"})
    with pytest.raises(Refusal, match="Alice changed this rule"):
        rules_actions.change(rule, GOOD, by=world.alice, version=stale)
    same = rules_actions.change(rule, rules_actions.draft_of(changed), by=world.alice)
    assert (same.version, version(world), Audit.everywhere.filter(verb="change").count()) == (2, before + 1, 1)


def test_a_name_is_taken_once_a_workspace(world: World) -> None:
    rules_actions.make(world.acme, GOOD, by=world.alice)
    rules_actions.make(world.bravo, GOOD, by=world.bob)
    with pytest.raises(Refusal, match="already"):
        rules_actions.make(world.acme, GOOD, by=world.alice)
    other = rules_actions.make(world.acme, Draft("Other", "x", "y"), by=world.alice)
    with pytest.raises(Refusal, match="already"):
        rules_actions.change(other, GOOD, by=world.alice)


@pytest.mark.parametrize(
    ("name", "to", "order", "logged"),
    [
        ("a", -1, "abc", 0),
        ("a", 0, "abc", 0),
        ("a", 1, "bac", 1),
        ("a", 9, "bca", 1),
        ("c", 0, "cab", 1),
        ("b", 1, "abc", 0),
    ],
)
def test_order(world: World, name: str, to: int, order: str, logged: int) -> None:
    for one in "abc":
        rules_actions.make(world.acme, Draft(one, "x", "y"), by=world.alice)
    before = version(world)
    rules_actions.place(Rule.of(world.acme).get(name=name), to, by=world.alice)
    assert "".join(names(world)) == order
    assert Audit.everywhere.filter(verb="move").count() == logged
    assert version(world) == before + logged


def test_delete_keeps_what_it_said(world: World) -> None:
    rule = rules_actions.make(world.acme, GOOD, by=world.alice)
    Verdict.everywhere.create(
        workspace=world.acme, post=make_post(make_source(world.acme)), rule=rule, rule_name=rule.name, state="live",
        outcome="queue", because="Has a link", at=timezone.now(),
    )  # fmt: skip
    assert [(one.hits, one.unchecked) for one in rules_queries.rules(world.acme, timezone.now())] == [("1", "0")]
    before = version(world)
    rules_actions.delete(rule, by=world.alice)
    assert Verdict.everywhere.get().rule_name == "Links"
    assert version(world) == before + 1
    assert Audit.everywhere.get(verb="delete").before["when"] == "has:link"


def test_hits_of_the_last_week(world: World) -> None:
    rule = rules_actions.make(world.acme, GOOD, by=world.alice)
    rules_actions.make(world.acme, Draft("Quiet", "x", "y"), by=world.alice)
    source, now = make_source(world.acme), timezone.now()
    told = [(1, False), (2, False), (3, True), (8, False), (9, True)]  # days ago, could not be checked
    for number, (days, unchecked) in enumerate(told, start=1):
        Verdict.everywhere.create(
            workspace=world.acme, post=make_post(source, number=number), rule=rule, rule_name=rule.name, state="live",
            outcome="queue", because="Has a link", unchecked=unchecked, at=now - timedelta(days=days),
        )  # fmt: skip
    found = rules_queries.rules(world.acme, now)
    assert [(one.rule.name, one.hits, one.unchecked) for one in found] == [("Links", "2", "1"), ("Quiet", "0", "0")]
    first = rules_queries.hits(rule, size=3)
    rest = rules_queries.hits(rule, first.older, size=3)
    assert [len(first.verdicts), len(rest.verdicts), rest.older] == [3, 2, None]


def test_the_file_gives_back_what_was_written(world: World) -> None:
    drafts = [
        GOOD,
        Draft("Quotes 'these'", '"a b" OR raw:"C++"', 'Line one\nline "two" \\ \x7f 🙂', policy="p", state="live"),
        Draft("Loud", "NOW", "Shouts", then="label", label="loud", state="shadow"),
    ]
    for draft in drafts:
        rules_actions.make(world.acme, draft, by=world.alice, why="as agreed")
    text = rules_file.write_rules(Rule.of(world.acme))
    assert rules_file.read_rules(text.encode()) == drafts
    assert [rule["name"] for rule in tomllib.loads(text)["rule"]] == [draft.name for draft in drafts]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no rules"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[[rule]\n", "not TOML"),
        (b"[[rule]]\nname = 'a'\n", "no rule.*because|no rule.*when"),
        (b"[[rule]]\nname = 'a'\nwhen = 3\nbecause = 'c'\n", "no rule"),
        (b"[[rule]]\nname = 'a'\nwhen = '('\nbecause = 'c'\n", r"Rule 1 \(“a”\): Line 1"),
        (b"[[rule]]\nname = 'a'\nwhen = 'x'\nbecause = 'c'\nthen = 'eat'\n", "Rule 1"),
        (b"#" * 5_000_001, "5,000,000 is the most"),
    ],
)
def test_a_bad_file_is_refused_whole(world: World, content: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        rules_file.read_rules(content)


def test_rules_from_a_file(world: World) -> None:
    for one in "ab":
        rules_actions.make(world.acme, Draft(one, "x", "y"), by=world.alice)
    text = '[[rule]]\nname = "a"\nwhen = "z"\nbecause = "y"\n[[rule]]\nname = "c"\nwhen = "x"\nbecause = "y"\n'
    client, url = world.client(), reverse("moderate:rules_import", args=["acme"])
    page = client.post(url, {"file": SimpleUploadedFile("rules.toml", text.encode())}, follow=True).content.decode()
    assert "1 made, 1 changed, 0 were so already." in page
    assert names(world) == ["b", "a", "c"]
    answer = client.post(url, {"file": SimpleUploadedFile("rules.toml", b"[[rule]]\nname = 3")})
    assert answer.status_code == 422
    assert "no rule" in answer.content.decode()
    assert (
        tomllib.loads(client.get(reverse("moderate:rules_export", args=["acme"])).content.decode())["rule"][1]["when"]
        == "z"
    )


FORM = {"name": "Links", "when": "has:link", "then": "queue", "because": "Has a link", "state": "shadow"}


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({}, 303, ""),
        ({"when": "(has:link"}, 422, "Line 1, column"),
        ({"when": ""}, 422, "required"),
        ({"then": "label"}, 422, "Say which label"),
        ({"name": "Taken"}, 422, "There is a rule of this name already"),
        ({"do": "try"}, 200, "<mark>acme</mark>"),
        ({"do": "try", "when": "nowhere"}, 200, "It holds for none of these"),
    ],
)
def test_the_form(world: World, change: dict[str, str], status: int, says: str) -> None:
    rules_actions.make(world.acme, Draft("Taken", "x", "y"), by=world.alice)
    make_post(make_source(world.acme), "I like acme")
    given = {**FORM, **({"when": "acme"} if "do" in change else {}), **change}
    answer = world.client().post(reverse("moderate:rule_new", args=["acme"]), given)
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert ("Links" in names(world)) is (status == 303)


def test_two_managers_change_one_rule(world: World) -> None:
    rule = rules_actions.make(world.acme, GOOD, by=world.alice)
    client, url = world.client(), reverse("moderate:rule", args=["acme", rule.pk])
    assert b'name="version" value="1"' in client.get(url).content
    rules_actions.change(rule, Draft("Links", "has:image", "y"), by=world.roles[Role.MANAGER])
    answer = client.post(url, {**FORM, "when": "has:video", "version": "1"})
    assert answer.status_code == 422
    assert "changed this rule while you were writing" in answer.content.decode()
    assert "has:video" in answer.content.decode()
    assert Rule.everywhere.get().when == "has:image"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER, Role.MODERATOR])
def test_who_may_only_read(world: World, role: Role) -> None:
    rule = rules_actions.make(world.acme, GOOD, by=world.alice)
    client = world.client(world.roles[role])
    page = client.get(reverse("moderate:rule", args=["acme", rule.pk])).content.decode()
    assert "has:link" in page
    assert "<textarea" not in page
    assert client.post(reverse("moderate:rule", args=["acme", rule.pk]), FORM).status_code == 403
    assert client.get(reverse("moderate:rule_new", args=["acme"])).status_code == 403


def test_calls(world: World) -> None:
    make_token(world.alice, Role.MANAGER, "s")
    client = Client(headers={"authorization": "Bearer s"})
    kind = "application/json"
    made = client.post("/api/moderate/rules", {"name": "a", "when": "x", "because": "y"}, content_type=kind)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    client.post("/api/moderate/rules", {"name": "b", "when": "x", "because": "y"}, content_type=kind)
    url = f"/api/moderate/rules/{made.json()['id']}"
    refused = client.patch(url, {"state": "live", "version": 1}, content_type=kind)
    assert (refused.status_code, "replay this version" in refused.content.decode()) == (422, True)
    wish = {"state": "live", "version": 1, "position": 1, "why": "agreed by all"}
    changed = client.patch(url, wish, content_type=kind).json()
    assert (changed["state"], changed["when"], changed["version"], changed["position"]) == ("live", "x", 1, 1)
    assert client.patch(url, {"when": "(", "version": 1}, content_type=kind).json()["errors"][0]["line"] == 1
    assert client.patch(url, {"when": "z", "version": 2, "why": "w"}, content_type=kind).status_code == 422
    assert [rule["name"] for rule in client.get("/api/moderate/rules").json()] == ["b", "a"]
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
