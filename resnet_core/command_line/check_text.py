"""Lays a verification out as text: what was built and measured, and each counter's difference to the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_core.command_line.tables import count, megabytes, print_table, signed

if TYPE_CHECKING:
    from resnet_core.verification.verification_report import (
        MeasuredMemory,
        MeasuredStep,
        VerificationReport,
        WitnessLine,
    )

MOST_LAYERS = 10


def print_verification(report: VerificationReport) -> None:
    """Print `report`; the last line says whether everything agrees."""
    print(f"{report.name} on {report.device}: {report.layers} layers built in {1e3 * report.build_s:.0f} ms")
    weights = megabytes(report.parameter_bytes)
    print(f"{count(report.parameters)} parameters, {count(report.macs)} MACs, {weights} of weights")
    if report.step is not None:
        print(_step_line(report.step))
    for mismatch in report.mismatches:
        values = f"{mismatch.graph} in the graph, {mismatch.model} in the model"
        print(f"MISMATCH {mismatch.id}: {mismatch.what} is {values}")
    for line in report.witnesses:
        _print_witness(line)
    for failure in report.failures:
        print(f"\n{failure.part}: not done: {failure.reason}")
    print(f"\n{_verdict(report)}")


def _step_line(step: MeasuredStep) -> str:
    times = f"one training step, batch {step.batch}: forward {1e3 * step.forward_s:.0f} ms, "
    times += f"backward {1e3 * step.backward_s:.0f} ms"
    if step.memory is None:
        return f"{times}; this system does not tell the memory"
    return f"{times}\n{_memory_text(step, step.memory)}"


def _memory_text(step: MeasuredStep, memory: MeasuredMemory) -> str:
    method = memory.method.replace("_", " ")
    if memory.peak_bytes is None or step.peak_error is None:
        return f"{megabytes(memory.step_bytes)} measured ({method}), {megabytes(step.forecast_bytes)} forecast"
    peak = f"peak memory of the step: {megabytes(step.forecast_peak_bytes)} forecast"
    return f"{peak}, {megabytes(memory.peak_bytes)} measured ({method}), error {100 * step.peak_error:+.1f} %"


def _print_witness(line: WitnessLine) -> None:
    print(f"\n{line.witness} {line.version}")
    rows = [("ours (MACs)", "", count(line.ours))]
    rows += [(item.cause, count(item.elements), signed(item.amount)) for item in line.items]
    if line.unexplained:
        rows.append(("unexplained", "", signed(line.unexplained)))
    print_table(("", "elements", "operations"), [*rows, (f"theirs: {line.witness}", "", count(line.theirs))])
    for layer in line.layers[:MOST_LAYERS]:
        print(f"DIFFERENT {layer.id}: {count(layer.found)} operations counted, {count(layer.expected)} expected")
    if len(line.layers) > MOST_LAYERS:
        print(f"... and {len(line.layers) - MOST_LAYERS} layers more")
    if line.left_out:
        print(f"it does not count: {', '.join(f'{name} ({times})' for name, times in line.left_out)}")
    if line.their_parameters != line.our_parameters:
        print(f"parameters differ: ours {count(line.our_parameters)}, theirs {count(line.their_parameters)}")


def _verdict(report: VerificationReport) -> str:
    if report.agrees and report.witnesses:
        return "verified: the built model equals its graph, and every counter agrees to the unit, layer by layer"
    if report.agrees:
        return "the built model equals its graph; no other counter could be asked"
    return "NOT verified: see the lines above"
