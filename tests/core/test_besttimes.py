"""When posts did well: one post that went round the world, few posts, places of different sizes."""

import pytest

from hubbub.core.besttimes import FEWEST, Sent, busiest, heat, suggestions, sureness


def posts(weekday: int, hour: int, likes: list[int], place: int = 1, first: int = 0) -> list[Sent]:
    return [Sent(first + number, place, weekday, hour, likes=each) for number, each in enumerate(likes)]


def test_an_hour_that_does_well_is_found() -> None:
    sent = posts(1, 17, [40, 38, 42, 41, 39, 40], first=100) + posts(4, 9, [10] * 20)
    best = suggestions(sent)
    assert (best[0].weekday, best[0].posts) == (1, 6)
    assert 16 <= best[0].start <= 17 < best[0].end
    assert 1.5 < best[0].ratio < 4.0  # four times the usual, drawn towards it: six posts
    assert set(best[0].ids) == set(range(100, 106))


def test_one_post_that_went_round_the_world_makes_no_good_hour() -> None:
    sent = posts(2, 12, [100_000, 9, 8, 9], first=50) + posts(4, 9, [10] * 30)
    assert all(one.weekday != 2 or one.ratio < 1.4 for one in suggestions(sent))


def test_with_few_posts_nothing_is_said() -> None:
    assert suggestions(posts(1, 10, [50] * (FEWEST - 1))) == []


def test_a_large_place_does_not_outweigh_a_small_one() -> None:
    large, small = posts(0, 8, [1000] * 10), posts(3, 20, [2] * 10, place=2, first=20)
    assert all(cell.ratio == pytest.approx(1.0) for cell in heat([*large, *small]))


def test_the_more_posts_the_less_an_hour_is_drawn_to_the_usual() -> None:
    usual = posts(6, 6, [10] * 40)
    few = {(c.weekday, c.hour): c.ratio for c in heat(usual + posts(1, 1, [30] * 2, first=90))}
    many = {(c.weekday, c.hour): c.ratio for c in heat(usual + posts(1, 1, [30] * 20, first=90))}
    assert 1 < few[1, 1] < many[1, 1] < 31 / 11


def test_a_cell_names_its_posts() -> None:
    [cell] = heat(posts(5, 23, [1, 2, 3]))
    assert (cell.weekday, cell.hour, cell.posts, cell.ids) == (5, 23, 3, (0, 1, 2))


def test_suggestions_do_not_overlap() -> None:
    sent = [one for hour in range(6, 12) for one in posts(1, hour, [50] * 4, first=hour * 10)] + posts(
        5, 5, [5] * 60, first=500
    )
    found = suggestions(sent, most=5)
    assert all(
        a.end <= b.start or b.end <= a.start for a in found for b in found if a is not b and a.weekday == b.weekday
    )


@pytest.mark.parametrize(("number", "word"), [(2, "not sure"), (7, "not sure"), (8, "fairly sure"), (20, "sure")])
def test_how_sure(number: int, word: str) -> None:
    assert sureness(number) == word


def test_when_the_community_writes() -> None:
    found = busiest([(0, 9, 5), (0, 10, 7), (2, 20, 30), (2, 3, 1)])
    assert [(one.weekday, one.posts) for one in found] == [(2, 30), (0, 12)]
    assert found[0].start <= 20 < found[0].end
    assert found[0].share == pytest.approx(30 / 43)
    assert busiest([]) == []
