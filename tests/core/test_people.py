"""Values of a workspace's own fields, and vCards."""

import pytest

from hubbub.core import vcard
from hubbub.core.people import Kind, Unfit, read_value
from hubbub.core.vcard import Card


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Köln ", "Köln"),
        ("text", "", ""),
        ("number", "12", "12"),
        ("number", "3,50", "3.5"),
        ("number", "-0", "0"),
        ("number", "1e3", "1000"),
        ("number", "many", None),
        ("number", "NaN", None),
        ("number", "1e999999", None),
        ("date", "2026-11-23", "2026-11-23"),
        ("date", "3.5.2020", "2020-05-03"),
        ("date", "31.2.2020", None),
        ("date", "soon", None),
        ("choice", "m", "M"),
        ("choice", "XL", None),
        ("link", "example.org/erin", "https://example.org/erin"),
        ("link", "https://example.org", "https://example.org"),
        ("link", "javascript:alert(1)", None),
        ("link", "https://[oops", None),
        ("link", "two words", None),
        ("text", "x" * 501, None),
    ],
)
def test_read_value(kind: Kind, given: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Unfit):
            read_value(kind, given, ["S", "M"])
        return
    assert read_value(kind, given, ["S", "M"]) == kept
    assert read_value(kind, kept, ["S", "M"]) == kept  # once read, it stays


FULL = Card(
    name="Ärin, Doe; Ltd",
    uid="hubbub:1:7",
    note="Line one\nLine two, with a comma and \\ a stroke " + "ü" * 80,
    emails=("erin@example.org",),
    accounts=("https://m.example/@erin",),
    tags=("vip", "press, print"),
)


@pytest.mark.parametrize("cards", [[], [FULL], [FULL, Card(name="Frank")]])
def test_cards_there_and_back(cards: list[Card]) -> None:
    written = vcard.write(cards)
    assert list(vcard.read(written)) == cards
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))


@pytest.mark.parametrize(
    ("text", "name", "emails"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nN:Doe;Erin;;;\nEMAIL;TYPE=w:e@x.example\nEND:VCARD", "Erin Doe", ("e@x.example",)),
        ("\ufeffBEGIN:VCARD\r\nFN:Er\r\n in\r\nitem1.EMAIL:e@x.example\r\nEND:VCARD\r\n", "Erin", ("e@x.example",)),
    ],
)  # fmt: skip
def test_cards_of_others(text: str, name: str, emails: tuple[str, ...]) -> None:
    (card,) = vcard.read(text)
    assert (card.name, card.emails) == (name, emails)


@pytest.mark.parametrize("text", ["", "FN:Nobody", "BEGIN:VCARD\nFN:x", "END:VCARD"])
def test_what_is_no_card_is_passed_over(text: str) -> None:
    assert list(vcard.read(text)) == []
