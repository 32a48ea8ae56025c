#!/usr/bin/env python3
"""Runs `tributary up --json` and checks what it promises, from its output alone.

- issuance equals all that is held, in every block, to the rao;
- in each subnet the honest miners' incentive follows their measured quality (Spearman at least 0.8);
- copycat, random and offline miners together earn under 2 % of miner pay;
- shares of emission sum to at most one.

The first part of the run is a warm-up: models must be trained and committed before anybody can be ranked.
Prints one line a check and ends with code 1 if one fails. Standard library only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

DISHONEST = {"copycat", "random", "offline", "overfit"}


def ranks(values):
    """Ranks from 1, ties share their mean."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for i in order[start : end + 1]:
            result[i] = (start + end) / 2 + 1
        start = end + 1
    return result


def spearman(xs, ys):
    a, b = ranks(xs), ranks(ys)
    n = len(a)
    mean = (n + 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    variance = sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)
    return covariance / variance**0.5 if variance else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the tributary binary")
    parser.add_argument("--blocks", type=int, default=600)
    parser.add_argument("--warm-up", type=float, default=0.4, help="share of the blocks that is not judged")
    parser.add_argument("--keep", help="write the run's output to this file")
    args, extra = parser.parse_known_args()  # what is not ours goes to `tributary up`

    started = time.monotonic()
    first_paid = None
    blocks = 0
    unbalanced = []
    too_much = []
    quality = defaultdict(list)
    pay = defaultdict(list)
    end_earned, kinds = {}, {}
    with tempfile.TemporaryDirectory() as data:
        command = [args.binary, "up", "--json", "--blocks", str(args.blocks), "--data", data, *extra]
        print("+", " ".join(command), flush=True)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        keep = open(args.keep, "w") if args.keep else None
        for line in process.stdout:
            if keep:
                keep.write(line)
            record = json.loads(line)
            blocks += 1
            if record["issuance_rao"] != record["held_rao"]:
                unbalanced.append((record["block"], record["issuance_rao"], record["held_rao"]))
            if sum(subnet["emission_share"] for subnet in record["subnets"]) > 1 + 1e-9:
                too_much.append(record["block"])
            for subnet in record["subnets"]:
                for miner in subnet["miners"]:
                    key = (subnet["netuid"], miner["uid"])
                    kinds[key] = miner["kind"]
                    end_earned[key] = int(miner["earned_rao"])
                    if first_paid is None and end_earned[key] > 0:
                        first_paid = (record["block"], time.monotonic() - started)
                    judged = blocks > args.blocks * args.warm_up
                    if judged and miner["bits_per_byte"] is not None:
                        quality[key].append(miner["bits_per_byte"])
                        pay[key].append(miner["incentive"])
        code = process.wait()

    failures = 0

    def check(holds, text):
        nonlocal failures
        failures += not holds
        print(("pass  " if holds else "FAIL  ") + text)

    check(code == 0, f"exit code {code}")
    check(blocks >= args.blocks, f"{blocks} blocks printed, {args.blocks} asked")
    check(first_paid is not None, f"first paid miner (block, seconds since start): {first_paid}")
    check(not unbalanced, f"issuance equals what is held in every block; differs in {unbalanced[:3]}")
    check(not too_much, f"shares of emission sum to at most one; above in {too_much[:3]}")
    netuids = sorted({netuid for netuid, _ in kinds})
    check(len(netuids) >= 3, f"subnets with miners: {netuids}")
    for netuid in netuids:
        miners = sorted(key for key in kinds if key[0] == netuid)
        honest = [key for key in miners if kinds[key] == "honest"]
        judged = [key for key in honest if quality[key]]
        check(len(judged) == len(honest) >= 3, f"subnet {netuid}: {len(judged)} of {len(honest)} honest miners measured")
        mean = lambda values: sum(values) / len(values)
        bits = [mean(quality[key]) for key in judged]
        incentive = [mean(pay[key]) for key in judged]
        rho = spearman([-value for value in bits], incentive) if len(judged) > 1 else 0.0
        detail = ", ".join(f"uid {key[1]}: {b:.3f} bits/byte, incentive {i:.3f}" for key, b, i in zip(judged, bits, incentive))
        check(rho >= 0.8, f"subnet {netuid}: Spearman {rho:.2f} of quality and incentive ({detail})")
        earned = {key: end_earned[key] for key in miners}
        total = sum(earned.values())
        dishonest = sum(amount for key, amount in earned.items() if kinds[key] in DISHONEST)
        share = dishonest / total if total else 1.0
        names = sorted({kinds[key] for key in miners if kinds[key] in DISHONEST})
        check(share < 0.02, f"subnet {netuid}: {'/'.join(names)} earned {share:.3%} of miner pay")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
