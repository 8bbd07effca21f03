"""Turns the document of a build or a check into a text that can be read and copied."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.services.engine_service import Answer
from app.views.ledger.ledger_words import rule_text, term_text
from resnet_core.analysis.conventions import Rule
from resnet_core.number_text import byte_text, exact, exact_difference, percent_difference, seconds_text

translate = QCoreApplication.translate
METHODS = {
    "resident_set": "resident memory of the process, rough for small networks",
    "cuda_allocator": "torch's CUDA allocator, exact",
    "mps_allocator": "torch's MPS allocator, exact",
}

MOST_LAYERS = 20


def answer_title(answer: Answer) -> str:
    """Return what the dialog is called."""
    name = answer.document.get("name", "")
    if answer.kind == "build":
        return translate("Answer", "{name} built").format(name=name)
    return translate("Answer", "{name} checked").format(name=name)


def answer_text(answer: Answer) -> str:
    """Return everything the document says, a line each."""
    document = answer.document
    parts = [
        *_built(document), "", *_agreement(document), *_step(document), *_witnesses(document), *_failures(document),
        "", ", ".join(f"{name} {version}" for name, version in document["versions"].items()),
    ]  # fmt: skip
    return "\n".join(parts)


def _built(document: dict[str, Any]) -> Iterator[str]:
    line = translate("Answer", "{name} on {device}: built in {time}")
    yield line.format(name=document["name"], device=document["device"], time=seconds_text(document["build_s"]))
    line = translate("Answer", "{layers} layers, {parameters} parameters, {macs} MACs for one image")
    yield line.format(
        layers=exact(document["layers"]), parameters=exact(document["parameters"]), macs=exact(document["macs"])
    )
    line = translate("Answer", "weights {weights}, buffers {buffers}")
    yield line.format(weights=byte_text(document["parameter_bytes"]), buffers=byte_text(document["buffer_bytes"]))


def _agreement(document: dict[str, Any]) -> Iterator[str]:
    mismatches = document["mismatches"]
    if not mismatches:
        yield translate(
            "Answer", "The built network equals the graph: ids, shapes, parameters and MACs of every layer."
        )
    for entry in mismatches:
        line = translate("Answer", "DIFFERENT {id}: {what} is {graph} in the graph, {model} in the model")
        yield line.format(**entry)


def _step(document: dict[str, Any]) -> Iterator[str]:
    step = document.get("step")
    if step is None:
        return
    yield ""
    line = translate("Answer", "One training step of {batch}: forward {forward}, backward {backward}")
    yield line.format(
        batch=step["batch"], forward=seconds_text(step["forward_s"]), backward=seconds_text(step["backward_s"])
    )
    forecast = step["forecast_peak_bytes"]
    line = translate("Answer", "forecast for the peak of the step, without workspace: {forecast}")
    yield line.format(forecast=byte_text(forecast))
    if "memory" in step:
        yield from _measured(step["memory"], forecast)


def _measured(memory: dict[str, Any], forecast: int) -> Iterator[str]:
    line = translate("Answer", "memory: weights {built}, with what backward needs {forward}, after the step {after}")
    yield line.format(
        built=byte_text(memory["built_bytes"]), forward=byte_text(memory["forward_bytes"]),
        after=byte_text(memory["step_bytes"]),
    )  # fmt: skip
    if "peak_bytes" in memory:
        line = translate("Answer", "peak {peak}; the forecast's error is {error}")
        error = percent_difference(forecast, memory["peak_bytes"])
        yield line.format(peak=byte_text(memory["peak_bytes"]), error=error)
    yield translate("Answer", "measured as: {method}").format(method=METHODS.get(memory["method"], memory["method"]))


def _witnesses(document: dict[str, Any]) -> Iterator[str]:
    for line in document["witnesses"]:
        yield ""
        verdict = translate("Answer", "agrees") if _agrees(line) else translate("Answer", "DIFFERS")
        yield f"{line['witness']} {line['version']}: {verdict}"
        yield f"  {translate('Answer', 'our MACs')}  {exact(line['macs'])}"
        for item in line["items"]:
            yield f"  {exact_difference(item['amount'], 0)}  {_cause(item)}"
        if line["unexplained"]:
            yield f"  {exact_difference(line['unexplained'], 0)}  {translate('Answer', 'unexplained')}"
        for layer in line["layers"][:MOST_LAYERS]:
            words = translate("Answer", "DIFFERENT {id}: {found} counted, {expected} expected")
            yield "  " + words.format(
                id=layer["id"], found=exact(layer["found"]), expected=exact(layer["expected"])
            )
        yield f"  = {exact(line['witness_operations'])}  {translate('Answer', 'as it counts')}"
        yield "  " + translate("Answer", "parameters {theirs}, ours {ours}").format(
            theirs=exact(line["witness_parameters"]), ours=exact(line["parameters"])
        )


def _cause(item: dict[str, Any]) -> str:
    """Return why a counter counts more or less, in the language in force."""
    rule = Rule(item["basis"], Fraction(item["coefficient"]))
    return f"{term_text(item['term'])}: {rule_text(rule)}"


def _agrees(line: dict[str, Any]) -> bool:
    return line["unexplained"] == 0 and not line["layers"] and line["parameters"] == line["witness_parameters"]


def _failures(document: dict[str, Any]) -> Iterator[str]:
    for failure in document["failures"]:
        yield ""
        line = translate("Answer", "{part} could not be done: {reason}")
        yield line.format(part=failure["part"], reason=failure["reason"])
