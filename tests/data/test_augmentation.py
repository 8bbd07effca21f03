"""Checks that shifts are drawn for each sample, keep what they move, and follow from the generator alone."""

import pytest
import torch

from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.training.augmentation import random_shift, shifted
from resnet_core.training.batch_order import seeded_generator
from resnet_core.training.datasets import load_data_set

BACKGROUND_C = torch.tensor([-1.0, -2.0])


def _points(count: int) -> torch.Tensor:
    """Return images with one bright point in the middle of the first channel, on background."""
    images = BACKGROUND_C.reshape(1, 2, 1, 1).expand(count, 2, 9, 9).clone()
    images[:, 0, 4, 4] = 5.0
    return images


def _positions(images: torch.Tensor) -> list[tuple[int, int]]:
    return [divmod(int(image.argmax()), image.shape[-1]) for image in images[:, 0]]


def test_that_every_sample_has_its_own_shift_and_all_25_occur_about_equally() -> None:
    moved = random_shift(_points(5000), 2, seeded_generator(0, "shift", 0), BACKGROUND_C)
    positions = _positions(moved)
    counts = {(dy, dx): positions.count((4 + dy, 4 + dx)) for dy in range(-2, 3) for dx in range(-2, 3)}
    assert sum(counts.values()) == 5000
    # 200 expected each; five standard deviations are 69.
    assert all(130 < count < 270 for count in counts.values())


def test_that_vertical_and_horizontal_shifts_are_independent() -> None:
    positions = _positions(random_shift(_points(5000), 2, seeded_generator(1, "shift", 0), BACKGROUND_C))
    shifts = torch.tensor(positions, dtype=torch.float64).T - 4
    assert abs(torch.corrcoef(shifts)[0, 1]) < 0.07  # five standard deviations of 1 / sqrt(5000)


def test_that_the_same_generator_gives_the_same_shifts_and_another_gives_others() -> None:
    images = _points(200)
    first, again, other = (
        random_shift(images, 2, seeded_generator(seed, "shift", 3), BACKGROUND_C) for seed in (7, 7, 8)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_that_the_global_generator_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    random_shift(_points(10), 2, seeded_generator(0, "shift", 0), BACKGROUND_C)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("dy", [-2, 0, 1])
@pytest.mark.parametrize("dx", [-1, 0, 2])
def test_that_the_content_is_kept_and_the_border_is_background(dy, dx) -> None:
    images = torch.randn(3, 2, 7, 6, generator=torch.Generator().manual_seed(0))
    shifts = torch.tensor([[0, 0], [dy, dx], [-dy, -dx]])
    moved = shifted(images, shifts, BACKGROUND_C)
    for image, result, (down, right) in zip(images, moved, shifts.tolist(), strict=True):
        expected = BACKGROUND_C.reshape(2, 1, 1).expand(2, 7, 6).clone()
        for y in range(7):
            for x in range(6):
                if 0 <= y - down < 7 and 0 <= x - right < 6:
                    expected[:, y, x] = image[:, y - down, x - right]
        assert torch.equal(result, expected)


def test_that_a_shift_beyond_the_image_leaves_background_only() -> None:
    images = torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    moved = shifted(images, torch.tensor([[5, 0]]), BACKGROUND_C)
    assert torch.equal(moved, BACKGROUND_C.reshape(1, 2, 1, 1).expand(1, 2, 4, 4))


def test_that_one_number_serves_as_background_of_all_channels() -> None:
    images = torch.ones(1, 3, 4, 4)
    moved = shifted(images, torch.tensor([[1, 0]]), -0.5)
    assert torch.equal(moved[0, :, 0], torch.full((3, 4), -0.5))
    assert torch.equal(moved[0, :, 1:], torch.ones(3, 3, 4))


def test_that_shape_and_memory_layout_stay_and_the_input_is_not_changed() -> None:
    images = _points(4)
    kept = images.clone()
    moved = random_shift(images, 2, seeded_generator(0, "shift", 0), BACKGROUND_C)
    assert moved.shape == images.shape
    assert moved.dtype == images.dtype
    assert moved.is_contiguous()
    assert torch.equal(images, kept)


def test_that_no_shift_draws_nothing() -> None:
    generator = seeded_generator(0, "shift", 0)
    state = generator.get_state()
    images = _points(4)
    assert random_shift(images, 0, generator, BACKGROUND_C) is images
    assert torch.equal(generator.get_state(), state)


def test_that_a_negative_shift_is_refused() -> None:
    with pytest.raises(ValueError, match=r"training\.max_shift: -1 is too small; take at least 0"):
        random_shift(_points(1), -1, seeded_generator(0, "shift", 0), BACKGROUND_C)


def test_that_digits_are_moved_onto_paper_and_never_mirrored() -> None:
    data = load_data_set(find_data_set("digits"))
    images = data.train_images_NCHW[:64]
    moved = random_shift(images, 2, seeded_generator(0, "shift", 0), data.background)
    assert moved.min() == data.background[0]
    padded = torch.nn.functional.pad(images - data.background[0], (2, 2, 2, 2)) + data.background[0]
    for index in range(64):
        windows = padded[index].unfold(1, 16, 1).unfold(2, 16, 1).reshape(25, 16, 16)
        assert (windows - moved[index]).abs().amax(dim=(1, 2)).min() < 1e-6
