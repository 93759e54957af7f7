"""The pages of the plan, as a browser without scripts sees them."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin

import pytest
from django.utils import timezone

from hubbub.plan import actions, queries
from hubbub.store import kept
from hubbub.store.models import Audit, Kpi, Objective, ObjectiveKind, Role, Rollup, Target
from tests.world import World, make_author, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/w/acme/plan/"


def plain(content: bytes) -> str:
    return unescape(content.decode()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def kpi(world: World) -> Kpi:
    """Twelve mentions in the last hours, forty wanted, set eleven days ago with a baseline of ten."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    topic, source = make_topic(world.acme), make_source(world.acme)
    for about in (None, topic):
        Rollup.everywhere.create(workspace=world.acme, source=source, topic=about, hour=hour, posts=12)
        old = hour - timedelta(days=40)
        Rollup.everywhere.create(workspace=world.acme, source=source, topic=about, hour=old, posts=10)
    objective = actions.add_objective(world.acme, ObjectiveKind.FANS, "More <fans>", by=world.alice)
    kpi = actions.add_kpi(objective, "mentions", topic, 30, by=world.alice)
    actions.add_target(
        kpi, 40, (now + timedelta(days=9)).date(), by=world.alice, now=now - timedelta(days=11), why="because"
    )
    return kpi


def test_an_empty_plan_says_how_to_begin(world: World) -> None:
    page = plain(world.client().get(PAGE).content)
    assert "Set targets first" in page
    for kind in ObjectiveKind:
        assert f'href="{PAGE}objectives/new/?kind={kind}"' in page
        assert kind.label in page
    assert "This needs the role manager" in plain(world.client(world.roles[Role.VIEWER]).get(PAGE).content)


def test_the_first_objective_in_three_steps(world: World) -> None:
    alice = world.client()
    topic = make_topic(world.acme)
    assert "answered on the same day" in plain(alice.get(f"{PAGE}objectives/new/?kind=information").content)
    answer = alice.post(f"{PAGE}objectives/new/", {"kind": "information", "name": "Help today", "why": "They wait"})
    objective = Objective.of(world.acme).get()
    assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}objectives/{objective.pk}/kpis/new/")
    assert "Step 2 of 3" in plain(alice.get(answer["Location"]).content)
    answer = alice.post(answer["Location"], {"measure": "mentions", "topic": topic.pk, "days": 7})
    kpi = Kpi.of(world.acme).get()
    assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}kpis/{kpi.pk}/targets/new/")
    step = plain(alice.get(answer["Location"]).content)
    assert "Step 3 of 3" in step
    assert "There is nothing to count yet" in step
    by_day = timezone.now().date() + timedelta(days=30)
    answer = alice.post(answer["Location"], {"value": "25", "by_day": by_day.isoformat(), "why": "half more"})
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    target = Target.of(world.acme).get()
    assert (target.value, target.by_day, target.set_by, target.why) == (25, by_day, "Alice", "half more")
    page = plain(alice.get(PAGE).content)
    assert "Help today" in page
    assert "There is nothing to count in this window yet." in page
    assert list(Audit.of(world.acme).order_by("pk").values_list("noun", flat=True)) == ["objective", "kpi", "target"]


def test_each_kpi_shows_where_it_stands_and_leads_to_its_posts(world: World, kpi: Kpi) -> None:
    client = world.client()
    page = plain(client.get(PAGE).content)
    assert "behind" in page
    assert re.search(r"It is 12; the straight line from 10 on .* to 40 by .* asks for 26\.5 today", page)
    assert '<svg class="sparkline"' in page
    assert "Mentions in the last 12 weeks: from 10 to 12, lowest 0, highest 12" in page
    link = re.search(r'class="figure"[^>]*href="([^"]+)"', page)
    assert link is not None
    assert link[1].startswith("/w/acme/listen/?")
    assert f"topic={kpi.topic_id}" in link[1]
    assert client.get(link[1]).status_code == 200
    assert "More <fans>" in page
    assert b"More &lt;fans&gt;" in client.get(PAGE).content


def test_per_cents_are_typed_as_such(world: World, kpi: Kpi) -> None:
    share = actions.add_kpi(kpi.objective, "answered_share", None, 30, by=world.alice)
    address = f"{PAGE}kpis/{share.pk}/targets/new/"
    by_day = (timezone.now().date() + timedelta(days=30)).isoformat()
    assert "Target, in per cent" in plain(world.client().get(address).content)
    world.client().post(address, {"value": "90", "by_day": by_day})
    assert share.targets.get().value == 0.9
    refused = world.client().post(address, {"value": "101", "by_day": by_day})
    assert refused.status_code == 200
    assert "less than or equal to 100" in plain(refused.content)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"measure": "mentions", "topic": "", "days": "30"}, "choose one"),
        ({"measure": "conversations", "topic": "T", "days": "30"}, "leave the topic empty"),
        ({"measure": "mentions", "topic": "T", "days": "30"}, "already: set a new target"),
        ({"measure": "mentions", "topic": "T", "days": "999"}, "less than or equal to 365"),
        ({"measure": "mentions", "topic": "999999", "days": "30"}, "Select a valid choice"),
    ],
)
def test_a_refused_kpi_says_why(world: World, kpi: Kpi, given: dict[str, str], says: str) -> None:
    given = {**given, "topic": given["topic"].replace("T", str(kpi.topic_id))}
    answer = world.client().post(f"{PAGE}objectives/{kpi.objective_id}/kpis/new/", given)
    assert answer.status_code == 200
    assert says in plain(answer.content)
    assert Kpi.of(world.acme).count() == 1


