"""Chromium for the browser tests: used where it is, installed from Debian where that may be done, else explained."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW = "To run the browser tests, install Chromium: apt-get install chromium"


def main() -> int:
    """Always 0: without a browser its tests skip and say why."""
    if any(shutil.which(name) for name in NAMES):
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"No Chromium here: the browser tests will be skipped. {HOW}", file=sys.stderr)
        return 0
    print("Installing Chromium for the browser tests …", file=sys.stderr)
    install = ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for command in (["update", "-qq"], install):
        if not _apt(command):
            print(f"That did not work: the browser tests will be skipped. {HOW}", file=sys.stderr)
            break
    return 0


def _apt(words: Sequence[str]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *words], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
