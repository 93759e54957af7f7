"""Word lists: what can be an entry, filling them, who names them, what they find, their pages and calls."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hubbub.moderate import lists_actions, lists_queries, rules_actions, rules_file
from hubbub.moderate.lists_actions import BadEntries, ListDraft
from hubbub.moderate.rules_actions import Draft
from hubbub.store.models import Audit, Role, Rule, WordList
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.world import World

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("text", "good", "bad", "twice"),
    [
        ("acme\n  red   rocket \n\n", ["acme", "red rocket"], [], 0),
        ("# a comment\n#hashtag\n@handle\nrocket*", ["#hashtag", "@handle", "rocket*"], [], 0),
        ("acme\nACME\nacme", ["acme"], [], 2),
        ("acme\n***\nblue\n...", ["acme", "blue"], [2, 4], 0),
        ("", [], [], 0),
    ],
)
def test_entries(text: str, good: list[str], bad: list[int], twice: int) -> None:
    read = lists_actions.read_entries(text)
    assert (list(read.good), [one.line for one in read.bad], read.twice) == (good, bad, twice)
    assert all(one.says and one.mend for one in read.bad)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"acme\nblue\n", "acme\nblue"),
        (b"\xef\xbb\xbfword\nacme", "acme"),
        (b'id,word\n1,acme\n2,"red rocket"\n', "acme\nred rocket"),
        (b"acme;brand\nblue;colour\n", "acme\nblue"),
        (b"", ""),
    ],
)
def test_files(content: bytes, text: str) -> None:
    assert lists_actions.read_csv(content) == text


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(Refusal, match="not UTF-8"):
        lists_actions.read_csv(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("text", "seen_through", "found"),
    [
        ("cheap viagra", False, ["viagra"]),
        ("cheap v1agra", False, []),
        ("cheap v1agra and v i a g r a", True, ["v1agra", "v i a g r a"]),
        ("red rockets fly", False, []),
        ("nothing", True, []),
        ("", True, []),
    ],
)
def test_what_it_finds(text: str, seen_through: bool, found: list[str]) -> None:
    assert list(lists_queries.tried("viagra\nred rocket\n***", text, seen_through=seen_through).found) == found


def test_made_changed_filled_and_deleted(world: World) -> None:
    row = lists_actions.make_list(world.acme, ListDraft("rivals", "moon"), by=world.alice, why="asked for")
    with pytest.raises(Refusal, match="already"):
        lists_actions.make_list(world.acme, ListDraft("RIVALS"), by=world.alice)
    changed = lists_actions.change_list(row, ListDraft("rivals", "moon\nsun"), by=world.alice, version=1)
    assert changed.version == 2
    with pytest.raises(Refusal, match="Somebody changed this list"):
        lists_actions.change_list(row, ListDraft("rivals", "x"), by=world.alice, version=1)
    assert lists_actions.add_entries(changed, "sun\nstar", by=world.alice) == (1, 3)
    with pytest.raises(BadEntries, match="Line 2"):
        lists_actions.add_entries(WordList.everywhere.get(), "a\n***", by=world.alice)
    rule = rules_actions.make(world.acme, Draft("R", "list:rivals", "so"), by=world.alice)
    row = WordList.everywhere.select_related("workspace").get()
    for act in (lists_actions.delete_list, rename):
        with pytest.raises(Refusal, match="“R”"):
            act(row, by=world.alice)
    rules_actions.delete(rule, by=world.alice)
    lists_actions.delete_list(row, by=world.alice)
    verbs = list(Audit.everywhere.filter(noun="wordlist").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["make", "change", "change", "delete"]
    assert Audit.everywhere.filter(verb="change").order_by("pk")[0].after["added"] == "sun"


def rename(row: WordList, *, by: object) -> None:
    lists_actions.change_list(row, ListDraft("others", row.entries), by=by)


def test_nothing_of_a_bad_form_is_lost(world: World) -> None:
    row = lists_actions.make_list(world.acme, ListDraft("rivals", "moon"), by=world.alice)
    client, url = world.client(), reverse("moderate:list", args=["acme", row.pk])
    answer = client.post(url, {"name": "rivals", "entries": "moon\n***\nkept words", "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(piece in page for piece in ("Line 2", "kept words", "nothing is lost"))
    add = reverse("moderate:list_add", args=["acme", row.pk])
    upload = SimpleUploadedFile("words.csv", b"word\nsun\n...\nmoonlight\n")
    page = client.post(add, {"more": "star", "file": upload}).content.decode()
    assert all(piece in page for piece in ("star", "moonlight", "Line 3"))
    assert WordList.everywhere.get().entries == "moon"
    upload = SimpleUploadedFile("words.csv", b"word\nsun\n")
    assert "2 new, 3 in all." in client.post(add, {"more": "star", "file": upload}, follow=True).content.decode()
    client.post(add, {"more": "only", "how": "replace"})
    assert WordList.everywhere.get().entries == "only"


def test_rules_and_lists_in_one_file(world: World) -> None:
    text = '[[rule]]\nname = "R"\nwhen = "list:bad"\nbecause = "so"\nexpires = 2030-01-02\nlanguages = ["en"]\n'
    read = rules_file.read_file(
        f'{text}\n[[list]]\nname = "bad"\nentries = ["pills"]\nseen_through = true\n'.encode(), ()
    )
    assert rules_file.take(world.acme, read, by=world.alice, why="from rules.toml") == (1, 0)
    written = rules_file.write_rules(Rule.of(world.acme), WordList.of(world.acme))
    again = rules_file.read_file(written.encode(), ())
    assert (list(again.rules), list(again.lists)) == (list(read.rules), list(read.lists))
    assert rules_file.take(world.acme, again, by=world.alice) == (0, 0)
    with pytest.raises(Refusal, match=r"Rule 1 \(“R”\).*list"):
        rules_file.read_file(text.encode(), ())


def test_calls(world: World) -> None:
    make_token(world.alice, Role.MANAGER, "s")
    client = Client(headers={"authorization": "Bearer s"})
    made = client.post(
        "/api/moderate/lists", {"name": "a", "entries": ["pills"]}, content_type="application/json"
    ).json()
    assert (made["written"], made["entries"], made["rules"]) == ("list:a", ["pills"], [])
    url = f"/api/moderate/lists/{made['id']}"
    added = client.post(f"{url}/add", {"entries": ["casino"]}, content_type="application/json").json()
    assert added["entries"] == ["pills", "casino"]
    tried = client.post(f"{url}/try", {"text": "a casino"}, content_type="application/json").json()
    assert tried == {"spans": [[2, 8]], "found": ["casino"]}
    assert client.put(url, {"name": "a", "entries": ["***"]}, content_type="application/json").status_code == 422
    assert client.delete(url).status_code == 204
    assert client.get("/api/moderate/lists").json() == []
