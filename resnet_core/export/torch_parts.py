"""Holds the layers that torch lacks as source code, for programs that are written out whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Part(NamedTuple):
    """A class written into a program that needs it, and the imports it needs itself."""

    source: str
    imports: tuple[str, ...] = ()


FUNCTIONAL = "from torch.nn import functional as F"

_STANDARDIZED = '''
class StandardizedConv2d(nn.Conv2d):
    """A convolution whose filters are brought to mean 0 and variance 1 first (Qiao et al. 2019)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        variance, mean = torch.var_mean(self.weight, dim=(1, 2, 3), keepdim=True, correction=0)
        weight = (self.weight - mean) * torch.rsqrt(variance + 1e-8)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
'''

_LAYER_NORM = '''
class ChannelLayerNorm(nn.LayerNorm):
    """LayerNorm over the channels of each pixel."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''

_BLUR = '''
class BlurPool(nn.Module):
    """The filter (1 2 1) x (1 2 1) / 16 at every `stride`-th pixel (Zhang 2019); nothing is learnt."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.channels, self.stride = channels, stride
        row = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("filter", (row[:, None] * row)[None, None], persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        border = "reflect" if min(x.shape[2:]) > 1 else "replicate"
        weight = self.filter.expand(self.channels, 1, 3, 3)
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode=border), weight, stride=self.stride, groups=self.channels)
'''

_ZERO_PAD = '''
class ZeroPad(nn.Module):
    """The shortcut without weights: every `stride`-th pixel, and channels of zeros behind (He et al. 2015, A)."""

    def __init__(self, stride: int, extra_channels: int) -> None:
        super().__init__()
        self.stride, self.extra_channels = stride, extra_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra_channels))
'''

_DROP_PATH = '''
class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016): in training the whole branch is dropped, image by image."""

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance

    def forward(self, branch: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return branch
        kept = torch.bernoulli(torch.full_like(branch[:, :1, :1, :1], 1 - self.chance))
        return branch * (kept / (1 - self.chance))
'''

_LEARNED_SCALE = '''
class LearnedScale(nn.Module):
    """Multiplies with one learnt number."""

    def __init__(self, initial: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1,), initial))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight
'''

_SCALAR_BIAS = '''
class ScalarBias(nn.Module):
    """Adds one learnt number (Fixup: Zhang et al. 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias
'''

_SQUEEZE_CONV = '''
class SqueezeExcitation(nn.Module):
    """Weighs each channel by what all of them mean over the map (Hu et al. 2017)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, kernel_size=1)
        self.relu = nn.ReLU()
        self.fc2 = nn.Conv2d(squeezed, channels, kernel_size=1)
        self.gate = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weights = self.fc2(self.relu(self.fc1(self.pool(x))))
        return x * self.gate(weights)
'''

_SQUEEZE_LINEAR = '''
class SqueezeExcitation(nn.Module):
    """Weighs each channel by what all of them mean over the map (Hu et al. 2017)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(channels, squeezed)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(squeezed, channels)
        self.gate = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weights = self.fc2(self.relu(self.fc1(self.pool(x).flatten(1))))
        return x * self.gate(weights)[:, :, None, None]
'''

_EFFICIENT = '''
class EfficientChannelAttention(nn.Module):
    """Weighs each channel by the mean of its neighbours, with one small convolution (Wang et al. 2019)."""

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel, padding=kernel // 2, bias=False)
        self.gate = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = self.pool(x).flatten(2).transpose(1, 2)  # the channels in a row, as the pixels of a line
        weights = self.conv(means).transpose(1, 2)[..., None]
        return x * self.gate(weights)
'''

_CBAM = '''
class ChannelSpatialAttention(nn.Module):
    """Weighs each channel, then each pixel (CBAM: Woo et al. 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.peak = nn.AdaptiveMaxPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, kernel_size=1)
        self.relu = nn.ReLU()
        self.fc2 = nn.Conv2d(squeezed, channels, kernel_size=1)
        self.gate = nn.Sigmoid()
        self.conv = nn.Conv2d(2, 1, kernel_size=7, padding=3, bias=False){norm}
        self.pixel_gate = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = torch.cat((self.mean(x), self.peak(x)), dim=2)
        weights = self.fc2(self.relu(self.fc1(rows))).sum(dim=2, keepdim=True)
        x = x * self.gate(weights)
        maps = torch.cat((x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)), dim=1)
        return x * self.pixel_gate({maps})
'''

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "standardized_conv": Part(_STANDARDIZED, (FUNCTIONAL,)),
        "layer_norm": Part(_LAYER_NORM),
        "blur_pool": Part(_BLUR, (FUNCTIONAL,)),
        "zero_pad": Part(_ZERO_PAD, (FUNCTIONAL,)),
        "drop_path": Part(_DROP_PATH),
        "learned_scale": Part(_LEARNED_SCALE),
        "scalar_bias": Part(_SCALAR_BIAS),
        "se_conv": Part(_SQUEEZE_CONV),
        "se_linear": Part(_SQUEEZE_LINEAR),
        "eca": Part(_EFFICIENT),
        "cbam": Part(_CBAM.format(norm="", maps="self.conv(maps)")),
        "cbam_norm": Part(_CBAM.format(norm="\n        self.bn = nn.BatchNorm2d(1)", maps="self.bn(self.conv(maps))")),
    }
)


def part_sources(keys: Iterable[str]) -> list[str]:
    """Return the classes of these parts, in the order of `PARTS`, each once."""
    wanted = set(keys)
    return [part.source.strip("\n") for key, part in PARTS.items() if key in wanted]


def part_imports(keys: Iterable[str]) -> set[str]:
    """Return the import lines that these parts need."""
    return {line for key in keys for line in PARTS[key].imports}
