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


ODD = Card(name="A\u2028B\x0bC", note="one\x85two\x1cthree", tags=("ends with \\", "has \\; both", "\\n"))


@pytest.mark.parametrize("cards", [[], [FULL], [FULL, Card(name="Frank")], [ODD]])
def test_cards_there_and_back(cards: list[Card]) -> None:
    written = vcard.write(cards)
    assert list(vcard.read(written)) == cards
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))


@pytest.mark.parametrize(
    ("text", "name", "emails"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nN:Doe;Erin;;;\nEMAIL;TYPE=w:e@x.example\nEND:VCARD", "Erin Doe", ("e@x.example",)),
        ("\ufeffBEGIN:VCARD\r\nFN:Er\r\n in\r\nitem1.EMAIL:e@x.example\r\nEND:VCARD\r\n", "Erin", ("e@x.example",)),
        ("BEGIN:VCARD\rFN:Er\r in\rEMAIL:e@x.example\rEND:VCARD", "Erin", ("e@x.example",)),
        (
            "BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:M=C3=BCl=\nler;J=C3=B6rg\nEMAIL;HOME:e@x.example\nEND:VCARD",
            "Jörg Müller", ("e@x.example",),
        ),
        ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=F6rg\nEND:VCARD", "Jörg", ()),
        ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE;CHARSET=idna:J=C3=B6rg\nEND:VCARD", "Jörg", ()),
        ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE;CHARSET=unicode_escape:J=5Cud800rg\nEND:VCARD", "J?rg", ()),
        ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE:J=00=C3=B6rg\nEND:VCARD", "Jörg", ()),
        ("BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=no-such:J=C3=B6rg\nEND:VCARD", "Jörg", ()),
        ("BEGIN:VCARD\nFN:1+1=\nEND:VCARD", "1+1=", ()),
    ],
)  # fmt: skip
def test_cards_of_others(text: str, name: str, emails: tuple[str, ...]) -> None:
    (card,) = vcard.read(text)
    assert (card.name, card.emails) == (name, emails)


@pytest.mark.parametrize("text", ["", "FN:Nobody", "BEGIN:VCARD\nFN:x", "END:VCARD"])
def test_what_is_no_card_is_passed_over(text: str) -> None:
    assert list(vcard.read(text)) == []
