"""What the web server serves."""

import gc
import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import reverse


def ready() -> None:
    """Read what pages are made of before the first of them is asked for: views, which take seconds, and templates.
    None of that is garbage ever, so that nobody waits while Python looks for some among it."""
    reverse("home")
    for folder in sorted(Path(__file__).parent.glob("*/templates")):
        for one in sorted(folder.rglob("*.html")):
            get_template(one.relative_to(folder).as_posix())
    gc.collect()
    gc.freeze()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.settings")
application = get_wsgi_application()
ready()
