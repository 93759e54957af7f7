"""The calendar as a file: read again by a strict small parser of RFC 5545, written here."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.ical import Event, escape, fold, write_calendar

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=1)))
LINE = re.compile(r"(?P<name>[A-Z0-9-]+)(?P<parameters>(?:;[A-Z-]+=[^;:,\"]+)*):(?P<value>.*)", re.DOTALL)
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED"}


def unfolded(body: bytes) -> list[str]:
    """The lines as they were meant. Fails where an end, a length or a character is not as the standard wants it."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    lines: list[bytes] = []
    for raw in body.split(b"\r\n")[:-1]:
        assert 0 < len(raw) <= 75
        raw.decode()  # no character is cut in two
        if raw.startswith(b" "):
            lines[-1] += raw[1:]
        else:
            lines.append(raw)
    return [line.decode() for line in lines]


def meant(value: str) -> str:
    """A text value, its escapes read. Fails on what stands there unescaped."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def parsed(body: bytes) -> list[dict[str, str]]:
    """The events of a calendar, name → value as written."""
    lines = unfolded(body)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "VERSION:2.0" in lines
    assert any(line.startswith("PRODID:") for line in lines)
    events: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-1]:
        found = LINE.fullmatch(line)
        assert found, line
        if line == "BEGIN:VEVENT":
            assert not inside
            inside = True
            events.append({})
        elif line == "END:VEVENT":
            assert set(events[-1]) >= ONCE
            inside = False
        elif inside:
            assert found["name"] not in events[-1], "given twice"
            events[-1][found["name"]] = found["value"]
    assert not inside
    return events


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n,;\\:äß\U0001f600"), max_size=200)


@given(texts, texts)
def test_what_is_written_is_read_again(summary: str, description: str) -> None:
    event = Event("a@b", WHEN, WHEN, summary, description)
    [read] = parsed(write_calendar([event], name="Acme", product="-//Hubbub//EN"))
    assert meant(read["SUMMARY"]) == summary
    assert meant(read.get("DESCRIPTION", "")) == description


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300))
def test_lines_are_folded_at_75_octets(line: str) -> None:
    assert unfolded(fold(f"X:{line}")) == [f"X:{line}"]


def test_moments_are_in_utc() -> None:
    [read] = parsed(write_calendar([Event("a@b", WHEN, WHEN, "x", sequence=3)], name="A", product="-//B//EN"))
    assert (read["DTSTART"], read["DTEND"], read["SEQUENCE"]) == ("20261123T080000Z", "20261123T081500Z", "3")


@pytest.mark.parametrize(
    ("text", "written"),
    [("a,b;c\\d", "a\\,b\\;c\\\\d"), ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"), ("a\x00\x07b", "ab"), ('a:b"c', 'a:b"c')],
)
def test_escapes(text: str, written: str) -> None:
    assert escape(text) == written


def test_an_address_cannot_begin_a_line_of_its_own() -> None:
    event = Event("a@b", WHEN, WHEN, "x", url="https://a.example/\r\nATTENDEE:mailto:x@y")
    [read] = parsed(write_calendar([event], name="A", product="-//B//EN"))
    assert "ATTENDEE" not in read


def test_several_and_none() -> None:
    events = [Event(f"{number}@b", WHEN, WHEN, "x", categories=("a,b", "c")) for number in range(3)]
    assert [one["UID"] for one in parsed(write_calendar(events, name="A", product="P"))] == ["0@b", "1@b", "2@b"]
    assert parsed(write_calendar([], name="A", product="P")) == []
