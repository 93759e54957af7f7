"""Finds weights: L-BFGS in plain NumPy, one thread, so that the same data gives the same bytes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Slope = Callable[[Doubles], tuple[float, Doubles]]


def minimise(loss: Slope, start: Doubles, *, steps: int = 60, memory: int = 8, enough: float = 1e-5) -> Doubles:
    """The place where `loss` (value and slope) is least, from `start` on."""
    place = start.copy()
    value, slope = loss(place)
    first = float(np.linalg.norm(slope)) or 1.0
    moves: list[tuple[Doubles, Doubles, float]] = []
    for _ in range(steps):
        direction = -_turned(slope, moves)
        along = float(slope @ direction)
        if along >= 0:
            direction, along, moves = -slope, -float(slope @ slope), []
        stride = 1.0 if moves else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        for _ in range(20):
            there = place + stride * direction
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * stride * along:
                break
            stride *= 0.5
        else:
            break
        moved, turned = there - place, new_slope - slope
        curve = float(moved @ turned)
        if curve > 1e-12:
            moves = [*moves[-memory + 1 :], (moved, turned, 1.0 / curve)]
        place, slope = there, new_slope
        gain, value = value - new_value, new_value
        if float(np.linalg.norm(slope)) < enough * first or gain < 1e-8 * abs(value):
            break
    return place


def _turned(slope: Doubles, moves: list[tuple[Doubles, Doubles, float]]) -> Doubles:
    """The slope times what is known of the inverse curvature."""
    turned = slope.copy()
    shares = []
    for moved, bent, inverse in reversed(moves):
        share = inverse * float(moved @ turned)
        shares.append(share)
        turned -= share * bent
    if moves:
        moved, bent, _ = moves[-1]
        turned *= float(moved @ bent) / float(bent @ bent)
    for (moved, bent, inverse), share in zip(moves, reversed(shares), strict=True):
        turned += (share - inverse * float(bent @ turned)) * moved
    return turned
