"""A side of the comparison as a process: it answers requests line by line.

A request is `SEED FIRST FUTURES DAYS`; the answer is a JSON object: the numbers of each future, and the seconds of
processor time and on the clock that they took.
"""

import json
import sys
import time


def serve(run):
    """Answers until the input ends."""
    for line in sys.stdin:
        seed, first, futures, days = map(int, line.split())
        cpu, clock = time.process_time(), time.perf_counter()
        numbers = run(seed, first, futures, days)
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
        print(json.dumps({"numbers": numbers, "cpu_seconds": cpu, "clock_seconds": clock}), flush=True)
