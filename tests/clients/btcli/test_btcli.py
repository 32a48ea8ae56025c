"""btcli as a user runs it: every command a process of its own, with a wallet folder and no answers to prompts.

The tests follow one story, from an empty chain to a subnet that pays, so they run in order.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENDPOINT, make_blocks

BTCLI = Path(sys.executable).with_name("btcli")
TIMEOUT_S = 120


@pytest.fixture(scope="session")
def btcli(wallets, tmp_path_factory):
    """Runs btcli; returns its standard output, as JSON if it was asked for."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        **os.environ,
        "HOME": str(home),
        "BTCLI_CONFIG_PATH": str(home / "config.yml"),
        "NO_CACHE": "1",
        "COLUMNS": "120",
        "TERM": "dumb",
    }

    def run(command, *options, wallet=None, json_output=True):
        arguments = [str(BTCLI), *command.split(), *map(str, options), "--network", ENDPOINT]
        if wallet:
            arguments += ["--wallet-path", str(wallets), "--wallet-name", wallet]
        wide = environment
        if json_output:
            arguments.append("--json-output")
            # btcli wraps JSON too at the width of the console, and within strings.
            wide = {**environment, "COLUMNS": "100000"}
        done = subprocess.run(
            arguments, env=wide, text=True, capture_output=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL
        )
        told = f"$ {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in told, told
        assert done.returncode == 0, told
        if not json_output:
            return done.stdout + done.stderr
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            pytest.fail(f"no JSON\n{told}")

    return run


def address(wallets, name, hotkey=False):
    file = wallets / name / ("hotkeys/defaultpub.txt" if hotkey else "coldkeypub.txt")
    return json.loads(file.read_text())["ss58Address"]


YES = ("--yes",)
PLAIN = ("--yes", "--no-mev-protection")


@pytest.fixture(scope="session")
def calm(btcli, wallets):
    """Subnets start with a pool of 1000 TAO from here on, as on the public network, so that prices stay calm."""
    from async_substrate_interface import SubstrateInterface
    from bittensor_wallet import Keypair

    with SubstrateInterface(url=ENDPOINT, ss58_format=42) as substrate:
        inner = substrate.compose_call("AdminUtils", "sudo_set_network_min_lock_cost", {"lock_cost": 1000 * 10**9})
        call = substrate.compose_call("Sudo", "sudo", {"call": inner})
        extrinsic = substrate.create_signed_extrinsic(call=call, keypair=Keypair.create_from_uri("//Alice"))
        assert substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True).is_success


@pytest.fixture(scope="session")
def netuid(btcli, calm):
    """A started subnet of Bob's, made by btcli."""
    made = btcli(
        "subnets create",
        *("--subnet-name", "rivers", "--repo", "https://github.com/example/rivers", "--description", "of words"),
        *("--subnet-contact", "a@example.com", "--subnet-url", "https://example.com", "--discord", "rivers"),
        *("--logo-url", "https://example.com/logo.png", "--additional-info", "none"),
        *("--hotkey", "default", *PLAIN),
        wallet="bob",
    )
    assert made["success"], made
    text = btcli("subnets start", "--netuid", made["netuid"], *YES, wallet="bob", json_output=False)
    assert "Successfully started" in text, text
    return made["netuid"]


def test_wallets(btcli, wallets):
    balances = btcli("wallet balance", wallet="alice")["balances"]
    assert balances["alice"]["coldkey"] == address(wallets, "alice")
    assert balances["alice"]["free"] > 900_000


def test_transfer(btcli, wallets):
    def free():
        return btcli("wallet balance", wallet="dave")["balances"]["dave"]["free"]

    before = free()
    sent = btcli("wallet transfer", "--dest", address(wallets, "dave"), "--amount", "2.5", *YES, wallet="alice")
    assert sent["success"] and sent["extrinsic_identifier"], sent
    assert free() == pytest.approx(before + 2.5, abs=1e-9)


def test_subnets_are_listed_and_shown(btcli, netuid):
    assert btcli("subnets burn-cost")["burn_cost"]["rao"] > 0
    assert btcli("subnets list")["subnets"][str(netuid)]["subnet_name"] == "rivers"
    shown = btcli("subnets show", "--netuid", netuid, "--mechid", 0, "--no-prompt")
    assert shown["netuid"] == netuid and len(shown["uids"]) == 1
    assert btcli("subnets price", "--netuids", netuid, "--current")[str(netuid)]["stats"]["current_price"] > 0
    assert btcli("subnets get-identity", "--netuid", netuid)["subnet_name"] == "rivers"
    assert btcli("subnets mechanisms count", "--netuid", netuid)["count"] == 1


def test_registration(btcli, netuid):
    for name in ("alice", "charlie"):
        done = btcli("subnets register", "--netuid", netuid, "--hotkey", "default", *YES, wallet=name)
        assert done["success"], done
    shown = btcli("subnets show", "--netuid", netuid, "--mechid", 0, "--no-prompt")
    assert len(shown["uids"]) == 3


