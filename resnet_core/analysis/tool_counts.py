"""Lists what tools counted or printed of published networks, by the preset's name, each for one image."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from resnet_core.analysis.conventions import ConventionId

#: The tools of `COUNTED`, in the order of its numbers, with the version that was run.
COUNTERS: Final[tuple[tuple[ConventionId, str], ...]] = (
    ("flop_counter", "torch 2.14.1 FlopCounterMode"),
    ("fvcore", "fvcore 0.1.5.post20221221"),
    ("torchinfo", "torchinfo 1.8.0"),
    ("ptflops", "ptflops 0.6.9"),
    ("thop", "thop 0.1.1"),
)

#: The totals that the tools of `COUNTERS` put out for torchvision 0.29.1's models at 3x224x224, to the unit.
COUNTED: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        "ResNet-18": (3_628_146_688, 1_819_065_856, 1_814_083_944, 1_822_177_768, 1_824_033_792),
        "ResNet-34": (7_327_522_816, 3_671_262_720, 3_663_779_432, 3_675_629_032, 3_678_739_456),
        "ResNet-50": (8_178_368_512, 4_111_512_576, 4_089_238_376, 4_121_925_096, 4_133_742_592),
        "ResNet-101": (15_602_810_880, 7_833_969_664, 7_801_511_784, 7_849_500_136, 7_866_435_584),
        "ResNet-152": (23_027_253_248, 11_558_835_200, 11_513_779_048, 11_580_687_848, 11_603_945_472),
        "ResNeXt-50-32x4d": (8_460_959_744, 4_259_381_248, 4_230_549_096, 4_273_080_296, 4_288_184_320),
        "ResNeXt-101-32x8d": (32_828_030_976, 16_476_534_784, 16_414_219_368, 16_507_042_792, 16_538_955_776),
        "ResNeXt-101-64x4d": (30_920_540_160, 15_522_789_376, 15_460_473_960, 15_553_297_384, 15_585_210_368),
        "Wide-ResNet-50-2": (22_796_042_240, 11_426_922_496, 11_398_090_344, 11_440_621_544, 11_455_725_568),
        "Wide-ResNet-101-2": (45_506_101_248, 22_795_599_872, 22_753_189_480, 22_816_122_856, 22_838_050_816),
    }
)  # fmt: skip

#: FLOPs/2 in millions, as the README of osmr/imgclsmob (pytorchcv) prints them.
PRINTED_BY_PYTORCHCV: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ResNet-18": "1820.41",
        "ResNet-34": "3672.68",
        "ResNet-50 (2015)": "3877.95",
        "ResNet-50": "4110.48",
        "ResNet-101 (2015)": "7597.95",
        "ResNet-101": "7830.48",
        "ResNet-152 (2015)": "11321.85",
        "ResNet-152": "11554.38",
        "ResNeXt-101-32x4d": "8003.45",
        "ResNeXt-101-64x4d": "15500.27",
        "SE-ResNet-50 (2017)": "3880.49",
        "SE-ResNet-101 (2017)": "7602.76",
        "SE-ResNet-152 (2017)": "11328.52",
        "SE-ResNeXt-50-32x4d": "4258.40",
        "SE-ResNeXt-101-32x4d": "8008.26",
        "SENet-154": "20745.78",
    }
)

#: GMACs as timm's benchmark tables (results/benchmark-infer-*.csv) print them, at the preset's own size.
PRINTED_BY_TIMM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ECA-ResNet-50-D": "4.35",
        "SE-ResNet-50 (2017)": "3.88",
        "ResNet-101-S": "9.19",
        "ResNet-26": "2.36",
        "ResNet-50-GN": "4.14",
        "ResNet-50-D": "4.35",
        "ResNet-AA-50": "5.15",
        "ResNet-Blur-50": "5.16",
        "ResNet-RS-50": "2.29",
        "ResNetV2-18": "1.82",
        "ResNetV2-50": "4.11",
        "ResNetV2-50-D-GN": "4.38",
        "BiT-R50x1": "4.23",
        "ResNeXt-50-D-32x4d": "4.5",
        "SE-ResNet-50": "4.11",
        "SE-ResNeXt-26-D-32x4d": "2.73",
        "Test-ResNet": "0.1",
        "Wide-ResNet-50-2": "11.43",
    }
)
