"""A new installation gets its tables at once: the same as by all the steps that older ones went through."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

import hubbub.store.migrations as steps

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SQUASHED = [path.stem for path in Path(steps.__file__).parent.glob("*_squashed_*.py")]


def states(*, squashed: bool) -> dict[str, tuple[object, ...]]:
    loader = MigrationLoader(connection, load=False, replace_migrations=squashed)
    loader.build_graph()
    models = {name: model for (app, name), model in loader.project_state().models.items() if app == "store"}
    return {name: told(model) for name, model in models.items()}


def told(model: ModelState) -> tuple[object, ...]:
    fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
    options = {name: value for name, value in model.options.items() if name not in ("indexes", "constraints")}
    parts = [one.deconstruct() for kind in ("indexes", "constraints") for one in model.options.get(kind, [])]
    # as sets: Django counts an index twice in a state that was drawn from many steps
    return str(sorted(fields.items())), str(sorted(options.items())), {str(part) for part in parts}


def test_it_is_the_same_as_step_by_step() -> None:
    one, all_ = states(squashed=True), states(squashed=False)
    assert one, "there are no migrations to compare"
    assert set(one) == set(all_)
    assert {name: (one[name], all_[name]) for name in one if one[name] != all_[name]} == {}


def test_it_stands_for_every_step_before_it() -> None:
    (name,) = SQUASHED
    replaced = [step for _, step in MigrationLoader(None).disk_migrations["store", name].replaces]
    last = name.partition("_squashed_")[2]
    before = sorted(path.stem for path in Path(steps.__file__).parent.glob("0*.py") if "_squashed_" not in path.stem)
    assert replaced == before[: before.index(last) + 1]
