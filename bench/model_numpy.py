"""The reduced model of DECLARATION.md in vectorised numpy: the equations, without a framework.

Amounts are in TAO and alpha, rows are subnets in the last axis. All functions are pure, and also take arrays with
one more axis in front: many futures at once.
"""

import csv
import json
import math
from functools import lru_cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SECTION = ROOT / "crates/futures/data/mainnet_2026-09-30.csv"
PARAMETERS = json.loads((ROOT / "bench/parameters.json").read_text())

SUBNETS = 128
# Words that a day has in a stream: a number a subnet, that of the crowd, that of the market, two that are not used.
WORDS = 132

# Variables of the state, in the order in which `step` takes and returns them.
STATE = ("tao", "alpha", "outside", "moving", "issued", "usd")

MEASURED = (
    "issuance",
    "tao_usd",
    "pooled_tao",
    "pooled_alpha",
    "outside_alpha",
    "price_sum",
    "price_max",
    "moving_sum",
    "gini",
)

BLOCKS = float(PARAMETERS["blocks_per_day"])
MAX_SUPPLY = PARAMETERS["max_supply"]
ROOT_WEIGHT = PARAMETERS["tao_weight"] * PARAMETERS["root_stake"]
KEPT = 1.0 - PARAMETERS["fee"]
SERVER_SHARE = PARAMETERS["server_share"]
MINERS_SELL = PARAMETERS["miners_sell"]
MOMENTUM = PARAMETERS["momentum"]
PULL = PARAMETERS["value_pull"]
FLOW_DRIFT = PARAMETERS["flow_drift"]
FLOW_NOISE = PARAMETERS["flow_noise"]
CROWD_NOISE = PARAMETERS["crowd_noise"]
FLOW_MAX = PARAMETERS["flow_max"]
SOLD_MAX = PARAMETERS["sold_max"]
MOVING_ALPHA = PARAMETERS["moving_alpha"]
HALVING_BLOCKS = PARAMETERS["halving_blocks"]
TAO_DEPTH = PARAMETERS["tao_depth"]
MARKET_NOISE = PARAMETERS["market_noise"]
MOVE_MAX = PARAMETERS["move_max"]
TAO_USD_START = PARAMETERS["tao_usd_start"]

# Issuance from which a block emits half as much as before, and what it emits from there.
THRESHOLDS = MAX_SUPPLY * (1.0 - 0.5 ** np.arange(1.0, 25.0))
EMISSIONS = 0.5 ** np.arange(25.0)


def block_emission(issued):
    """What a block emits of an asset of which `issued` exists."""
    return EMISSIONS[THRESHOLDS.searchsorted(issued, side="right")]


def read_section():
    """The cross-section: columns by name."""
    with SECTION.open() as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.array([float(row[name] or 0.0) for row in rows])
        for name in (
            "tao_in_pool_tao",
            "alpha_in_pool_alpha",
            "alpha_issued_alpha",
            "miner_burn_share",
            "registered_block",
        )
    }


_SECTION = read_section()
# Part of the emitted alpha that miners sell.
SOLD_PART = MINERS_SELL * SERVER_SHARE * (1.0 - _SECTION["miner_burn_share"])
# What a subnet's alpha is worth: its price at the start.
VALUE = _SECTION["tao_in_pool_tao"] / _SECTION["alpha_in_pool_alpha"]
# Blocks since registration at the start.
AGE_START = PARAMETERS["start_block"] - _SECTION["registered_block"]


def initial_state():
    """The state at the start of every future."""
    tao = _SECTION["tao_in_pool_tao"].copy()
    alpha = _SECTION["alpha_in_pool_alpha"].copy()
    return {
        "tao": tao,
        "alpha": alpha,
        "outside": _SECTION["alpha_issued_alpha"] - alpha,
        "moving": np.minimum(tao / alpha, 1.0),
        "issued": PARAMETERS["issuance_start"],
        "usd": TAO_USD_START,
    }


def _inflow_start():
    start = initial_state()
    paid = BLOCKS * block_emission(start["alpha"] + start["outside"])
    return TAO_USD_START * KEPT * float((SOLD_PART * paid * start["tao"] / start["alpha"]).sum())


# Dollars a day that flow in at the start: what miners sell there.
INFLOW_START = _inflow_start()


# A sum of four uniform 16-bit numbers: its mean, and one over its standard deviation.
CENTRE = 2.0 * 65535.0
SCALE = math.sqrt(3.0 / (65536.0**2 - 1.0))


