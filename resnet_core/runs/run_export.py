"""Writes what a run measured as CSV and JSON files for other programs."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import Float64Array, GradientFlow, Int64Array, Series


def export_csv(reader: RunReader, folder: Path) -> tuple[Path, ...]:
    """Write `scalars.csv` and, if any was captured, `gradient_flow.csv`; one line a step, one column a name.

    What was measured of blocks goes to `block_quantities.csv`, one line a step and block, one column a quantity; that
    of layers to `layer_quantities.csv`.

    Numbers are written so that reading them gives the same float64; what was not measured at a step is left
    empty. Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write_rows(folder / "scalars.csv", _scalar_rows(reader.scalars()))]
    flow = reader.gradient_flow()
    if flow.steps.size:
        written.append(_write_rows(folder / "gradient_flow.csv", _gradient_rows(flow)))
    if flow.block_quantities:
        rows = _quantity_rows("block", flow.steps, flow.blocks, flow.block_quantities)
        written.append(_write_rows(folder / "block_quantities.csv", rows))
    if flow.layer_quantities:
        rows = _quantity_rows("layer", flow.steps, flow.layers, flow.layer_quantities)
        written.append(_write_rows(folder / "layer_quantities.csv", rows))
    return tuple(written)


def export_json(reader: RunReader, path: Path) -> Path:
    """Write the document of `runs show` to `path`. Raises OSError if it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(reader.as_document(), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def _scalar_rows(scalars: dict[str, Series]) -> Iterable[list[object]]:
    columns = {
        name: dict(zip(series.steps.tolist(), series.values.tolist(), strict=True)) for name, series in scalars.items()
    }
    yield ["step", *columns]
    for step in sorted(set().union(*columns.values())):
        yield [step, *(column.get(step, "") for column in columns.values())]


def _gradient_rows(flow: GradientFlow) -> Iterable[list[object]]:
    yield ["step", *flow.boundaries]
    for step, norms in zip(flow.steps.tolist(), flow.boundary_norms.tolist(), strict=True):
        yield [step, *norms]


def _quantity_rows(
    kind: str, steps: Int64Array, ids: Sequence[str], quantities: Mapping[str, Float64Array]
) -> Iterable[list[object]]:
    yield ["step", kind, *quantities]
    tables = [values.tolist() for values in quantities.values()]
    for row, step in enumerate(steps.tolist()):
        for number, id in enumerate(ids):
            yield [step, id, *(table[row][number] for table in tables)]


def _write_rows(path: Path, rows: Iterable[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path
