"""Files of posts: every line is taken or reported, and reading goes on where it stopped."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors import Batch, Http, Refused, connector
from hubbub.connectors._posts_file import LONGEST, Reader
from hubbub.connectors.files import Line, read_lines, read_posts
from hubbub.core.failures import Broken
from hubbub.core.post import Author, Media, Post

FILES = connector("files")


def told(items: Iterable[Post | Refused]) -> list[str]:
    return [item.where if isinstance(item, Refused) else f"{item.id}={item.text}" for item in items]


@pytest.mark.parametrize(
    ("file", "read"),
    [
        (b"", []),
        (b"\n \r\n", []),
        (b'{"id":"1","text":"a"}', ["1=a"]),
        (b'\xef\xbb\xbf{"id":"1","text":"a"}\r\n{"id":2,"text":"b"}\r\n', ["1=a", "2=b"]),
        (b'\n\n{"id":"1","text":"a"}\n\n[]\n{"id":"3","text":"c"}', ["1=a", "line 5", "3=c"]),
        (b'{"id":"1"}\n{"text":"x"}\n7\n"x"\nnull\n{"id":"1","text":5}', [f"line {n}" for n in range(1, 7)]),
        (b'{"id":1.5,"text":"x"}\n{"id":true,"text":"x"}\n{"id":"","text":"x"}', ["line 1", "line 2", "line 3"]),
        (b'{"id":"1","text":"a"\n{"id":"2","text":"b"}', ["line 1", "2=b"]),
        (b'{"id":"1","text":"\xe9"}\n{"id":"2","text":"\xc3\xa9"}', ["line 1", "2=é"]),
        (b'{"id":"1","text":"a\\u0000b"}', ["1=ab"]),
        (b'{"id":"1","text":"' + b"x" * LONGEST + b'"}\n{"id":"2","text":"b"}', ["line 1", "2=b"]),
        (b"id,text\n1,a\n", ["1=a"]),
        (b"\xef\xbb\xbfID;Text\r\n1;a\r\n", ["1=a"]),
        (b"text\tid\nb\t007\n", ["007=b"]),
        (b'id,text\n1,"two\nlines, ""quoted"""\n2,b\n', ['1=two\nlines, "quoted"', "2=b"]),
        (b'id,text\n1,5" disk\n2,"5"" disk"\n', ['1=5" disk', '2=5" disk']),
        (b'id,text\n1,"never closed\n2,b\n3,c', ["line 2", "2=b", "3=c"]),
        (b'id,text\n1,"a"b\n2,b\n', ["line 2", "2=b"]),
        (b"id,text\n1,a,b\n2,b,\n3\n,c\n", ["line 2", "2=b", "line 4", "line 5"]),
        (b"id,text,likes\n1,a,x\n2,b,3\n3,c,nan\n", ["line 2", "2=b", "line 4"]),
        (b"id,text\n1,a\n2,\xe9\n3,c\n", ["1=a", "line 3", "3=c"]),
        (b'id,text\n1,"' + b"x" * LONGEST + b'"\n2,b\n', ["line 2", "2=b"]),
        (b"name,message\nx,y\n", ["line 1"]),
        (b"id,text,id\n1,a,2\n", ["line 1"]),
        ("id,text\n1,a\n".encode("utf-16"), ["line 1"]),
        (b"\x89PNG\r\n\x1a\n\0\0", ["line 1"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_every_line_is_taken_or_reported(file: bytes, read: list[str]) -> None:
    assert told(read_posts(BytesIO(file))) == read


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"[1]", 'this is a list. A line holds one object, such as {"id": "1", "text": "Hello"}'),
        (b'{"id":"1"}', '"text" is missing'),
        (b'{"id":"1","text":null}', '"text" must be a text, not null'),
        (b'{"id":"1","text":"a","likes":"many"}', '"likes" must be a whole number, not a text'),
        (b'{"id":"1","text":"a","likes":99999999999999999999}', '"likes"'),
        (b'{"id":"1","text":"a","type":"tweet"}', '"type" must be one of post, comment, review, article, message'),
        (b'{"id":"1","text":"a","published":"yesterday"}', "such as 2026-01-31T12:00:00Z, not “yesterday”"),
        (b'{"id":"1","text":"a","published":"0001-01-01T00:00:00+10:00"}', "such as 2026-01-31T12:00:00Z"),
        (b'{"id":"1","text":"a","links":["x",1]}', '"links[1]" must be a text, not a whole number'),
        (b'{"id":"1","text":"a","media":[{"type":"gif","url":"u"}]}', '"media[0].type"'),
        (b'{"id":"1","text":"caf\xe9"}', "not UTF-8 (near “"),
    ],
)
def test_a_refusal_says_what_would_be_right(line: bytes, says: str) -> None:
    (refused,) = read_posts(BytesIO(line))
    assert isinstance(refused, Refused)
    assert says in refused.why


WHOLE = {
    "id": 7,
    "text": "Hello",
    "title": "Greeting",
    "url": "https://a.example/7",
    "source": "forum",
    "type": "comment",
    "author": "@ann",
    "name": "Ann",
    "author_id": 12,
    "author_created": "2020-01-01",
    "followers": 3,
    "published": "2026-01-31T13:00:00+01:00",
    "lang": "en-GB",
    "parent": 6,
    "likes": 1,
    "replies": 2,
    "shares": 3,
    "views": 4,
    "rating": 4.5,
    "links": ["https://b.example"],
    "media": [{"type": "image", "url": "https://b.example/i.png"}],
    "something else": None,
}
READ = Post(
    id="7",
    text="Hello",
    title="Greeting",
    url="https://a.example/7",
    type="comment",
    author=Author("12", "ann", "Ann", created=datetime(2020, 1, 1, tzinfo=UTC), followers=3),
    published=datetime(2026, 1, 31, 12, tzinfo=UTC),
    lang="en",
    parent="6",
    likes=1,
    replies=2,
    shares=3,
    views=4,
    rating=4.5,
    links=("https://b.example",),
    media=(Media("image", "https://b.example/i.png"),),
)


