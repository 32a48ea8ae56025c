"""The reduced model in numpy alone, for reference: `each` future by itself, or many `together` in one array."""

import sys

import numpy as np

import model_numpy as model
import worker


def run_each(seed, first, futures, days):
    """Runs futures one after another. Returns what is measured of each."""
    numbers = []
    for future in range(first, first + futures):
        rows = model.noise(seed, future, days)
        values = tuple(model.initial_state().values())
        for day in range(days):
            values = model.step(*values, day, rows[day])
        numbers.append(model.measure(dict(zip(model.STATE, values))))
    return numbers


def run_together(seed, first, futures, days):
    """Runs all futures in one array, a row each. Returns what is measured of each."""
    rows = np.stack([model.noise(seed, future, days) for future in range(first, first + futures)], axis=1)
    start = model.initial_state()
    values = [np.tile(start[name], (futures, 1)) for name in ("tao", "alpha", "outside", "moving")]
    values += [start["issued"], np.full(futures, start["usd"])]
    for day in range(days):
        values = model.step(*values, day, rows[day])
    tao, alpha, outside, moving, issued, usd = values
    each = zip(tao, alpha, outside, moving, [issued] * futures, usd)
    return [model.measure(dict(zip(model.STATE, state))) for state in each]


if __name__ == "__main__":
    worker.serve({"each": run_each, "together": run_together}[sys.argv[1]])
