"""The triggers that keep the queue equal to the posts whose decision is "queued". Runs after every migration.

Posts are queued by rules as they come in (in bulk, past the model layer), by undo, by reports and by what a network
refused: the database itself sees all of them, so that none is lost.
"""

from django.db import connection, transaction

_SINCE = "COALESCE({row}.decided, {row}.taken)"
_FIELDS = "workspace_id, post_id, since, severity, reach, due, ranked"
_MOVED = "(OLD.decision = 'queued') <> (NEW.decision = 'queued')"


def install() -> None:
    """Make the triggers that are missing, and mend what was queued or decided while there were none."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not {"store_waiting", "store_skip"} <= set(connection.introspection.table_names(cursor)):
            return
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(statement)
        cursor.execute(_join("store_post", "decision = 'queued'"))
        gone = "NOT EXISTS (SELECT 1 FROM store_post p WHERE p.id = store_waiting.post_id AND p.decision = 'queued')"
        for statement in _leave(gone):
            cursor.execute(statement)


def _join(rows: str, holds: str) -> str:
    """Rows of posts wait from now on, where they do not yet. Always with a WHERE, without which SQLite would misread
    the conflict's clause."""
    since = _SINCE.format(row=rows)
    sign, yes = (
        ("julianday({}) * 86400.0 - 210866760000.0", "0") if connection.vendor == "sqlite" else (_EPOCH, "FALSE")
    )
    cells = f"{rows}.workspace_id, {rows}.id, {since}, 1, 1, {sign.format(since)}, {yes}"
    parts = ("INSERT INTO store_waiting", f"({_FIELDS})", "SELECT", cells, "FROM", rows, "WHERE", f"{rows}.{holds}")
    return " ".join((*parts, "ON CONFLICT (post_id) DO NOTHING;"))


_EPOCH = "extract(epoch FROM {})::double precision"


def _leave(which: str) -> tuple[str, str]:
    waiting = " ".join(("SELECT id FROM store_waiting WHERE", str(which)))
    return _delete("store_skip", f"waiting_id IN ({waiting})"), _delete("store_waiting", which)


def _delete(table: str, which: str) -> str:
    return " ".join(("DELETE FROM", str(table), "WHERE", f"{which};"))


def _sqlite() -> list[str]:
    put = _join("store_post", "id = NEW.id")
    take = " ".join(_leave("post_id = NEW.id"))
    moved = "AFTER UPDATE OF decision ON store_post"
    return [
        (
            "CREATE TRIGGER IF NOT EXISTS queue_on_insert AFTER INSERT ON store_post"
            f" WHEN NEW.decision = 'queued' BEGIN {put} END"
        ),
        (
            f"CREATE TRIGGER IF NOT EXISTS queue_on_join {moved}"
            f" WHEN {_MOVED} AND NEW.decision = 'queued' BEGIN {put} END"
        ),
        (
            f"CREATE TRIGGER IF NOT EXISTS queue_on_leave {moved}"
            f" WHEN {_MOVED} AND NEW.decision <> 'queued' BEGIN {take} END"
        ),
    ]


def _postgresql() -> list[str]:
    put = _join("store_post", "id = NEW.id")
    take = " ".join(_leave("post_id = NEW.id"))
    does = f"IF NEW.decision = 'queued' THEN {put} ELSE {take} END IF;"
    return [
        (
            "CREATE OR REPLACE FUNCTION queue_follow() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {does} RETURN NULL; END $$"
        ),
        (
            "CREATE OR REPLACE TRIGGER queue_on_insert AFTER INSERT ON store_post FOR EACH ROW"
            " WHEN (NEW.decision = 'queued') EXECUTE FUNCTION queue_follow()"
        ),
        (
            "CREATE OR REPLACE TRIGGER queue_on_move AFTER UPDATE OF decision ON store_post FOR EACH ROW"
            f" WHEN ({_MOVED}) EXECUTE FUNCTION queue_follow()"
        ),
    ]