def test_stake_is_added_listed_moved_and_removed(btcli, wallets, netuid):
    worker = address(wallets, "alice", hotkey=True)

    def staked(netuid=netuid):
        rows = btcli("stake list", *YES, wallet="alice")["stake_info"].get(worker, [])
        return {row["netuid"]: row["stake_value"] for row in rows}.get(netuid, 0)

    def stake(command, *options):
        return btcli(f"stake {command}", *options, *PLAIN, wallet="alice")

    own = ("--hotkey", "default")
    # Prices move with every block, and each command takes some.
    safe = ("--safe", "--tolerance", "0.5")
    added = stake("add", "--netuid", netuid, "--amount", "100", "--no-safe-staking", *own)
    assert added["staking_success"] == {str(netuid): {worker: True}}, added
    bought = staked()
    assert bought > 20
    added = stake("add", "--netuid", netuid, "--amount", "10", *safe, "--no-partial", *own)
    assert added["staking_success"] == {str(netuid): {worker: True}}, added
    assert staked() > bought

    there = ("--origin-netuid", netuid, "--dest-netuid", netuid, "--amount", "5")
    moved = stake("move", "--from", worker, "--to", address(wallets, "bob", hotkey=True), *there)
    assert moved["success"], moved
    given = stake("transfer", "--dest-ss58", address(wallets, "charlie"), *there, *own)
    assert given["success"], given
    swapped = stake("swap", "--origin-netuid", netuid, "--dest-netuid", 0, "--amount", "5", *safe, *own)
    assert swapped["success"], swapped
    assert staked(0) > 1

    before = staked()
    (removed,) = stake("remove", "--netuid", netuid, "--amount", "40", "--no-safe-staking", *own)
    assert removed["success"], removed
    # Dividends come in between.
    assert staked() < before - 10
    (removed,) = stake("remove", "--netuid", netuid, "--amount", "5", *safe, *own)
    assert removed["success"], removed


def test_axon(btcli, netuid):
    options = ("--netuid", netuid, "--ip", "8.8.4.4", "--port", "8091", "--hotkey", "default", "--no-prompt")
    text = btcli("axon set", *options, wallet="charlie", json_output=False)
    assert "Axon set successfully" in text, text


def test_overview_and_identity(btcli, netuid):
    overview = btcli("wallet overview", wallet="alice")
    assert netuid in [subnet["netuid"] for subnet in overview["subnets"]]
    words = ("--web-url", "--image-url", "--discord", "--description", "--additional", "--github")
    texts = [part for word in words for part in (word, "none")]
    done = btcli("wallet set-identity", "--id-name", "Alice", *texts, *YES, wallet="alice")
    assert done["success"] and done["identity"]["name"] == "Alice", done


def test_hyperparameters(btcli, netuid):
    def read():
        return {row["hyperparameter"]: row["value"] for row in btcli("sudo get", "--netuid", netuid)}

    before = read()
    assert before["tempo"] == 10 and before["immunity_period"] == 100
    done = btcli("sudo set", "--netuid", netuid, "--param", "immunity_period", "--value", 77, *YES, wallet="bob")
    assert done["success"], done
    assert read()["immunity_period"] == 77
    refused = btcli("sudo set", "--netuid", netuid, "--param", "immunity_period", "--value", 5, *YES, wallet="charlie")
    assert not refused["success"], refused


def test_root_and_take(btcli, netuid):
    done = btcli("subnets register", "--netuid", 0, "--hotkey", "default", *YES, wallet="alice")
    assert done["success"], done
    text = btcli("subnets show", "--netuid", 0, "--no-prompt", json_output=False)
    assert "Root Network" in text and "error" not in text.lower(), text
    take = btcli("sudo set-take", "--take", "0.1", "--hotkey", "default", wallet="alice")
    assert take["success"], take
    assert btcli("sudo get-take", "--hotkey", "default", wallet="alice")["current_take"] == pytest.approx(0.1, abs=1e-3)
    assert btcli("stake set-claim", "keep", *YES, wallet="alice")["success"]


def test_children(btcli, wallets, netuid):
    child = address(wallets, "charlie", hotkey=True)
    options = ("--children", child, "--proportions", "0.5", "--netuid", netuid, "--hotkey", "default")
    done = btcli("stake child set", *options, *YES, wallet="alice")
    assert done[str(netuid)]["success"], done
    take = btcli("stake child take", "--take", "0.1", "--netuid", netuid, "--hotkey", "default", *YES, wallet="charlie")
    assert take[str(netuid)]["success"], take


def test_proxy(btcli, wallets, netuid):
    delegate = address(wallets, "eve")
    done = btcli("proxy add", "--delegate", delegate, "--proxy-type", "Transfer", "--delay", 0, *YES, wallet="alice")
    assert done["success"], done
    sent = btcli(
        "wallet transfer",
        *("--dest", address(wallets, "dave"), "--amount", "1", "--proxy", address(wallets, "alice"), *YES),
        wallet="eve",
    )
    assert sent["success"], sent
    done = btcli("proxy remove", "--delegate", delegate, "--proxy-type", "Transfer", "--delay", 0, *YES, wallet="alice")
    assert done["success"], done


def test_coldkey_swap(btcli, wallets):
    """The whole procedure: announced, refused too early, executed after its delay (50 blocks on the fast network)."""
    from bittensor_wallet import Keypair

    new = Keypair.create_from_uri("//Eve//new").ss58_address
    swap = ("wallet swap-coldkey",)
    text = btcli(*swap, "announce", "--new-coldkey", new, *PLAIN, wallet="eve", json_output=False)
    assert "Successfully announced" in text, text
    text = btcli(*swap, "check", wallet="eve", json_output=False)
    assert "Pending" in text, text
    refused = btcli("wallet transfer", "--dest", new, "--amount", "1", *YES, wallet="eve")
    assert not refused["success"], refused
    make_blocks(51)
    text = btcli(*swap, "execute", "--new-coldkey", new, *PLAIN, wallet="eve", json_output=False)
    assert "Successfully executed" in text, text
    balances = btcli("wallet balance", "--ss58", new)["balances"]
    (moved,) = balances.values()
    assert moved["free"] > 1_900, balances