def test_all_fields_in_both_forms() -> None:
    as_json = json.dumps(WHOLE).encode()
    cells = {**WHOLE, "links": "https://b.example", "media": json.dumps(WHOLE["media"]).replace('"', '""')}
    as_csv = ",".join(cells) + "\n" + ",".join(f'"{value}"' for value in cells.values() if value is not None)
    for file in (as_json, as_csv.encode()):
        (line,) = read_lines(BytesIO(file), name="stem")
        assert line == Line(READ, "forum", 1 if file is as_json else 2)


def test_the_source_is_the_files_stem_unless_the_line_says(tmp_path: Path) -> None:
    path = tmp_path / "tweets.jsonl"
    path.write_bytes(b'{"id":"1","text":"a"}\n{"id":"2","text":"b","source":"forum"}\n')
    assert [line.source for line in read_lines(path) if isinstance(line, Line)] == ["tweets", "forum"]


ROW = st.tuples(st.integers(0, 999), st.text(alphabet='ab",;\n\r é', min_size=1).filter(lambda text: text.strip()))


@given(st.lists(ROW), st.integers(1, 5))
def test_reading_goes_on_anywhere(rows: list[tuple[int, str]], step: int) -> None:
    """Read a CSV from any place where reading stopped: the same as in one go."""
    quoted = [f'{number},"{text.replace(chr(34), chr(34) * 2)}"\r\n' for number, text in rows]
    file = ("id,text\r\n" + "".join(quoted)).encode()
    whole = list(Reader(BytesIO(file)))
    assert [item.post.text for item in whole if isinstance(item, Line)] == [text for _, text in rows]
    pieces, at, line = [], 0, 0
    while True:
        reader = Reader(BytesIO(file), at=at, line=line)
        piece = list(islice(reader, step))
        if not piece:
            break
        pieces += piece
        at, line = reader.at, reader.line
    assert pieces == whole


def fetch_all(settings: dict[str, str], http: Http, cursor: str = "") -> list[Batch]:
    batches = [FILES.fetch(settings, cursor, http)]
    while batches[-1].more:
        batches.append(FILES.fetch(settings, batches[-1].cursor, http))
    return batches


def test_a_file_is_read_in_batches_with_progress(tmp_path: Path, http: Http) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n" + "".join(f"{number},post {number}\n" for number in range(1200)))
    batches = fetch_all({"file": str(path)}, http)
    assert [len(batch.posts) for batch in batches] == [500, 500, 200]
    assert [post.id for batch in batches for post in batch.posts] == [str(number) for number in range(1200)]
    assert batches[-1].done == batches[-1].total == path.stat().st_size
    again = FILES.fetch({"file": str(path)}, batches[-1].cursor, http)
    assert (again.posts, again.more, again.done) == ([], False, path.stat().st_size)


def test_latin_1_is_said_and_nothing_is_lost(tmp_path: Path, http: Http) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes("id,text\n1,plain\n2,café\n3,also plain\n".encode("latin-1"))
    found = FILES.check({"file": str(path)}, http)
    assert "line 3" in found.says
    assert "Windows-1252" in found.says
    first = FILES.fetch({"file": str(path)}, "", http)
    assert [post.id for post in first.posts] == ["1", "3"]
    assert [refused.where for refused in first.refused] == ["line 3"]
    # once the right one is chosen the file is read anew, from the same cursor
    second = FILES.fetch({"file": str(path), "encoding": "cp1252"}, first.cursor, http)
    assert [post.text for post in second.posts] == ["plain", "café", "also plain"]
    assert second.refused == []


def test_another_file_is_read_from_its_beginning_and_a_grown_one_goes_on(tmp_path: Path, http: Http) -> None:
    path = tmp_path / "posts.jsonl"
    lines = [json.dumps({"id": str(number), "text": "x" * 300}) + "\n" for number in range(40)]
    path.write_text("".join(lines[:30]))
    cursor = FILES.fetch({"file": str(path)}, "", http).cursor
    path.write_text("".join(lines))
    assert [post.id for post in FILES.fetch({"file": str(path)}, cursor, http).posts] == list(map(str, range(30, 40)))
    path.write_text("".join(reversed(lines)))
    assert len(FILES.fetch({"file": str(path)}, cursor, http).posts) == 40


@pytest.mark.parametrize(
    ("content", "settings", "says"),
    [
        (None, {}, "cannot be read here any more"),
        (b"", {}, "is empty"),
        (b"a,b\n1,2\n", {}, 'must name the columns "id" and "text", but reads “a,b”'),
        (b"{}\n{}\n", {}, "Nothing in posts.csv can be taken. First of them, line 1"),
        (b"id,text\n1,a\n", {"encoding": "klingon"}, "no characters called 'klingon'"),
        (b"id,text\n1,a\n", {"file": ""}, "No file has been chosen"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, http: Http, content: bytes | None, settings: dict[str, str], says: str
) -> None:
    path = tmp_path / "posts.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Broken, match=says.replace("(", r"\(")):
        FILES.check({"file": str(path), **settings}, http)
