"""Checks that a step's batch follows from seed and step alone, and that an epoch shows no image twice."""

import pytest
import torch

from resnet_core.training.batch_order import BatchOrder, seeded_generator


def test_that_an_epoch_shows_each_image_at_most_once_and_drops_the_incomplete_batch() -> None:
    order = BatchOrder(1437, 64, seed=0)
    assert order.steps_per_epoch == 22
    seen = torch.cat([order.batch_indices(step) for step in range(22)])
    assert seen.shape == (1408,)
    assert seen.dtype == torch.int64
    assert len(set(seen.tolist())) == 1408
    assert set(seen.tolist()) <= set(range(1437))


def test_that_each_epoch_has_an_order_of_its_own() -> None:
    order = BatchOrder(100, 100, seed=0)
    first, second = order.batch_indices(0), order.batch_indices(1)
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(100))
    assert not torch.equal(first, second)
    assert (order.epoch_of(0), order.epoch_of(1)) == (0, 1)


def test_that_a_resumed_run_gets_the_batches_it_would_have_had() -> None:
    whole = BatchOrder(100, 16, seed=3)
    batches = [whole.batch_indices(step) for step in range(30)]
    for step in (29, 6, 5, 17, 0):
        assert torch.equal(BatchOrder(100, 16, seed=3).batch_indices(step), batches[step])
        assert torch.equal(whole.batch_indices(step), batches[step])


def test_that_a_caller_cannot_disturb_the_order() -> None:
    order = BatchOrder(10, 5, seed=0)
    kept = order.batch_indices(0).clone()
    order.batch_indices(0).zero_()
    assert torch.equal(order.batch_indices(0), kept)


def test_that_seeds_give_different_orders_and_the_global_generator_plays_no_part() -> None:
    torch.manual_seed(1)
    first = BatchOrder(100, 50, seed=0).batch_indices(0)
    torch.manual_seed(2)
    before = torch.random.get_rng_state()
    assert torch.equal(BatchOrder(100, 50, seed=0).batch_indices(0), first)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not torch.equal(BatchOrder(100, 50, seed=1).batch_indices(0), first)


@pytest.mark.parametrize(
    ("count", "batch_size", "message"),
    [
        (
            10,
            11,
            r"training\.batch_size: a batch of 11 cannot be drawn from 10 training images; take at most 10",
        ),
        (10, 0, r"training\.batch_size: 0 is too small; take at least 1"),
    ],
)
def test_that_a_batch_that_cannot_be_drawn_is_refused(count, batch_size, message) -> None:
    with pytest.raises(ValueError, match=message):
        BatchOrder(count, batch_size, seed=0)


def test_that_a_negative_step_is_refused() -> None:
    with pytest.raises(ValueError, match="steps count from 0, not -1"):
        BatchOrder(10, 5, seed=0).batch_indices(-1)


def test_that_generators_of_neighbouring_numbers_and_purposes_differ() -> None:
    draws = {
        tuple(torch.randint(1 << 30, (4,), generator=seeded_generator(seed, purpose, number)).tolist())
        for seed in range(3)
        for purpose in ("order", "shift")
        for number in range(3)
    }
    assert len(draws) == 18
