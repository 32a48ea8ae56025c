"""The reduced model in cadCAD: one process, deepcopy off."""

from cadCAD.configuration import Experiment
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode, Executor

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
CONTEXT = ExecutionContext(ExecutionMode.single_mode, additional_objs={"deepcopy_off": True})


def run(seed, first, futures, days):
    """Runs futures. Returns what is measured of each."""
    numbers = []
    for future in range(first, first + futures):
        experiment = Experiment()
        experiment.append_model(
            model_id="reduced",
            initial_state=model.initial_state(),
            partial_state_update_blocks=BLOCKS,
            sim_configs=config_sim(
                {"N": 1, "T": range(days), "M": {"seed": [seed], "future": [future], "days": [days]}}
            ),
        )
        records, _, _ = Executor(CONTEXT, experiment.configs, supress_print=True).execute()
        numbers.append(model.measure(records[-1]))
    return numbers


if __name__ == "__main__":
    worker.serve(run)
