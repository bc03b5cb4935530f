"""Makes slopes.json: partial derivatives of the primitives at many points, for test/rules/accuracy.test.ts.

Needs Python 3 and mpmath. Run: python3 test/support/references/slopes.py

No derivative formula appears here: each slope is a central difference of the function itself, with a step of 1e-40 of the
argument (at most 1e-40) in 900-digit arithmetic, so that some 70 digits are right before it is rounded to the nearest
double. The points are doubles, taken as they are: ordinary ones, the ends of the range, and the neighbourhoods where
naive formulas lose digits.
"""

import json
import math
import pathlib
import random

from mpmath import mp, mpf

mp.dps = 900
random.seed(20)

TINY = [5e-324, 1e-310, 2.3e-308, 1e-300, 1e-200, 1e-160, 1e-100, 1e-30, 1e-16, 1e-8, 1e-5, 1e-3]
UNIT = [0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 0.99, 1 - 1e-5, 1 - 1e-10, 1 - 2.0**-53]
ABOVE = [1 + 2.0**-52, 1 + 1e-10, 1 + 1e-5, 1.01, 1.5, 2.0, math.e, 3.0, math.pi, 5.5, 10.0, 17.0, 20.0, 37.0, 40.0]
LARGE = [100.0, 300.0, 350.0, 400.0, 700.0, 709.0, 711.0, 1000.0, 1e5, 1e8, 1e15]
HUGE = [1e20, 1e60, 1e100, 1e154, 1.4e154, 1e160, 1e200, 1e300, 1e308]


def both(points):
    return points + [-p for p in points]


def spread(low, high, count=25):
    """Random magnitudes, even on a logarithmic scale."""
    return [10 ** random.uniform(math.log10(low), math.log10(high)) for _ in range(count)]


POSITIVE = TINY + UNIT + [1.0] + ABOVE + LARGE + HUGE + spread(1e-3, 1e3) + spread(1e-300, 1e300)
REAL = both(POSITIVE)
INSIDE = both(TINY + UNIT + spread(1e-3, 0.999))
BEYOND = ABOVE + LARGE + HUGE + spread(1.001, 1e3)

UNARY = {
    "acos": (mp.acos, INSIDE),
    "acosh": (mp.acosh, BEYOND),
    "asin": (mp.asin, INSIDE),
    "asinh": (mp.asinh, REAL),
    "atan": (mp.atan, REAL),
    "atanh": (mp.atanh, INSIDE),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), REAL),
    "cos": (mp.cos, REAL),
    "cosh": (mp.cosh, REAL),
    "exp": (mp.exp, REAL),
    "expm1": (mp.expm1, REAL + [-0.693, -0.7, -36.0, -38.0, -50.0, -745.0]),
    "log": (mp.log, POSITIVE),
    "log10": (mp.log10, POSITIVE),
    "log1p": (lambda x: mp.log(1 + x), POSITIVE + [-p for p in TINY + UNIT]),
    "log2": (lambda x: mp.log(x, 2), POSITIVE),
    "sin": (mp.sin, REAL),
    "sinh": (mp.sinh, REAL),
    "sqrt": (mp.sqrt, POSITIVE),
    "sqrtSumSquares": (mp.sqrt, POSITIVE),
    "tan": (mp.tan, REAL),
    "tanh": (mp.tanh, REAL),
}

SIDES = both([1e-300, 1e-200, 1e-160, 1e-20, 0.1, 0.7, 1.0, 2.0, 9.5, 1e20, 1e155, 1e200, 1e300])
BASES = [1e-300, 1e-200, 1e-20, 0.1, 0.9, 1 - 2.0**-53, 1.0, 1.1, 2.0, 10.0, 1e20, 1e150, 1e200]
EXPONENTS = [-3.5, -2.0, -1.0, -0.5, -1e-10, 1e-10, 0.1, 0.5, 1.0, 1.1, 1.5, 2.0, 2.5, 3.0, 7.7, 20.0]


def remainder(x, y):
    quotient = x / y
    return x - y * (mp.floor(quotient) if quotient > 0 else mp.ceil(quotient))


def decimals(count):
    """Pairs of decimals, often a hair off an integer quotient; never on one, where the remainder jumps."""
    pairs = [(round(random.uniform(-20, 20), 1), round(random.uniform(0.1, 3), 1)) for _ in range(count)]
    return [(x, y) for x, y in pairs if math.fmod(x, y) != 0]


BINARY = {
    "div": (lambda x, y: x / y, [(x, y) for x in SIDES for y in SIDES]),
    "mod": (
        remainder,
        [(-7.0, 2.0), (7.0, -2.0), (-7.5, -2.0), (5.5, 2.0), (1.0, 0.1), (0.3, 0.1), (1e15, 0.7), (3.0, 1e300)] + decimals(60),
    ),
    "pow": (lambda x, y: mp.power(x, y), [(x, y) for x in BASES for y in EXPONENTS]),
    "atan2": (lambda y, x: mp.atan2(y, x), [(y, x) for y in SIDES for x in SIDES]),
}

HYPOT = (
    [[x] for x in SIDES]
    + [[x, y] for x in SIDES[::2] for y in SIDES]
    + [[3.0, -4.0, 12.0], [1e200, -1e200, 1e199], [1e-200, 2e-200, -3e-200], [1e-5, 1.0, 1e5]]
    + [[random.uniform(-2, 2) for _ in range(4)] for _ in range(10)]
)

LITERALS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 0.5, 1.5, 2.5, 0.25, 1 / 3, 1.1, 3.3, -1, -2, -3, -5, -0.5, -1.5, -2.5, -0.1]


def slope(function, arguments, position):
    exact = [mpf(a) for a in arguments]
    step = min(abs(exact[position]), mpf(1)) * mpf(10) ** -40

    def at(value):
        return function(*exact[:position], value, *exact[position + 1 :])

    return (at(exact[position] + step) - at(exact[position] - step)) / (2 * step)


def double(value):
    """The nearest double, as JSON or as the text JavaScript's Number reads."""
    if not mp.isfinite(value):
        raise ValueError("a reference is finite")
    return float(value) if abs(value) < mpf(2) ** 1024 - mpf(2) ** 970 else ("Infinity" if value > 0 else "-Infinity")


def row(function, arguments):
    return [list(arguments), [double(slope(function, arguments, i)) for i in range(len(arguments))]]


def main():
    table = {name: [row(f, (x,)) for x in points] for name, (f, points) in UNARY.items()}
    table |= {name: [row(f, p) for p in points] for name, (f, points) in BINARY.items()}
    table["hypot"] = [row(lambda *xs: mp.sqrt(sum(x * x for x in xs)), xs) for xs in HYPOT]
    powers = {}
    for b in LITERALS:
        points = BASES + ([-x for x in BASES] if float(b).is_integer() else [])
        powers[repr(b)] = [
            [[x], [double(slope(lambda v: mp.power(v, mpf(b)), (x,), 0))]] for x in points
        ]
    lines = [f'  {json.dumps(name)}: [\n' + ",\n".join("    " + json.dumps(r) for r in rows) + "\n  ]" for name, rows in (table | {f"pow {b}": r for b, r in powers.items()}).items()]
    pathlib.Path(__file__).with_name("slopes.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
