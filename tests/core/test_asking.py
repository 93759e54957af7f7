"""What people ask: put together by what they share, counted by people."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.asking import FEWEST, Group, Question, groups


def asked(*texts: str, first: int = 0) -> list[Question]:
    return [Question(first + number, f"p{first + number}", text) for number, text in enumerate(texts)]


def test_questions_that_share_a_phrase_are_one_group() -> None:
    found = groups(
        asked(
            "How do I make cold brew at home?", "Is cold brew strong?", "What beans for Cold Brew?",
            "Wo finde ich den Deckel?", "Is there a map?",
        )
    )  # fmt: skip
    assert [(one.says.casefold(), one.ids, one.people) for one in found] == [("cold brew", (0, 1, 2), 3)]


def test_one_person_who_asks_again_and_again_is_one() -> None:
    assert groups([Question(number, "p1", "Where is the grinder manual?") for number in range(9)]) == []


def test_words_that_only_ask_tell_nothing() -> None:
    assert groups(asked("How do I do this?", "How can you do that?", "How would we do it?", "How about this?")) == []


def test_a_rare_phrase_comes_before_what_everybody_says() -> None:
    texts = [f"Does the coffee grinder fit {word}?" for word in ("here", "there", "now")]
    found = groups(asked(*texts), {"coffee": 90_000, "grinder": 12, "fit": 5_000, "does": 1})
    assert "grinder" in found[0].phrase
    assert len(found) == 1  # its questions are taken


def test_it_is_shown_as_it_is_most_often_written() -> None:
    found = groups(asked("Deckel spülmaschinenfest?", "Ist er spülmaschinenfest?", "SPÜLMASCHINENFEST?"))
    assert found[0].says == "spülmaschinenfest"


words = st.lists(st.sampled_from(["lid", "cup", "bean", "mill", "how", "what"]), min_size=1, max_size=6).map(" ".join)
questions = st.lists(st.tuples(st.integers(0, 6), words), max_size=25)


@given(questions)
def test_no_question_is_in_two_groups_and_each_has_people_enough(given_: list[tuple[int, str]]) -> None:
    read = [Question(number, f"p{who}", text) for number, (who, text) in enumerate(given_)]
    found = groups(read)
    ids = [pk for one in found for pk in one.ids]
    assert len(ids) == len(set(ids))
    for one in found:
        people = {read[pk].who for pk in one.ids}
        assert len(people) == one.people >= FEWEST
    assert found == sorted(found, key=lambda one: (-one.people, -len(one.ids), one.phrase))
    assert found == groups(read)
    assert all(isinstance(one, Group) for one in found)
