"""Holds the peak that a fresh process measures while it trains against the forecast."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from resnet_core.verification.training_peak import TrainingPeak
from tests.source_tree import ROOT

MODULE = "resnet_core.verification.training_peak"


def measured(*words: str) -> TrainingPeak:
    done = subprocess.run([sys.executable, "-m", MODULE, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return TrainingPeak(**json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a peak that can begin anew")
def test_that_the_peak_of_the_process_is_forecast_within_ten_percent() -> None:
    peak = measured("ResNet-18", "4", "cpu", "compact")
    assert peak.measured_bytes is not None
    assert peak.forecast_bytes == pytest.approx(peak.measured_bytes, rel=0.1)
    assert peak.forecast_bytes < peak.measured_bytes  # it is a lower bound: workspace is left out


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_that_the_peak_of_the_allocator_is_forecast_within_ten_percent() -> None:
    peak = measured("ResNet-50", "32", "cuda", "plain")
    assert peak.measured_bytes is not None
    assert peak.forecast_bytes == pytest.approx(peak.measured_bytes, rel=0.1)
