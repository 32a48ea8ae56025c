"""The reduced model in radCAD: one process, deepcopy off, substeps dropped."""

from radcad import Engine, Model, Simulation
from radcad.backends import Backend

import model_numpy as model
import worker


def day(params, substep, history, state):
    """The policy: all of a day."""
    today = state["timestep"]
    row = model.noise(params["seed"], params["future"], params["days"])[today]
    values = model.step(*(state[name] for name in model.STATE), today, row)
    return dict(zip(model.STATE, values))


def update(name):
    """The update of a variable: what the policy says."""
    return lambda params, substep, history, state, signals: (name, signals[name])


BLOCKS = [{"policies": {"day": day}, "variables": {name: update(name) for name in model.STATE}}]


def run(seed, first, futures, days):
    """Runs futures. Returns what is measured of each."""
    numbers = []
    for future in range(first, first + futures):
        simulation = Simulation(
            model=Model(
                initial_state=model.initial_state(),
                state_update_blocks=BLOCKS,
                params={"seed": [seed], "future": [future], "days": [days]},
            ),
            timesteps=days,
            runs=1,
        )
        simulation.engine = Engine(
            backend=Backend.SINGLE_PROCESS,
            deepcopy=False,
            drop_substeps=True,
        )
        result = simulation.run()
        numbers.append(model.measure(result[-1]))
    return numbers


if __name__ == "__main__":
    worker.serve(run)
