"""Turns scikit-learn's copy of the UCI handwritten digits into the files of this folder.

Run once, by hand: `python resources/digits/prepare.py path/to/sklearn/datasets/data/digits.csv.gz`. The
program never does. The same input gives the same content: no time and no file name is written into the
archive, and the split draws with `random.random`, whose sequence Python promises to keep for a seed.
"""

from __future__ import annotations

import gzip
import random
import sys
from pathlib import Path

# Those that optdigits.names lists for the test half.
CLASS_COUNTS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
PIXELS = 64
MOST_INK = 16
TEST_COUNT = 360
SPLIT_SEED = 1998
HERE = Path(__file__).parent


def rows_of(source: Path) -> list[list[int]]:
    """Return the rows of scikit-learn's file, 64 pixels and the class each, checked for all that is known."""
    lines = gzip.decompress(source.read_bytes()).decode("ascii").split()
    values = [[float(text) for text in line.split(",")] for line in lines]
    rows = [[int(value) for value in row] for row in values]
    if rows != values or {len(row) for row in rows} != {PIXELS + 1}:
        raise SystemExit(f"{source}: every row must have {PIXELS + 1} whole numbers")
    if not all(0 <= value <= MOST_INK for row in rows for value in row[:PIXELS]):
        raise SystemExit(f"{source}: every pixel must lie in 0..{MOST_INK}")
    counts = tuple(sum(row[PIXELS] == digit for row in rows) for digit in range(10))
    if counts != CLASS_COUNTS:
        raise SystemExit(f"{source}: the classes have {counts} images, not {CLASS_COUNTS}")
    return rows


def test_rows(labels: list[int]) -> set[int]:
    """Return the test rows: 360, shared out among the classes by largest remainder, drawn within each."""
    total = len(labels)
    shares = [count * TEST_COUNT / total for count in CLASS_COUNTS]
    quotas = [int(share) for share in shares]
    by_remainder = sorted(range(10), key=lambda digit: shares[digit] - quotas[digit], reverse=True)
    for digit in by_remainder[: TEST_COUNT - sum(quotas)]:
        quotas[digit] += 1
    source = random.Random(SPLIT_SEED)
    draws = [source.random() for _ in labels]
    chosen: set[int] = set()
    for digit, quota in enumerate(quotas):
        members = sorted((row for row in range(total) if labels[row] == digit), key=draws.__getitem__)
        chosen.update(members[:quota])
    return chosen


def main(source: Path) -> None:
    """Write digits.csv.gz and split.csv beside this script."""
    rows = rows_of(source)
    header = ",".join([*(f"pixel_{index // 8}_{index % 8}" for index in range(PIXELS)), "digit"])
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"
    (HERE / "digits.csv.gz").write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))
    test = test_rows([row[PIXELS] for row in rows])
    lines = ["row,part", *(f"{row},{'test' if row in test else 'train'}" for row in range(len(rows)))]
    (HERE / "split.csv").write_bytes(("\n".join(lines) + "\n").encode("ascii"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
