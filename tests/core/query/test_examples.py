"""Every example of the help page is true."""

import pytest

from hubbub.core.query import Index, QueryError, format, parse, read, spans  # noqa: A004
from hubbub.core.query.evaluate import matches
from hubbub.core.query.examples import EXAMPLES, MISTAKES, NOW, Example, Mistake


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.query} | {example.shows}")
def test_example(example: Example) -> None:
    query = parse(example.query, example.use)
    reading = read(example.post, example.place)
    assert matches(query, reading, example.facts, now=NOW) is example.hit
    assert Index([("key", query)]).match(reading, example.facts, now=NOW) == (["key"] if example.hit else [])
    assert parse(format(query), example.use).tree == query.tree
    if not example.hit:
        assert spans(query, reading, example.facts, now=NOW) == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.query)
def test_mistake(mistake: Mistake) -> None:
    with pytest.raises(QueryError) as caught:
        parse(mistake.query, mistake.use)
    assert mistake.says in str(caught.value)
    assert any(slip.start == mistake.start for slip in caught.value.slips)
