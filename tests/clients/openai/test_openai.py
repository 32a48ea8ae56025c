"""The OpenAI client against the gateway of a running market, and one of its payments followed to the rao.

Starts `tributary up` (TRIBUTARY_BIN), in which models are trained, served and sold. A customer opens a channel, uses the
unmodified client with an API key made from it, and a wallet process signs vouchers. Then the money is followed on the
chain: out of the channel, to the seller and into the reservoir of the subnet's pact, out of the reservoir at the subnet's
epochs, into alpha, to those who hold the alpha.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from async_substrate_interface import SubstrateInterface
from bittensor_wallet import Keypair
from documents import blocks, run
from openai import APIStatusError, AuthenticationError, BadRequestError, NotFoundError, OpenAI

BINARY = os.environ["TRIBUTARY_BIN"]
PAYER = Keypair.create_from_uri("//Dave")
DEPOSIT_RAO = 5_000_000_000
PATIENCE_S = 600
# AccountId of PalletId("tributes").
RESERVOIR = "0x" + (b"modltributes" + bytes(20)).hex()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def value_of(result):
    return getattr(result, "value", result)


class Market:
    """A running `tributary up`; the newest block's figures are in `frame`."""

    def __init__(self, folder):
        self.port, gateway_port = free_port(), free_port()
        self.endpoint = f"ws://127.0.0.1:{self.port}"
        self.gateway = f"http://127.0.0.1:{gateway_port}"
        self.folder = folder
        self.log = open(folder / "up.log", "w")
        command = [BINARY, "up", "--json", "--data", str(folder / "market"), "--port", str(self.port)]
        command += ["--gateway-port", str(gateway_port), "--block-time", "500"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.frame = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.frame = json.loads(line)

    def served(self):
        subnets = self.frame["subnets"] if self.frame else []
        return next((subnet for subnet in subnets if subnet["market"] == "serve"), None)

    def routes(self):
        """The miners, as the gateway sees them."""
        with urllib.request.urlopen(self.gateway + "/v1/tributary/status", timeout=60) as answer:
            return json.load(answer)["routes"]

    def until(self, what, holds):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the market ended; see {self.log.name}"
            found = holds()
            if found:
                return found
            time.sleep(0.3)
        raise AssertionError(f"{what} did not come to be: {json.dumps(self.served())}")

    def run(self, *arguments):
        done = subprocess.run([BINARY, *arguments, "--endpoint", self.endpoint, "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *arguments):
        done = subprocess.run([BINARY, *arguments, "--endpoint", self.endpoint, "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0
        self.log.close()


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    market = Market(tmp_path_factory.mktemp("market"))
    try:
        market.until("the first sale", lambda: ((market.served() or {}).get("gateway") or {}).get("requests", 0) > 0)
        # Until validators pay the honest, the gateway cannot tell them from others.
        market.until("pay, as the gateway knows it", lambda: any(route["incentive"] > 0 for route in market.routes()))
        yield market
        market.stop()
    finally:
        market.process.kill()


class Customer:
    def __init__(self, market):
        opened = market.run("channel", "open", "5", "--gateway", market.gateway, "--key", "//Dave")
        assert opened["deposit_rao"] == DEPOSIT_RAO
        self.channel, self.netuid, self.payee = opened["channel"], opened["netuid"], opened["payee"]
        self.key = market.run("channel", "token", str(self.channel), "--key", "//Dave")["api_key"]
        wallet = [BINARY, "channel", "wallet", str(self.channel), "--gateway", market.gateway, "--key", "//Dave"]
        wallet += ["--endpoint", market.endpoint, "--state", str(market.folder / "records"), "--json"]
        self.wallet = subprocess.Popen(wallet, stdout=subprocess.PIPE, text=True)
        self.signed = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.client = OpenAI(api_key=self.key, base_url=market.gateway + "/v1", max_retries=0)
        self.cost_rao = 0

    def _read(self):
        for line in self.wallet.stdout:
            self.signed.put(json.loads(line))

    def count(self, usage):
        # The market's price: 0.1 TAO per 1000 tokens read, 0.5 TAO per 1000 made.
        thousandths = usage.prompt_tokens * 100_000_000 + usage.completion_tokens * 500_000_000
        self.cost_rao += -(-thousandths // 1000)


@pytest.fixture(scope="module")
def customer(market):
    customer = Customer(market)
    try:
        yield customer
    finally:
        customer.wallet.terminate()


def test_models(customer):
    models = customer.client.models.list().data
    assert models and models[0].id.startswith("tributary-")
    assert customer.client.models.retrieve(models[0].id).id == models[0].id
    with pytest.raises(NotFoundError):
        customer.client.models.retrieve("gpt-4")


def test_same_seed_same_text(customer):
    model = customer.client.models.list().data[0].id
    ask = dict(model=model, prompt="And it came to pass", max_tokens=40, temperature=0.8, seed=7)
    first = customer.client.completions.create(**ask)
    second = customer.client.completions.create(**ask)
    other = customer.client.completions.create(**{**ask, "seed": 8})
    for answer in (first, second, other):
        customer.count(answer.usage)
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (19, 40)
        assert answer.choices[0].finish_reason == "length"
    assert first.choices[0].text == second.choices[0].text != other.choices[0].text
    # A stop sequence ends it before.
    stop = first.choices[0].text[20]
    cut = customer.client.completions.create(**ask, stop=[stop])
    customer.count(cut.usage)
    assert cut.choices[0].finish_reason == "stop"
    assert cut.choices[0].text == first.choices[0].text.split(stop)[0]


def test_streaming(customer):
    model = customer.client.models.list().data[0].id
    ask = dict(model=model, prompt="In the beginning", max_tokens=50, temperature=0, seed=1)
    whole = customer.client.completions.create(**ask)
    customer.count(whole.usage)
    events = list(customer.client.completions.create(**ask, stream=True, stream_options={"include_usage": True}))
    customer.count(events[-1].usage)
    pieces = [event.choices[0].text for event in events if event.choices]
    assert len(pieces) > 3 and "".join(pieces) == whole.choices[0].text
    assert [event.choices[0].finish_reason for event in events if event.choices][-1] == "length"
    assert events[-1].usage.completion_tokens == 50 and not events[-1].choices


def test_errors_are_those_that_clients_know(market, customer):
    ask = dict(model="tributary", prompt="x", max_tokens=1)
    with pytest.raises(AuthenticationError):
        OpenAI(api_key="sk-none", base_url=market.gateway + "/v1", max_retries=0).completions.create(**ask)
    with pytest.raises(BadRequestError) as refused:
        customer.client.completions.create(**ask, logprobs=3)
    assert refused.value.param == "logprobs"
    with pytest.raises(NotFoundError):
        customer.client.completions.create(**{**ask, "model": "gpt-4"})
    with pytest.raises(APIStatusError) as uncovered:
        # 1000 tokens cost 0.5 TAO: what the gateway lends, and no more, and nobody signs ahead.
        customer.client.completions.create(**{**ask, "max_tokens": 1020})
    assert uncovered.value.status_code == 402


def test_the_payment_is_traced_to_the_rao(market, customer):
    with SubstrateInterface(url=market.endpoint, ss58_format=42, chain_name="Bittensor") as chain:
        trace(market, customer, chain)


def trace(market, customer, chain):
    # 1. Everything that was used is signed for.
    deadline = time.monotonic() + PATIENCE_S
    signed = 0
    while signed != customer.cost_rao and time.monotonic() < deadline:
        signed = customer.signed.get(timeout=PATIENCE_S)["signed"]
    assert signed == customer.cost_rao

    # 2. The gateway settles within 20 blocks, in one call or several.
    netuid = str(customer.netuid)

    def settled():
        channels = market.run("channel", "list", "--account", "//Dave")
        channel = next(channel for channel in channels if channel["channel"] == customer.channel)
        return channel["settled_rao"] == customer.cost_rao
    market.until("the settlement", settled)
    history = market.lines("tribute", "history", netuid, "--blocks", "100000")
    ours = [event for event in history if event["what"] == "Paid" and event["payer"] == PAYER.ss58_address]
    assert sum(event["amount_rao"] for event in ours) == customer.cost_rao
    terms = market.run("pact", "show", netuid)["pact"]["terms"]
    share_ppm = round(terms["revenue_share"] * 1_000_000)
    for event in ours:
        assert event["payee"] == customer.payee
        assert event["tribute_rao"] == event["amount_rao"] * share_ppm // 1_000_000

    # 3. In the block of each settlement: what leaves the payer, what reaches the payee, what enters the reservoir.
    for event in ours:
        block_hash = chain.get_block_hash(event["block"])
        before = chain.get_block_hash(event["block"] - 1)
        same_block = [other for other in history if other["block"] == event["block"]]
        paid_in = sum(other["tribute_rao"] for other in same_block if other["what"] == "Paid")
        released = sum(other["tao_rao"] for other in same_block if other["what"] == "Released")
        account = lambda who, at: value_of(chain.query("System", "Account", [who], block_hash=at))["data"]
        total = lambda who, at: account(who, at)["free"] + account(who, at)["reserved"]
        assert total(PAYER.ss58_address, before) - total(PAYER.ss58_address, block_hash) == event["amount_rao"]
        assert total(RESERVOIR, block_hash) - total(RESERVOIR, before) == paid_in - released
        to_payee = sum(
            value_of(record)["event"]["attributes"]["amount"]
            for record in chain.get_events(block_hash)
            if value_of(record)["event"]["module_id"] == "Balances"
            and value_of(record)["event"]["event_id"] in ("Transfer", "TransferOnHold")
            and money_to(value_of(record)["event"]["attributes"], PAYER.ss58_address, event["payee"])
        )
        assert to_payee == event["amount_rao"] - event["tribute_rao"]
        print(f"block {event['block']}: {event['amount_rao']} rao out of the channel, {event['tribute_rao']} tribute")

    # 4. The reservoir gives it out slowly: alpha is bought for it, and goes where the terms say.
    last = ours[-1]["block"]
    market.until(
        "a release after the settlement",
        lambda: [
            event
            for event in market.lines("tribute", "history", netuid, "--blocks", "200")
            if event["what"] == "Released" and event["block"] > last and event["tao_rao"] > 0
        ],
    )
    history = market.lines("tribute", "history", netuid, "--blocks", "100000")
    head = max(event["block"] for event in history)
    pact = market.run("pact", "show", netuid)["pact"]
    received = sum(event["tribute_rao"] for event in history if event["what"] == "Paid")
    released = [event for event in history if event["what"] == "Released"]
    assert terms["route"] == {"burn": 0.0, "holders": 1.0, "root": 0.0}
    for event in released:
        assert event["burned_alpha_rao"] == event["root_alpha_rao"] == 0
    # Received = released + waiting, to the rao and the billionth of an alpha (I1), as one block shows it.
    assert pact["from_payments_rao"] >= received
    assert pact["spent_rao"] + pact["reservoir_rao"] == pact["from_payments_rao"]
    came = pact["bought_alpha_rao"] + pact["pledged_alpha_rao"] + pact["forfeited_alpha_rao"]
    assert came == pact["to_holders_alpha_rao"] + pact["reservoir_alpha_rao"]
    assert sum(event["tao_rao"] for event in released) <= pact["spent_rao"]
    assert pact["to_holders_alpha_rao"] > 0 and pact["burned_alpha_rao"] == pact["to_root_alpha_rao"] == 0

    # 5. It reaches them as dividends of the epoch in whose block it was released.
    release = next(event for event in reversed(released) if event["holders_alpha_rao"] > 0)
    block_hash = chain.get_block_hash(release["block"])
    earned = {}
    for hotkey, alpha in chain.query_map(
        "SubtensorModule", "AlphaDividendsPerSubnet", [customer.netuid], block_hash=block_hash
    ):
        earned[value_of(hotkey)] = value_of(alpha)
    assert sum(earned.values()) >= release["holders_alpha_rao"], earned
    bought, paid = release["bought_alpha_rao"], release["holders_alpha_rao"]
    print(f"block {release['block']}: {release['tao_rao']} rao bought {bought} alpha rao, {paid} of them were paid")


def money_to(attributes, payer, payee):
    source = attributes.get("from", attributes.get("source"))
    target = attributes.get("to", attributes.get("dest"))
    return (source, target) == (payer, payee)


def test_the_documents_snippets(market, tmp_path):
    """README and the guide to payments, with the key of a channel of its own."""
    opened = market.run("channel", "open", "5", "--gateway", market.gateway, "--key", "//Eve")
    key = market.run("channel", "token", str(opened["channel"]), "--key", "//Eve")["api_key"]
    for place, text in blocks("openai"):
        stand_ins = {"trib-…": key, "http://127.0.0.1:8402": market.gateway}
        assert len(run([sys.executable, "-c"], place, text, tmp_path, stand_ins)) > 60
