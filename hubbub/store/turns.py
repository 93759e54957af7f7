"""The triggers that write down when a conversation's status changes, whoever changes it: a person, a post, the clock.

How long somebody waited while a promise's clock stood hangs on these moments alone. Runs after every migration.
"""

from django.db import connection, transaction

_TABLE = "store_turn"
_COLUMNS = "workspace_id, conversation_id, was, became, at"


def install() -> None:
    """Make the triggers that are missing."""
    with transaction.atomic(), connection.cursor() as cursor:
        if _TABLE in connection.introspection.table_names(cursor):
            for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
                cursor.execute(statement)


def _put(now: str) -> str:
    cells = f"NEW.workspace_id, NEW.id, OLD.status, NEW.status, {now}"
    return " ".join(("INSERT INTO", _TABLE, f"({_COLUMNS})", f"VALUES ({cells});"))


def _sqlite() -> list[str]:
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"  # in UTC, as Django keeps it
    return [
        (
            "CREATE TRIGGER IF NOT EXISTS conversation_turned AFTER UPDATE OF status ON store_conversation"
            f" WHEN OLD.status <> NEW.status BEGIN {_put(now)} END"
        )
    ]


def _postgresql() -> list[str]:
    return [
        (
            "CREATE OR REPLACE FUNCTION conversation_turn() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {_put('clock_timestamp()')} RETURN NULL; END $$"
        ),
        (
            "CREATE OR REPLACE TRIGGER conversation_turned AFTER UPDATE OF status ON store_conversation FOR EACH ROW"
            " WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION conversation_turn()"
        ),
    ]
