"""`python -m tools.train FOLDER`: the model from a folder of data, the same bytes each time."""

import argparse
import sys
from pathlib import Path

from tools.train import lists
from tools.train.making import make
from tools.train.sources import DataMissing

MODEL = Path(__file__).parents[2] / "hubbub" / "core" / "text" / "model.bin"


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tools.train", description=__doc__)
    words.add_argument("folder", type=Path, help="where sentiment_train.jsonl.gz and the others lie")
    words.add_argument("--out", type=Path, default=MODEL, help="where the model is written")
    given = words.parse_args()
    try:
        made, report = make(given.folder, lists.installed())
    except DataMissing as missing:
        print(f"tools.train: {missing}", file=sys.stderr)
        return 2
    given.out.write_bytes(made)
    print("\n".join(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
