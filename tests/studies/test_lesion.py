"""Holds the lesion study to twins that are lesioned by hand, and to leaving the network as it was."""

from __future__ import annotations

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockConfig, ShortcutConfig
from resnet_core.findings.lesion import LesionFindings
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.lesion import lesion_study, removed_block
from resnet_core.training.batches import Batches
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_bottleneck, tiny_data, tiny_training


def tiny_batches() -> Batches:
    """Two batches of test images, the second one smaller."""
    return Batches(tiny_data(), tiny_training(), torch.device("cpu"))


def lived_in(config: ArchitectureConfig) -> ResNet:
    """A network whose BatchNorms have seen images and whose weights are nowhere neutral, in training mode."""
    model = build_model(config, seed=1)
    with torch.no_grad():
        for index, parameter in enumerate(model.parameters()):
            parameter.add_(0.05 * torch.sin(torch.arange(parameter.numel()).reshape(parameter.shape) + index))
        model(tiny_data().train_images_NCHW[:64])
    return model


def of_option(option: str, order: str = "post") -> ArchitectureConfig:
    return tiny_architecture(
        shortcut=ShortcutConfig.model_validate({"option": option}),
        block=BlockConfig.model_validate({"activation_order": order}),
    )


def studied(model: ResNet) -> LesionFindings:
    *_, last = lesion_study(model, tiny_batches())
    assert isinstance(last, LesionFindings)
    return last


def outcome(model: nn.Module) -> tuple[float, float]:
    """Accuracy and mean loss over the whole test split at once."""
    data, twin = tiny_data(), copy.deepcopy(model).eval()
    with torch.no_grad():
        logits = twin(data.test_images_NCHW)
    hits = (logits.argmax(1) == data.test_labels).double().mean()
    return float(hits), float(F.cross_entropy(logits.double(), data.test_labels))


def with_zeros(model: ResNet, block: str) -> ResNet:
    """A twin whose block adds nothing, as the layer that ends its branch has only zeros for weights."""
    twin = copy.deepcopy(model)
    ending = twin.blocks[block].get_submodule(twin.blocks[block].silencer)
    with torch.no_grad():
        for parameter in ending.parameters():
            parameter.zero_()
    return twin


@pytest.mark.parametrize(
    "config",
    [of_option("A"), of_option("B"), of_option("B", "pre"), of_option("C", "bn_after_add"), tiny_bottleneck("D")],
    ids=["A", "B", "B-pre", "C-bn_after_add", "bottleneck-D"],
)
def test_that_each_row_is_that_of_a_twin_whose_branch_is_zero(config: ArchitectureConfig) -> None:
    model = lived_in(config)
    study = studied(model)
    assert (study.accuracy, study.loss) == pytest.approx(outcome(model), rel=1e-5)
    assert [block.id for block in study.blocks] == ["layer1.0", "layer1.1", "layer2.0"]
    for block in study.blocks:
        assert block.removable and not block.reason
        assert (block.accuracy, block.loss) == pytest.approx(outcome(with_zeros(model, block.id)), rel=1e-5)
    assert len({study.loss, *(block.loss for block in study.blocks)}) == 4


def test_that_a_plain_block_is_stepped_over_and_one_that_changes_the_shape_stays() -> None:
    model = lived_in(of_option("none"))
    first, second, third = studied(model).blocks
    for index, block in enumerate((first, second)):
        twin = copy.deepcopy(model)
        twin.get_submodule("layer1")[index] = nn.Identity()  # type: ignore[operator]
        assert (block.accuracy, block.loss) == pytest.approx(outcome(twin), rel=1e-5)
    assert not third.removable
    assert math.isnan(third.accuracy) and math.isnan(third.loss)
    assert third.reason == "It makes 8 channels of 4 with stride 2, and no shortcut does that in its place."


def test_that_weights_buffers_modes_and_hooks_are_untouched_when_a_study_ends_or_is_given_up() -> None:
    model = lived_in(of_option("B"))
    model.blocks["layer1.1"].eval()
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    studied(model)
    given_up = lesion_study(model, tiny_batches())
    for _ in range(3):  # in the midst of the first block
        next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    assert same_bits(before, model.state_dict())
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_that_progress_counts_the_batches_of_all_tests() -> None:
    *progress, study = lesion_study(lived_in(of_option("none")), tiny_batches())
    assert progress == [StudyProgress(done, 6, "testing without each block") for done in range(1, 7)]
    assert isinstance(study, LesionFindings)
    assert study.images == len(tiny_data().test_labels)


def test_that_a_branch_without_finite_numbers_is_silenced_too() -> None:
    model = lived_in(of_option("A")).eval()
    silent = with_zeros(model, "layer1.1")
    with torch.no_grad():
        next(model.blocks["layer1.1"].parameters()).fill_(math.inf)
        images_NCHW = tiny_data().test_images_NCHW[:8]
        assert not model(images_NCHW).isfinite().all()
        with removed_block(model.blocks["layer1.1"]):
            assert torch.equal(model(images_NCHW), silent(images_NCHW))
    row = studied(model)
    assert math.isnan(row.loss) and math.isfinite(row.values("loss")["layer1.1"])
