"""Says in which roles each of several compared networks is drawn: the reference is grey, the open one stands out."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.drawing.display_list import Role


class MemberLook(NamedTuple):
    """The roles of one network: its curves, its outline in steps, and its dots and swatches."""

    curve: Role
    steps: Role
    fill: Role


REFERENCE = MemberLook("member_reference", "steps_reference", "member_reference_fill")
OPEN = MemberLook("member_open", "steps_open", "member_open_fill")
_OTHERS = (
    MemberLook("member_1", "steps_1", "member_1_fill"),
    MemberLook("member_2", "steps_2", "member_2_fill"),
    MemberLook("member_3", "steps_3", "member_3_fill"),
    MemberLook("member_4", "steps_4", "member_4_fill"),
)


def member_look(place: int, open_place: int) -> MemberLook:
    """Return how the network at `place` is drawn; past four further ones the looks come round again."""
    if place == 0:
        return REFERENCE
    if place == open_place:
        return OPEN
    number = place - 1 - (0 < open_place < place)
    return _OTHERS[number % len(_OTHERS)]
