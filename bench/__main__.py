"""`make bench`: every benchmark, one after another, each in a process of its own."""

import subprocess
import sys

ALL = ("bench.take_in", "bench.match", "bench.analyse", "bench.pages", "bench.firehose")


def main() -> None:
    """Print the table of each; what was measured when stands in docs/performance.md."""
    for name in sys.argv[1:] or ALL:
        module = name if name.startswith("bench.") else f"bench.{name}"
        print(f"\n== {module}", flush=True)
        subprocess.run([sys.executable, "-m", module], check=True)


if __name__ == "__main__":
    main()
