"""The tables of the index and the triggers that fill its queue. Runs after every migration, adds what is missing."""

import unicodedata

from django.db import connection, transaction

from .key import HOUR_BITS, ID_BITS, IDS, WORKSPACES

READING = f"2, Unicode {unicodedata.unidata_version}"  # count up when core.query reads texts in another way

_KEY = f"((({{row}}.workspace_id << {HOUR_BITS + ID_BITS}) | (max(0, {{hours}}) << {ID_BITS}) | {{row}}.id))"
_HAS_KEY = f"{{row}}.id < {IDS} AND {{row}}.workspace_id < {WORKSPACES}"
_SAID = ("title", "text", "published", "workspace_id")

_SQLITE = (
    "CREATE TABLE IF NOT EXISTS search_state (reading TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS search_queue (key INTEGER NOT NULL PRIMARY KEY)",
    # our own tokens, joined by spaces: this tokenizer cuts nowhere else, and folds no character that they hold
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS search_posts USING fts5"
        "(title, text, tokenize = \"ascii tokenchars '_'\", columnsize = 0)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS search_words (workspace INTEGER NOT NULL, word TEXT NOT NULL,"
        " posts INTEGER NOT NULL, PRIMARY KEY (workspace, word)) WITHOUT ROWID"
    ),
)
_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS search_state (reading text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS search_queue (key bigint NOT NULL PRIMARY KEY)",
    # fit: 0 all is known, 1 no positions, 2 no words (too many for a tsvector)
    (
        "CREATE TABLE IF NOT EXISTS search_posts (key bigint NOT NULL PRIMARY KEY, words tsvector NOT NULL,"
        " fit smallint NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS search_posts_words ON search_posts USING gin (words)",
    "CREATE INDEX IF NOT EXISTS search_posts_unfit ON search_posts (key) WHERE fit > 0",
    (
        'CREATE TABLE IF NOT EXISTS search_words (workspace bigint NOT NULL, word text COLLATE "C" NOT NULL,'
        " posts bigint NOT NULL, PRIMARY KEY (workspace, word))"
    ),
)


def install() -> None:
    """Make the tables and triggers that are missing. Where they are new, or texts are read in another way now, all
    stored posts are put in the queue: searching is exact meanwhile, and slower."""
    with transaction.atomic(), connection.cursor() as cursor:
        if "store_post" not in connection.introspection.table_names(cursor):
            return
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)
        for statement in _sqlite_triggers() if connection.vendor == "sqlite" else _postgresql_triggers():
            cursor.execute(statement)
        cursor.execute("SELECT reading FROM search_state")
        known = cursor.fetchone()
        if known is None or known[0] != READING:
            cursor.execute("DELETE FROM search_state")
            cursor.execute("INSERT INTO search_state (reading) VALUES (%s)", [READING])
            cursor.execute(_queue(_keys_of("store_post")))


def _key(row: str) -> str:
    """A post's key as the database works it out: the same as `key_of`. To be run without parameters: it holds a %."""
    if connection.vendor == "sqlite":
        hours = f"CAST(strftime('%s', substr({row}.published, 1, 19)) AS INTEGER) / 3600"
        return _KEY.format(row=row, hours=hours)
    hours = f"floor(extract(epoch FROM {row}.published) / 3600)::bigint"
    return _KEY.format(row=row, hours=hours).replace("max(", "greatest(")


def _sqlite_triggers() -> list[str]:
    """What was inserted; what was changed, under its old and its new key; what is gone."""
    old, new = _HAS_KEY.format(row="OLD"), _HAS_KEY.format(row="NEW")
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _SAID)
    put = "INSERT INTO search_queue (key) VALUES ({}) ON CONFLICT DO NOTHING;"
    put_old, put_new = put.format(_key("OLD")), put.format(_key("NEW"))
    kinds = (
        ("insert", "AFTER INSERT", new, put_new),
        ("update", f"AFTER UPDATE OF {', '.join(_SAID)}", f"{new} AND ({differs})", f"{put_old} {put_new}"),
        ("delete", "AFTER DELETE", old, put_old),
    )
    return [
        f"CREATE TRIGGER IF NOT EXISTS search_on_{name} {when} ON store_post WHEN {holds} BEGIN {does} END"
        for name, when, holds, does in kinds
    ]


def _postgresql_triggers() -> list[str]:
    """The same. Insertions and deletions come by the thousand and are queued together."""
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _SAID)

    both = f"SELECT {_key('NEW')} UNION SELECT {_key('OLD')}"
    kinds = (
        ("insert", "AFTER INSERT", "REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT", _queue(_keys_of("fresh"))),
        (
            "update",
            f"AFTER UPDATE OF {', '.join(_SAID)}",
            f"FOR EACH ROW WHEN ({_HAS_KEY.format(row='NEW')} AND ({differs}))",
            _queue(both),
        ),
        ("delete", "AFTER DELETE", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT", _queue(_keys_of("gone"))),
        ("truncate", "AFTER TRUNCATE", "FOR EACH STATEMENT", "TRUNCATE search_queue, search_posts, search_words;"),
    )
    made = []
    for name, when, how, does in kinds:
        made += [
            (
                f"CREATE OR REPLACE FUNCTION search_on_{name}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {does} RETURN NULL; END $$"
            ),
            (
                f"CREATE OR REPLACE TRIGGER search_on_{name} {when} ON store_post {how}"
                f" EXECUTE FUNCTION search_on_{name}()"
            ),
        ]
    return made


def _keys_of(rows: str) -> str:
    """The keys of a table's rows; always with a WHERE, without which SQLite would misread what `_queue` adds."""
    return " ".join(("SELECT", _key(rows), "FROM", rows, "WHERE", _HAS_KEY.format(row=rows)))


def _queue(keys: str) -> str:
    if connection.vendor == "sqlite":
        return f"INSERT INTO search_queue (key) {keys} ON CONFLICT DO NOTHING;"
    # A key that waits already is written again, and so held until the change is committed: were it taken before, the
    # old words would be indexed, and nothing would tell of the new ones.
    return f"INSERT INTO search_queue (key) {keys} ON CONFLICT (key) DO UPDATE SET key = excluded.key;"