def shape(words):
    """Numbers with mean zero and variance one from 64-bit words: the sum of their four quarters, scaled."""
    quarters = words.view(np.uint16).reshape(*words.shape, 4).astype(np.float64)
    total = quarters[..., 0] + quarters[..., 1] + quarters[..., 2] + quarters[..., 3]
    return (total - CENTRE) * SCALE


@lru_cache(maxsize=1)
def noise(seed, future, days):
    """All noise of a future, drawn at once: a row a day."""
    words = np.random.Philox(counter=0, key=[seed, future]).random_raw(days * WORDS)
    return shape(words.reshape(days, WORDS)[:, : SUBNETS + 2])


def emit(tao, alpha, outside, moving, issued):
    """A day's emission: TAO by price into the pools, with alpha up to root's part; the rest buys alpha.

    Returns pools, alpha outside them, issuance, and the alpha that was paid.
    """
    minted = BLOCKS * block_emission(issued)
    share = minted / moving.sum(axis=-1, keepdims=True) * moving
    price = tao / alpha
    supply = alpha + outside
    paid = BLOCKS * block_emission(supply)
    cap = ROOT_WEIGHT * paid / (ROOT_WEIGHT + supply)
    joined = np.minimum(share / price, cap)
    excess = share - joined * price
    bought = alpha * excess / (tao + excess)
    return tao + share, alpha + joined - bought, outside + paid + bought, issued + minted, paid


def trade(tao, alpha, outside, moving, paid, own, crowd):
    """A day's trades: what is sold, then what is bought. Returns pools, alpha outside, and TAO that miners got."""
    price = tao / alpha
    drive = MOMENTUM * (price - moving) / (price + moving) + PULL * (VALUE - price) / (VALUE + price)
    drive = drive + FLOW_NOISE * own + (CROWD_NOISE * crowd + FLOW_DRIFT)
    drive = np.minimum(np.maximum(drive, -FLOW_MAX), FLOW_MAX)
    miners = SOLD_PART * paid
    sold = KEPT * np.minimum(miners - np.minimum(drive, 0.0) * alpha, SOLD_MAX * outside)
    spent = KEPT * np.maximum(drive, 0.0) * tao
    each = tao / (alpha + sold)
    earned = KEPT * (miners * each).sum(axis=-1)
    tao = tao - sold * each
    alpha = alpha + sold
    bought = alpha * spent / (tao + spent)
    return tao + spent, alpha - bought, outside - sold + bought, earned


def move_average(tao, alpha, moving, day):
    """The moving price after a day."""
    age = AGE_START + BLOCKS * (day + 1)
    weight = BLOCKS * MOVING_ALPHA * age / (age + HALVING_BLOCKS)
    return moving + weight / (1.0 + weight) * (np.minimum(tao / alpha, 1.0) - moving)


def move_tao(usd, issued, earned, market):
    """The price of TAO after a day."""
    inflow = INFLOW_START * np.sqrt(usd / TAO_USD_START)
    change = (inflow - earned * usd) / (TAO_DEPTH * issued * usd)
    change = change + MARKET_NOISE * market - 0.5 * MARKET_NOISE * MARKET_NOISE
    return usd * np.exp(np.minimum(np.maximum(change, -MOVE_MAX), MOVE_MAX))


def step(tao, alpha, outside, moving, issued, usd, day, row):
    """A whole day, of which `row` is the noise. Returns the state that follows, in the order given."""
    own, crowd, market = row[..., :SUBNETS], row[..., SUBNETS : SUBNETS + 1], row[..., SUBNETS + 1]
    tao, alpha, outside, issued, paid = emit(tao, alpha, outside, moving, issued)
    tao, alpha, outside, earned = trade(tao, alpha, outside, moving, paid, own, crowd)
    moving = move_average(tao, alpha, moving, day)
    usd = move_tao(usd, issued, earned, market)
    return tao, alpha, outside, moving, issued, usd


def measure(state):
    """What is measured at the end of a future, in the order of `MEASURED`."""
    tao, alpha = np.asarray(state["tao"]), np.asarray(state["alpha"])
    price = tao / alpha
    ranked = np.sort(tao)
    count = len(tao)
    total = ranked.sum()
    gini = 2.0 * (np.arange(1, count + 1) * ranked).sum() / (count * total) - (count + 1) / count
    numbers = (
        state["issued"],
        state["usd"],
        total,
        alpha.sum(),
        state["outside"].sum(),
        price.sum(),
        price.max(),
        state["moving"].sum(),
        gini,
    )
    return [float(number) for number in numbers]
