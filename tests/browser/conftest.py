"""What browser tests share."""

import os

from playwright.sync_api import expect

# Playwright's loop runs in this thread until the session ends, also while later tests speak to the database, and
# Django takes any running loop for asynchronous code that would block it
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=20_000)  # a busy machine is slow, which decides no test
