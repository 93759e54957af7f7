"""Topics brought in: a query of another tool, a file of topics, and the file of those that there are."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hubbub.listen import topics_file
from hubbub.store.models import Audit, Role, Topic, TopicVersion
from hubbub.ui.api import Refusal
from tests.world import World, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/topics/"
FILE = """
[[topic]]
name = "Acme"
kind = "brand"
query = '''(acme OR #acme) NOT "acme corp of ohio"'''

[[topic]]
name = "Tea"
query = "tea"
kind = "industry"
"""


def send(world: World, text: str | bytes, role: Role = Role.ADMIN) -> tuple[int, str]:
    content = text.encode() if isinstance(text, str) else text
    upload = SimpleUploadedFile("topics.toml", content)
    answer = world.client(world.roles[role]).post(f"{HERE}file/", {"file": upload}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_file_of_topics(world: World) -> None:
    make_topic(world.acme, "Tea", "tea", kind="industry")
    make_topic(world.acme, "Stays", "stays")
    status, page = send(world, FILE)
    assert status == 200
    assert "1 made, 0 changed, 1 were so already." in page
    _, page = send(world, FILE.replace('"tea"', '"tea OR coffee"'))
    assert "0 made, 1 changed, 1 were so already." in page
    assert dict(Topic.of(world.acme).values_list("name", "query")) == {
        "Acme": '(acme OR #acme) NOT "acme corp of ohio"',
        "Tea": "tea OR coffee",
        "Stays": "stays",
    }
    assert set(Audit.of(world.acme).values_list("verb", "why")) == {
        ("add", "from topics.toml"),
        ("change", "from topics.toml"),
    }
    assert TopicVersion.of(world.acme).count() == 3


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ('[[topic]]\nname = "Bad"\nquery = "(acme"\n', 12, "never closed"),
        ('[[topic]]\nname = "Bad"\nquery = "a"\nkind = "planet"\n', 12, "kind is one of"),
        ('[[topic]]\nname = "Bad"\nkind = "brand"\n', 12, "query"),
        ('[[topic]]\nname = "Acme"\nquery = "again"\n', 12, "further up"),
        ('[[topic]]\nname = "Bad"\nquery = "a"\ncolour = "red"\n', 12, "colour"),
        ('[[topic]]\nname = " "\nquery = "a"\n', 12, "needs a name"),
        (f'[[topic]]\nname = "{"x" * 101}"\nquery = "a"\n', 12, "at most 100"),
        ('[settings]\nlang = "en"\n', 0, "Only [[topic]]"),
    ],
)
def test_what_is_refused_is_named_and_the_others_are_taken(world: World, more: str, line: int, says: str) -> None:
    status, page = send(world, f"{FILE}\n{more}")
    assert status == 422
    assert says in page.replace("&quot;", '"').replace("&#x27;", "'")
    assert (f"line {line}<" in page) is bool(line)
    assert "2 made, 0 changed, 0 were so already, 1 refused." in page
    assert Topic.of(world.acme).count() == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no topics"),
        (b"topic = 3", "holds no topics"),
        (b"[[topic]", "not TOML"),
        (b"\xff", "not UTF-8"),
        (b"#" * 2_000_001, "more than 2,000,000 bytes"),
        (b"[[topic]]\n" * 1_001, "1,000 is the most"),
    ],
)
def test_what_is_no_file_of_topics(world: World, content: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        topics_file.read(content)
    status, page = send(world, content)
    assert status == 422
    assert says in page
    assert not Topic.of(world.acme).exists()


@pytest.mark.parametrize("query", ["acme", '"a b" OR {C}', "don't", 'a\nb "c"', 'raw:"C\\\\"', "tab\there '''"])
def test_what_is_written_reads_as_the_same(world: World, query: str) -> None:
    make_topic(world.acme, "It's “ours”", query, kind="person")
    text = world.client().get(f"{HERE}topics.toml").content.decode()
    (found,) = topics_file.read(text.encode())
    assert found.raw == {"name": "It's “ours”", "query": query, "kind": "person"}
    assert found.line == 1


def test_who_may_look_may_not_bring_in(world: World) -> None:
    assert send(world, FILE, Role.VIEWER)[0] == 403
    assert "topics.toml" in world.client(world.roles[Role.VIEWER]).get(f"{HERE}file/").content.decode()


def test_a_query_of_another_tool(world: World) -> None:
    text = "acme NEAR/3f rocket AND country:usa"
    page = world.client().post(f"{HERE}translate/", {"text": text, "tool": ""}).content.decode()
    assert "Read as a query of Brandwatch, which is a guess" in page
    assert "finds something else" in page
    assert "<u>country:usa</u>" in page
    query = page.split('name="query" value="')[1].split('"')[0].replace("&quot;", '"')
    taken = world.client().post(f"{HERE}new/", {"mode": "text", "do": "preview", "query": query, "kind": "brand"})
    assert taken.status_code == 200
    assert query in taken.content.decode().replace("&quot;", '"')


def test_it_is_taken_into_the_topic_that_it_came_from(world: World) -> None:
    topic = make_topic(world.acme)
    page = world.client().post(f"{HERE}translate/?topic={topic.pk}", {"text": "acme", "tool": "talkwalker"})
    assert f'action="{HERE}{topic.pk}/"' in page.content.decode()
    assert "Read as a query of Talkwalker." in page.content.decode()


@pytest.mark.parametrize("text", ["((", '"', "AND AND", "<script>alert(1)</script>", "x" * 30_000])
def test_hostile_queries_of_other_tools(world: World, text: str) -> None:
    answer = world.client().post(f"{HERE}translate/", {"text": text, "tool": ""})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
