"""Measures the peak memory of training torchvision's ten ResNets, each in a fresh process, beside the forecast.

On the CPU the peak of the resident set, minus what the process held before the network was built; on CUDA the
allocator's. Run it with `python benchmarks/training_memory.py [BATCH [DEVICE]]`; it takes some minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "ResNet-18", "ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152", "ResNeXt-50-32x4d", "ResNeXt-101-32x8d",
    "ResNeXt-101-64x4d", "Wide-ResNet-50-2", "Wide-ResNet-101-2",
)  # fmt: skip


def measured(name: str, batch: int, device: str, heap: str) -> dict[str, Any]:
    """Return what `resnet_core.verification.training_peak` finds in a process of its own."""
    module = "resnet_core.verification.training_peak"
    command = [sys.executable, "-m", module, name, str(batch), device, heap]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a line a network."""
    batch = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
    heaps = ("compact", "plain") if device == "cpu" else ("plain",)
    print(f"Peak memory of training, {device}, batch {batch}, float32, SGD with momentum; MB")
    print(f"{'network':20}  {'forecast':>8}" + "".join(f"  {heap:>8}  {'error':>7}" for heap in heaps))
    for name in NAMES:
        found = [measured(name, batch, device, heap) for heap in heaps]
        forecast = found[0]["forecast_bytes"]
        line = f"{name:20}  {forecast / 1e6:8.1f}"
        for peak in (each["measured_bytes"] for each in found):
            line += f"  {peak / 1e6:8.1f}  {100 * (forecast - peak) / peak:+6.1f}%"
        print(line, flush=True)


if __name__ == "__main__":
    main()
