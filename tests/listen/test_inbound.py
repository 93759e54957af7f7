"""What sites of our own and their visitors send: who is believed, what is kept, and that the loop takes it in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from msgspec import json

from hubbub.connectors import Http
from hubbub.connectors._signing import new_key, signed
from hubbub.engine.listening import listen_to
from hubbub.listen import views_inbound
from hubbub.store.claim import claim_source
from hubbub.store.models import Arrival, Post, Report, Source, SourceState
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

KEY = new_key()
PAGE = "https://www.example.org"


@pytest.fixture
def site(world: World) -> Source:
    source = make_source(
        world.acme,
        "Acme forum",
        kind="site",
        settings={"site": f"{PAGE}/start", "also": "shop.example.org", "public": "pub"},
    )
    source.keep_secrets({"key": KEY})
    source.save()
    return source


def send(site: Source, body: bytes, ident: str = "m1", key: str = KEY, **more: str) -> Any:
    headers = {**signed(key, ident, body, now=datetime.now(UTC)), **more}
    return Client().post(f"/in/{site.pk}/", body, content_type="application/json", headers=headers)


def visit(site: Source, **given: str) -> Any:
    """What the script on a page sends."""
    origin, address = given.pop("origin", PAGE), given.pop("address", "192.0.2.1")
    body = json.encode({"key": "pub", "kind": "report", "post": "c1", "text": "spam", **given})
    headers = {"origin": origin}
    return Client(REMOTE_ADDR=address).post(
        f"/in/{site.pk}/visitor", body, content_type="application/json", headers=headers
    )


def work(site: Source) -> None:
    """The loop, once."""
    claimed = claim_source(timezone.now())
    assert claimed is not None
    assert claimed.pk == site.pk
    with Http() as http:
        assert listen_to(claimed, http) is not None


def texts(site: Source) -> dict[str, tuple[str, str]]:
    return {post.native_id: (post.text, post.state) for post in Post.of(site.workspace).filter(source=site)}


def test_posts_come_are_edited_and_go(site: Source) -> None:
    answer = send(site, b'{"id": "c1", "text": "Hello"}\n{"id": "c2", "text": "Hi"}\nno')
    assert answer.status_code == 202
    told = answer.json()
    assert (told["taken"], told["known"], told["refused"][0]["where"]) == (2, False, "line 3")
    work(site)
    assert texts(site) == {"c1": ("Hello", "visible"), "c2": ("Hi", "visible")}
    send(site, b'{"id": "c1", "text": "Hello there"}\n{"id": "c2", "deleted": true}', "m2")
    work(site)
    assert texts(site)["c1"] == ("Hello there", "visible")
    assert texts(site)["c2"][1] == "removed"
    site.refresh_from_db()
    assert (site.error, site.refused_count) == ("", 1)


def test_the_same_message_again_adds_nothing(site: Source) -> None:
    for known in (False, True):
        assert send(site, b'{"id": "c1", "text": "Hello"}').json()["known"] is known
    work(site)
    assert send(site, b'{"id": "c1", "text": "Hello"}').json()["known"] is True  # also after it was taken in
    assert Arrival.of(site.workspace).count() == 1


def test_a_crash_between_taking_in_and_settling_loses_and_doubles_nothing(
    site: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(site, b'{"id": "c1", "text": "Hello"}\n{"report": "c1", "id": "r1"}')
    with monkeypatch.context() as patched:
        patched.setattr("hubbub.store.arrivals.settle", lambda *_, **__: 1 / 0)
        claimed = claim_source(timezone.now())
        assert claimed is not None
        with Http() as http:
            listen_to(claimed, http)
    assert Arrival.of(site.workspace).filter(taken=None).count() == 1
    Source.of(site.workspace).update(due=timezone.now(), lease_until=None)
    work(site)
    assert list(texts(site)) == ["c1"]
    assert Report.of(site.workspace).count() == 1
    [row] = Arrival.of(site.workspace)
    assert (row.taken is not None, bytes(row.body)) == (True, b"")


def test_what_is_paused_waits(site: Source) -> None:
    Source.of(site.workspace).update(state=SourceState.PAUSED)
    assert send(site, b'{"id": "c1", "text": "Hello"}').status_code == 202
    assert claim_source(timezone.now()) is None
    Source.of(site.workspace).update(state=SourceState.ACTIVE, due=timezone.now())
    work(site)
    assert "c1" in texts(site)


def test_rows_are_swept_once_their_message_cannot_come_again(site: Source) -> None:
    send(site, b'{"id": "c1", "text": "Hello"}')
    work(site)
    Arrival.of(site.workspace).update(taken=timezone.now() - timedelta(hours=2))
    send(site, b'{"id": "c2", "text": "Hello"}', "m2")
    work(site)
    assert list(Arrival.of(site.workspace).values_list("key", flat=True)) == ["message m2"]


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (lambda site: send(site, b"{}", key=new_key()), 401, "does not fit"),
        (lambda site: send(site, b"{}", **{"webhook-timestamp": "1"}), 401, "clock"),
        (lambda site: Client().post(f"/in/{site.pk}/", {}), 401, "webhook-id"),
        (lambda site: send(site, b'{"id": 1}'), 422, "text"),
        (lambda site: send(site, b'"' + b"x" * 1_000_001), 413, "1,000,000 bytes"),
        (lambda site: Client().post("/in/999999/", {}), 404, "address"),
        (lambda site: Client().get(f"/in/{site.pk}/"), 405, ""),
    ],
)
def test_what_is_not_taken_says_why(site: Source, sent: Callable[[Source], Any], status: int, says: str) -> None:
    answer = sent(site)
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not Arrival.of(site.workspace).exists()


def test_no_key_is_taken_for_none(site: Source) -> None:
    Source.of(site.workspace).update(sealed=b"")
    assert "No key has been made" in send(site, b'{"id": 1, "text": "a"}').json()["detail"]


def test_other_kinds_are_not_sent_to(world: World) -> None:
    blog = make_source(world.acme)
    blog.keep_secrets({"key": KEY})
    blog.save()
    assert send(blog, b'{"id": 1, "text": "a"}').status_code == 404


def test_too_many_messages_wait(site: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views_inbound, "A_MINUTE", 1)
    send(site, b'{"id": "c1", "text": "Hello"}')
    answer = send(site, b'{"id": "c2", "text": "Hello"}', "m2")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


# --- visitors


def test_a_visitor_reports(site: Source) -> None:
    send(site, b'{"id": "c1", "text": "Buy pills"}')
    work(site)
    answer = visit(site, name="Carol", email="carol@example.org", url=f"{PAGE}/hello")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (202, PAGE)
    assert not answer.cookies
    work(site)
    row = Report.of(site.workspace).get()
    assert (row.post.native_id, row.why, row.name, row.email) == ("c1", "spam", "Carol", "carol@example.org")
    assert row.reporter is None
    assert row.post.decision == "queued"


def test_a_visitor_writes(site: Source) -> None:
    assert visit(site, kind="feedback", post="", text="<b>Nice</b>", email="ann@example.org").status_code == 202
    work(site)
    post = Post.of(site.workspace).get()
    assert (post.text, post.type, post.author.native_id) == ("<b>Nice</b>", "message", "mailto:ann@example.org")


def test_the_same_report_by_the_same_visitor_is_one(site: Source) -> None:
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        assert visit(site, address=address).status_code == 202
    assert Arrival.of(site.workspace).count() == 2


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ({"origin": "https://evil.example"}, 403, "none of this site's addresses"),
        ({"origin": ""}, 403, "none of this site's addresses"),
        ({"key": "other"}, 403, "public key"),
        ({"kind": "post"}, 422, "report or feedback"),
        ({"text": "x" * 2_001}, 422, "2,000 characters"),
        ({"post": ""}, 422, "missing"),
        ({"kind": "feedback", "text": " "}, 422, "write something"),
        ({"email": "ann"}, 422, "e-mail address"),
        ({"name": "x" * 60_000}, 413, "60,000 bytes"),
    ],
)
def test_what_a_visitor_may_not(site: Source, given: dict[str, str], status: int, says: str) -> None:
    answer = visit(site, **given)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert not Arrival.of(site.workspace).exists()


def test_a_machine_is_thanked_and_forgotten(site: Source) -> None:
    assert visit(site, website="https://pills.example").status_code == 202
    assert not Arrival.of(site.workspace).exists()


@pytest.mark.parametrize("origin", [PAGE, "https://shop.example.org"])
def test_a_browser_asks_first(site: Source, origin: str) -> None:
    answer = Client().options(f"/in/{site.pk}/visitor", headers={"origin": origin})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, origin)
    assert answer["Access-Control-Allow-Headers"] == "content-type"


def test_one_visitor_may_not_flood_us_and_others_still_may(site: Source) -> None:
    for number in range(5):
        assert visit(site, text=f"spam {number}").status_code == 202
    answer = visit(site, text="more")
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert visit(site, address="198.51.100.1").status_code == 202


def test_a_household_is_one_visitor(site: Source) -> None:
    for number in range(5):
        visit(site, text=f"spam {number}", address=f"2001:db8::{number}")
    assert visit(site, text="more", address="2001:db8::9").status_code == 429
    assert not any("2001" in f"{row.sender}{bytes(row.body)!r}" for row in Arrival.of(site.workspace))


@pytest.mark.parametrize("ident", ["m" * 90, "m" * 91])
def test_an_id_is_as_long_as_can_be_kept(site: Source, ident: str) -> None:
    answer = send(site, b'{"id": "c1", "text": "Hello"}', ident)
    assert answer.status_code == (202 if len(ident) <= 90 else 401)
    assert [len(row.key) <= 100 for row in Arrival.of(site.workspace)] == [True] * (len(ident) <= 90)


def test_visitors_are_told_apart_where_the_server_listens_on_both(site: Source) -> None:
    """It tells IPv4 addresses as IPv6 ones, all of one network."""
    for number in range(6):
        assert visit(site, text=f"spam {number}", address=f"::ffff:192.0.2.{number}").status_code == 202
    assert len({row.sender for row in Arrival.of(site.workspace)}) == 6


@pytest.mark.parametrize(
    ("entered", "sent"),
    [
        ("https://www.example.net:443/start", "https://www.example.net"),
        ("http://example.net:80", "http://example.net"),
        ("https://example.net:8443", "https://example.net:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_an_address_is_compared_as_browsers_write_it(site: Source, entered: str, sent: str) -> None:
    site.settings = {**site.settings, "site": entered}
    site.save()
    assert visit(site, origin=sent).status_code == 202


def test_behind_a_proxy_the_visitor_is_whom_it_names(site: Source, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    senders = set()
    for address in ("192.0.2.1", "192.0.2.2"):
        body = json.encode({"key": "pub", "kind": "report", "post": "c1", "text": address})
        headers = {"origin": PAGE, "x-forwarded-for": f"10.0.0.1, {address}"}
        Client().post(f"/in/{site.pk}/visitor", body, content_type="application/json", headers=headers)
        senders = set(Arrival.of(site.workspace).values_list("sender", flat=True))
    assert len(senders) == 2
