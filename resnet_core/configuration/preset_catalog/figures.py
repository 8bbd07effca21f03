"""Writes down published figures in short: one call a table row, one record a figure."""

from __future__ import annotations

from resnet_core.configuration.preset_catalog.records import Accuracy, Agreement, DataSet, Measure, PrintedCount


def imagenet_errors(
    source: str, top1: float, top5: float | None = None, protocol: str = "single crop"
) -> tuple[Accuracy, ...]:
    """Return the errors of one row of an ImageNet table, in per cent."""
    return _results(source, protocol, "ImageNet", {"top-1 error": top1, "top-5 error": top5})


def imagenet_accuracies(
    source: str, top1: float, top5: float | None = None, protocol: str = "single crop"
) -> tuple[Accuracy, ...]:
    """Return the accuracies of one row of an ImageNet table, in per cent."""
    return _results(source, protocol, "ImageNet", {"top-1 accuracy": top1, "top-5 accuracy": top5})


def cifar_errors(
    source: str, ten: float | None = None, hundred: float | None = None, protocol: str = ""
) -> tuple[Accuracy, ...]:
    """Return the errors of one row of a table on CIFAR-10 and CIFAR-100, in per cent."""
    return (
        *_results(source, protocol, "CIFAR-10", {"error": ten}),
        *_results(source, protocol, "CIFAR-100", {"error": hundred}),
    )


def counted(
    source: str,
    parameters: str = "",
    macs: str = "",
    parameters_by: Agreement = "rounds",
    macs_by: Agreement = "rounds",
) -> tuple[PrintedCount, ...]:
    """Return the counts of one row: parameters in millions and multiply-adds in thousands of millions, as printed."""
    found = []
    if parameters:
        found.append(PrintedCount("parameters", parameters, source, parameters_by))
    if macs:
        found.append(PrintedCount("macs", macs, source, macs_by))
    return tuple(found)


def torchvision(parameters: str, macs: str) -> tuple[PrintedCount, ...]:
    """Return the counts in torchvision's weight metadata (`num_params`, `_ops`)."""
    return counted("torchvision 0.29.1, weights metadata", parameters, macs)


def _results(source: str, protocol: str, data: DataSet, values: dict[Measure, float | None]) -> tuple[Accuracy, ...]:
    return tuple(
        Accuracy(value, measure, data, source, protocol) for measure, value in values.items() if value is not None
    )
