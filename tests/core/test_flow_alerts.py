"""Where gradients explode, vanish or stop being numbers, and how deep a network is to them."""

from __future__ import annotations

import numpy as np
import pytest

from resnet_core.analysis.branch_share import branch_shares, effective_depth
from resnet_core.analysis.flow_alerts import AlertLog, FlowAlert, alerts_in


def test_that_an_explosion_is_placed_where_the_norm_passes_a_thousand_times_that_of_the_output() -> None:
    norms = np.array([[2e4, 3e3, 999.0, 1.0], [2.0, 2.0, 1.0, 1.0]])
    assert alerts_in(norms) == (FlowAlert("exploding", 0, 1),)


def test_that_vanishing_is_placed_where_the_norm_falls_to_a_thousandth_or_to_nothing() -> None:
    assert alerts_in(np.array([[1e-9, 1e-4, 2e-3, 1.0]]), 7) == (FlowAlert("vanishing", 7, 1),)
    assert alerts_in(np.array([[0.0, 0.0, 1e-2, 1.0]])) == (FlowAlert("vanishing", 0, 1),)
    assert alerts_in(np.array([[0.0, 0.0]])) == (FlowAlert("vanishing", 0, 1),)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_that_what_is_not_a_number_is_placed_where_it_begins_on_the_way_back(odd: float) -> None:
    assert alerts_in(np.array([[odd, odd, 1.0, 1.0]])) == (FlowAlert("not_finite", 0, 1),)


def test_that_level_gradients_raise_no_alert() -> None:
    assert alerts_in(np.array([[50.0, 20.0, 3.0, 1.0]])) == ()
    assert alerts_in(np.empty((0, 4))) == ()


def test_that_a_log_keeps_the_first_alert_of_each_kind_as_a_run_grows() -> None:
    log = AlertLog()
    for norms in ([[1.0, 1.0]], [[5e3, 1.0], [9e3, 1.0]], [[np.nan, 1.0], [1e-4, 1.0]], [[np.inf, np.inf]]):
        log.append(np.array(norms))
    assert log.count == 6
    assert log.first == (FlowAlert("exploding", 1, 0), FlowAlert("not_finite", 3, 0), FlowAlert("vanishing", 4, 0))


def test_that_the_share_of_the_branch_is_that_of_the_squared_norms_however_large_or_small() -> None:
    branch = np.array([3.0, 3e-250, 3e250, 0.0, 0.0, 1.0, 1.0])
    shortcut = np.array([4.0, 4e-250, 4e250, 1.0, 0.0, np.nan, np.inf])
    shares = branch_shares(branch, shortcut)
    assert shares[:4].tolist() == pytest.approx([0.36, 0.36, 0.36, 0.0])
    assert np.isnan(shares[4:6]).all()
    assert shares[6] == 0


def test_that_the_effective_depth_counts_blocks_without_shortcut_whole() -> None:
    shares = np.array([0.5, np.nan, 0.25])
    assert effective_depth(shares, np.array([True, False, True])) == 1.75
    assert effective_depth(np.zeros(9), np.ones(9, bool)) == 0
    assert np.isnan(effective_depth(shares, np.array([True, True, True])))
