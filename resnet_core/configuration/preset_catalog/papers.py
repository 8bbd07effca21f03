"""Cites the papers that the presets come from."""

from __future__ import annotations

from resnet_core.configuration.preset_catalog.records import Paper

HE_2015 = Paper("He et al.", 2015, "arXiv 1512.03385", "Deep Residual Learning for Image Recognition")
HE_2016 = Paper("He et al.", 2016, "arXiv 1603.05027", "Identity Mappings in Deep Residual Networks")
ZAGORUYKO_2016 = Paper("Zagoruyko and Komodakis", 2016, "arXiv 1605.07146", "Wide Residual Networks")
XIE_2016 = Paper("Xie et al.", 2016, "arXiv 1611.05431", "Aggregated Residual Transformations for Deep Neural Networks")
HU_2017 = Paper("Hu et al.", 2017, "arXiv 1709.01507", "Squeeze-and-Excitation Networks")
WU_2018 = Paper("Wu and He", 2018, "arXiv 1803.08494", "Group Normalization")
MAHAJAN_2018 = Paper(
    "Mahajan et al.", 2018, "arXiv 1805.00932", "Exploring the Limits of Weakly Supervised Pretraining"
)
HE_T_2018 = Paper(
    "He T. et al.", 2018, "arXiv 1812.01187",
    "Bag of Tricks for Image Classification with Convolutional Neural Networks",
)  # fmt: skip
ZHANG_2019 = Paper("Zhang", 2019, "arXiv 1904.11486", "Making Convolutional Networks Shift-Invariant Again")
WANG_2019 = Paper(
    "Wang et al.", 2019, "arXiv 1910.03151",
    "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks",
)  # fmt: skip
WIGHTMAN_2019 = Paper("Wightman", 2019, "doi 10.5281/zenodo.4414861", "PyTorch Image Models (timm)")
KOLESNIKOV_2019 = Paper(
    "Kolesnikov et al.", 2019, "arXiv 1912.11370", "Big Transfer (BiT): General Visual Representation Learning"
)
RADFORD_2021 = Paper(
    "Radford et al.", 2021, "arXiv 2103.00020",
    "Learning Transferable Visual Models From Natural Language Supervision",
)  # fmt: skip
BELLO_2021 = Paper(
    "Bello et al.", 2021, "arXiv 2103.07579", "Revisiting ResNets: Improved Training and Scaling Strategies"
)
GUO_2019 = Paper(
    "Guo et al.", 2019, "arXiv 1907.04433",
    "GluonCV and GluonNLP: Deep Learning in Computer Vision and Natural Language Processing",
)  # fmt: skip
