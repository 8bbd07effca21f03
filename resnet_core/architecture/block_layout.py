"""Lays out one residual block, x -> H(x) = F(x) + x: its layers in execution order and what each reads."""

from __future__ import annotations

from resnet_core.architecture.attention_layout import attend
from resnet_core.architecture.layers import ENTRY, Operation, Unit
from resnet_core.architecture.unit_builder import UnitBuilder
from resnet_core.configuration.block_plan import BlockPlan, BlockStyle, ConvolutionPlan, branch_convolutions


def block_layout(plan: BlockPlan, style: BlockStyle) -> Unit:
    """Return the layers of the block `plan`, in one of the five orders of He et al. 2016 (arXiv 1603.05027, Fig. 4)."""
    return _BlockLayout(plan, style).unit()


class _BlockLayout:
    def __init__(self, plan: BlockPlan, style: BlockStyle) -> None:
        self._plan = plan
        self._style = style
        self._order = style.block.activation_order
        self._convolutions = branch_convolutions(plan, style.block)
        self._last = len(self._convolutions)
        self._built = UnitBuilder(style, plan.in_channels)
        self._projected = ENTRY  # what a projection reads
        self._thinning = 1  # the stride an anti-aliasing filter still owes
        self._owes_attention = False
        placement = style.attention.placement
        self._placement = "" if placement == "identity" and plan.shortcut == "none" else placement

    def unit(self) -> Unit:
        branch = self._branch()
        tip = self._closing(self._join(branch))
        return self._built.unit(tip, self._silencer() if self._plan.shortcut != "none" else "")

    def _branch(self) -> str:
        tip = ENTRY
        for number, convolution in enumerate(self._convolutions, start=1):
            tip = self._before(number, tip)
            tip = self._convolve(number, convolution, tip)
            tip = self._after(number, tip)
        return self._branch_end(tip)

    def _before(self, number: int, tip: str) -> str:
        """Add what stands between the last step and convolution `number`."""
        built, suffix = self._built, str(number)
        if self._order == "pre":
            tip = built.norm(suffix, tip)
        if self._order in ("pre", "relu_pre"):
            tip = built.activation(suffix, tip)
        tip = built.scalar_bias(f"bias{number}a", tip)
        if number == 1:
            self._projected = tip
            tip = self._attend("pre", tip)
        tip = self._settle(tip)
        if number == self._last and self._style.regularization.dropout:
            rate = Operation(factor=self._style.regularization.dropout)
            tip = built.add("dropout", "dropout", tip, operation=rate)
        return tip

    def _convolve(self, number: int, convolution: ConvolutionPlan, tip: str) -> str:
        stride = convolution.stride
        if stride > 1 and self._style.anti_aliasing.kind != "none":
            self._thinning, stride = stride, 1
        widest = max(self._convolutions, key=lambda other: other.kernel)
        self._owes_attention = self._owes_attention or convolution is widest
        return self._built.conv(
            f"conv{number}",
            tip,
            convolution.out_channels,
            convolution.kernel,
            stride,
            dilation=convolution.dilation,
            groups=convolution.groups,
        )

    def _after(self, number: int, tip: str) -> str:
        """Add what follows convolution `number` inside the branch."""
        built, suffix, is_last = self._built, str(number), number == self._last
        if self._order in ("post", "relu_before_add", "relu_pre") or (self._order == "bn_after_add" and not is_last):
            tip = built.norm(suffix, tip)
        if built.fixup:
            if is_last:
                tip = built.scale("scale", tip, 1.0, learned=True)
            tip = built.scalar_bias(f"bias{number}b", tip)
        if self._order == "relu_before_add" or (self._order in ("post", "bn_after_add") and not is_last):
            tip = built.activation(suffix, tip)
        return tip

    def _settle(self, tip: str) -> str:
        """Add the anti-aliasing filter and the inner attention that the k x k convolution left to be done."""
        if self._thinning > 1:
            tip = self._built.thin_out("aa", tip, self._thinning)
            self._thinning = 1
        if self._owes_attention:
            tip = self._attend("inner", tip)
            self._owes_attention = False
        return tip

    def _branch_end(self, tip: str) -> str:
        style, built = self._style, self._built
        tip = self._attend("end", self._settle(tip))
        if self._plan.shortcut == "none":
            return tip
        tip = built.scale("branch_scale", tip, style.shortcut.branch_scale)
        if style.initialization.scheme == "skipinit":
            tip = built.scale("skipinit", tip, 0.0, learned=True)
        if self._plan.drop_chance:
            tip = built.add("drop_path", "drop_path", tip, operation=Operation(factor=self._plan.drop_chance))
        return tip

    def _join(self, branch: str) -> str:
        """Add the shortcut to the branch; a plain block has nothing to add."""
        plan, style, built = self._plan, self._style, self._built
        if plan.shortcut == "none":
            return branch
        way = ENTRY
        if plan.shortcut == "zero_pad":
            stride = Operation(stride=plan.stride)
            way = built.add("zero_pad", "zero_pad", way, channels=plan.out_channels, operation=stride, path="shortcut")
        elif plan.shortcut == "projection":
            way = self._projection()
        if self._placement == "identity":
            way = attend(built, plan.attention, way, "shortcut")
        way = built.scale("shortcut_scale", way, style.shortcut.shortcut_scale, path="shortcut")
        return built.add("add", "add", branch, way)

    def _projection(self) -> str:
        """[average,] convolution [, norm]: option B or C, or D (He et al. 2018, arXiv 1812.01187, Fig. 2c)."""
        plan, style, built = self._plan, self._style, self._built
        first, stride, way = self._projection_names()[0], plan.stride, self._projected
        if plan.pooled:
            way = built.average("downsample.0", way, stride, path="shortcut")
            stride = 1
        kernel = 3 if stride > 1 and style.shortcut.strided_kernel == "3x3" else 1
        way = built.conv(first, way, plan.out_channels, kernel, stride, path="shortcut")
        if style.shortcut.projection_norm:
            way = built.norm("", way, name=self._projection_names()[1], path="shortcut")
        return way

    def _projection_names(self) -> tuple[str, str]:
        """Return the names of convolution and norm: torchvision's, or after the place of a pooling."""
        return ("downsample.1", "downsample.2") if self._plan.pooled else ("downsample.0", "downsample.1")

    def _closing(self, tip: str) -> str:
        """Add what follows the addition."""
        built, suffix = self._built, str(self._last)
        if self._order == "bn_after_add":
            tip = built.norm(suffix, tip)
        if self._order in ("post", "bn_after_add") and self._style.activation.after_addition:
            tip = built.activation(suffix, tip)
        return self._attend("post", tip)

    def _attend(self, placement: str, tip: str) -> str:
        return attend(self._built, self._plan.attention, tip) if self._placement == placement else tip

    def _silencer(self) -> str:
        """Return the last norm of the branch, or where none follows the last convolution, that convolution."""
        if self._order not in ("pre", "bn_after_add"):
            for name in (f"bn{self._last}", f"norm{self._last}"):
                if self._built.has(name):
                    return name
        return f"conv{self._last}"