def test_archive_and_undo(world: World, kpi: Kpi) -> None:
    client = world.client()
    answer = client.post(f"{PAGE}objectives/{kpi.objective_id}/archive/", {"why": "not now"})
    assert answer.status_code == 303
    page = plain(client.get(PAGE).content)
    assert "is archived." in page
    assert f'action="{PAGE}objectives/{kpi.objective_id}/restore/"' in page
    assert "More <fans>" in plain(client.get(f"{PAGE}?archived").content)
    client.post(f"{PAGE}objectives/{kpi.objective_id}/restore/")
    assert not Objective.of(world.acme).get().archived


def test_edit_and_remove(world: World, kpi: Kpi) -> None:
    client = world.client()
    address = f"{PAGE}objectives/{kpi.objective_id}/edit/"
    assert "More <fans>" in plain(client.get(address).content)
    assert client.post(address, {"kind": "advocacy", "name": "Speakers"}).status_code == 303
    assert Objective.of(world.acme).get().name == "Speakers"
    assert client.post(address, {"kind": "advocacy", "name": " "}).status_code == 200
    assert client.post(f"{PAGE}kpis/{kpi.pk}/remove/", {"why": "unused"}).status_code == 303
    assert not Kpi.of(world.acme).exists()


def test_a_viewer_sees_the_plan_and_no_buttons(world: World, kpi: Kpi) -> None:
    page = plain(world.client(world.roles[Role.VIEWER]).get(PAGE).content)
    assert "It is 12" in page
    assert "/targets/new/" not in page
    assert "/edit/" not in page


def test_queries_grow_with_kpis_alone(world: World, kpi: Kpi, django_assert_max_num_queries: object) -> None:
    for number in range(5):
        aim = actions.add_objective(world.acme, ObjectiveKind.FANS, f"Aim {number}", by=world.alice)
        actions.add_kpi(aim, "conversations", None, number + 1, by=world.alice)
    with django_assert_max_num_queries(5 + 3 * 6):
        queries.plan(world.acme, timezone.now())


@pytest.mark.parametrize("archived", [False, True])
def test_it_says_when_it_was_counted_and_counts_again(
    world: World, kpi: Kpi, archived: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FEW", 0)  # so that one post makes a large workspace
    make_post(make_source(world.acme, "Forum"))
    if archived:
        actions.archive_objective(kpi.objective, by=world.alice)
    client, address = world.client(), f"{PAGE}?archived" if archived else PAGE
    assert "It is 12" in plain(client.get(address).content)
    Rollup.of(world.acme).filter(topic=kpi.topic_id, posts=12).update(posts=13)
    page = plain(client.get(address).content)
    assert "It is 12" in page
    assert re.search(r'Counted <time datetime="[^"]+"[^>]*>[^<]+</time>', page)
    refresh = re.search(r'href="([^"]+)">Refresh<', page)
    assert refresh
    answer = client.get(f"{PAGE}{refresh[1]}")
    assert answer.status_code == 303
    assert "It is 13" in plain(client.get(urljoin(PAGE, answer["Location"])).content)


def test_a_baseline_is_counted_now(world: World, kpi: Kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FEW", 0)
    make_post(make_source(world.acme, "Forum"))
    world.client().get(PAGE)
    Rollup.of(world.acme).filter(topic=kpi.topic_id, posts=12).update(posts=13)
    now = timezone.now()
    target = actions.add_target(kpi, 50, (now + timedelta(days=9)).date(), by=world.alice, now=now)
    assert target.baseline == 13


@pytest.mark.parametrize(
    ("wanted", "says"), [(1, "It is at least 1, which is"), (9, "only the newest 3 posts are looked at"), (0, "")]
)
def test_a_count_that_stopped_is_told_as_such(
    world: World, kpi: Kpi, monkeypatch: pytest.MonkeyPatch, wanted: int, says: str
) -> None:
    for name in ("figures", "queries"):
        monkeypatch.setattr(f"hubbub.{'store' if name == 'figures' else 'plan'}.{name}.MOST", 3)
    source, carol, now = make_source(world.acme, "Forum"), make_author(world.acme), timezone.now()
    for number in range(4):
        make_post(source, number=number, author=carol, published=now - timedelta(hours=number))
    counted = actions.add_kpi(kpi.objective, "returning_authors", None, 30, by=world.alice)
    if wanted:
        by_day = (now + timedelta(days=9)).date()
        assert actions.add_target(counted, wanted, by_day, by=world.alice, now=now).baseline is None
    page = plain(world.client().get(PAGE).content)
    assert re.search(r'class="figure"[^>]*>at least 1</a>', page)
    assert says in page
    form = plain(world.client().get(f"{PAGE}kpis/{counted.pk}/targets/new/").content)
    assert "There are too many posts to count them all" in form
    assert ("badge good" in page) is (wanted == 1)
