#!/usr/bin/env python3
"""The reduced model of DECLARATION.md in Tributary, radCAD and cadCAD: same seeds, same numbers, and how fast.

Makes a virtual environment with what requirements.txt names, builds the Rust side, and runs all sides alternately in
one run. Exits with 1 if a number of one side is not that of the others.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = Path.home() / ".cache/tributary"

# Largest difference between two sides' numbers, over the number.
BOUND = 1e-9

FRAMEWORKS = ("radCAD", "cadCAD")
RUST = "Tributary"
SUBNETS = 128
YEARS_4 = 1461


def environment(folder):
    """Makes or reuses the virtual environment. Returns its interpreter."""
    wanted, mark = HERE / "requirements.txt", folder / "installed.txt"
    python = folder / "bin/python"
    if not mark.exists() or mark.read_text() != wanted.read_text():
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", wanted], check=True)
        mark.write_text(wanted.read_text())
    return python


def build():
    """Builds the Rust side. Returns its path."""
    subprocess.run(["cargo", "build", "--release", "-p", "tributary-bench"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return Path(target) / "release/tributary-bench"


class Side:
    """A side as a process that answers requests."""

    def __init__(self, name, command, futures):
        self.name, self.futures = name, futures
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env={**os.environ, **threads, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.cpu = []
        self.clock = []

    def ask(self, seed, first, futures, days):
        """Runs futures. Returns the answer."""
        self.process.stdin.write(f"{seed} {first} {futures} {days}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} gave no answer; it ended with {self.process.wait()}")
        return json.loads(line)

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()


def compare(answers, futures):
    """The largest relative difference of the futures that all sides have, and where it is."""
    names = list(answers)
    worst, place = 0.0, ""
    for name in names[1:]:
        for future in range(futures):
            pairs = zip(answers[names[0]][future], answers[name][future], strict=True)
            for number, (a, b) in enumerate(pairs):
                difference = abs(a - b) / max(abs(a), abs(b), 1e-300)
                if not difference <= worst:
                    worst, place = difference, f"number {number + 1} of future {future} of {name}"
    return worst, place


def machine(python):
    """What the figures belong to."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=False)
    version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
    pinned = [line for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    wanted = ("radcad", "cadcad", "numpy", "pandas")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "rustc": rustc.stdout.strip(),
        "python": version.stdout.strip().removeprefix("Python "),
        "packages": dict(line.split("==") for line in pinned if line.split("==")[0].lower() in wanted),
    }


def figures(sides, days):
    """Medians of all rounds by side."""
    table = {}
    for side in sides:
        seconds = statistics.median(side.cpu)
        table[side.name] = {
            "futures_per_second_and_core": 1.0 / seconds,
            "ns_per_subnet_day": seconds / (days * SUBNETS) * 1e9,
            "cpu_seconds_per_future": sorted(side.cpu),
            "clock_seconds_per_future": sorted(side.clock),
        }
    return table


def show(table):
    """Prints the figures."""
    best = max(table[name]["futures_per_second_and_core"] for name in FRAMEWORKS)
    print(f"{'side':<24}{'futures/s/core':>16}{'ns/subnet-day':>16}{'over faster framework':>24}")
    for name, row in table.items():
        rate = row["futures_per_second_and_core"]
        print(f"{name:<24}{rate:>16.2f}{row['ns_per_subnet_day']:>16.1f}{rate / best:>24.2f}")


def main():
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare numbers, of a few short futures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--days", type=int, default=YEARS_4)
    parser.add_argument("--program", type=Path, help="a Rust side that is already built")
    parser.add_argument("--venv", type=Path, default=CACHE / "bench", help="where Python packages go")
    args = parser.parse_args()
    rounds, days, few, many = (1, 90, 3, 3) if args.check else (args.rounds, args.days, 4, 200)

    python = environment(args.venv)
    program = (args.program or build()).resolve()
    sides = [
        Side(RUST, [program], many),
        Side("radCAD", [python, "radcad_model.py"], few),
        Side("cadCAD", [python, "cadcad_model.py"], few),
        Side("numpy, future by future", [python, "numpy_alone.py", "each"], few),
        Side("numpy, in one array", [python, "numpy_alone.py", "together"], min(many, 32)),
    ]
    for side in sides:
        side.ask(args.seed, 0, 1, 30)
    worst, place = 0.0, ""
    for number in range(rounds):
        answers = {}
        # Each round begins with another side, so that none always meets the machine in the same state.
        turn = number % len(sides)
        for side in sides[turn:] + sides[:turn]:
            answer = side.ask(args.seed, number * few, side.futures, days)
            answers[side.name] = answer["numbers"]
            side.cpu.append(answer["cpu_seconds"] / side.futures)
            side.clock.append(answer["clock_seconds"] / side.futures)
        found, where = compare(answers, few)
        if not found <= worst:
            worst, place = found, where
        print(f"round {number + 1} of {rounds}: numbers differ by at most {found:.1e}", file=sys.stderr)
    for side in sides:
        side.close()

    print(f"largest relative difference of all numbers: {worst:.2e} (bound: {BOUND:.0e})")
    if not worst <= BOUND:
        sys.exit(f"the sides do not agree: {place}")
    if args.check:
        return
    table = figures(sides, days)
    show(table)
    best = max(table[name]["futures_per_second_and_core"] for name in FRAMEWORKS)
    result = {
        "days": days,
        "subnets": SUBNETS,
        "seed": args.seed,
        "rounds": rounds,
        "largest_relative_difference": worst,
        "ratio_to_faster_framework": table[RUST]["futures_per_second_and_core"] / best,
        "sides": table,
        "machine": machine(python),
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"written to {HERE / 'results.json'}", file=sys.stderr)


if __name__ == "__main__":
    main()
