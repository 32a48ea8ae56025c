"""The Bittensor SDK 11 (`bittensor`, blocking form): reads, and intents that are planned, signed and submitted.

What it asks of parts that this chain does not have (baskets, locks, collateral) is left out. The tests follow one story,
so they run in order.
"""

import bittensor as bt
import pytest
from conftest import ENDPOINT, make_blocks

TAO = 10**9


@pytest.fixture(scope="session")
def chain():
    subtensor = bt.Subtensor(ENDPOINT, fallback_endpoints=[], archive_endpoints=[])
    yield subtensor
    subtensor.close()


@pytest.fixture(scope="session")
def wallet(wallets):
    return lambda name: bt.Wallet(name, "default", path=str(wallets))


def address(wallet):
    return wallet.coldkeypub.ss58_address


def hot(wallet):
    return wallet.hotkeypub.ss58_address


@pytest.fixture(scope="session")
def execute(chain):
    """Builds an intent by name, submits it, and wants it to succeed."""

    def run(wallet, operation, **arguments):
        result = chain.execute_tool(operation, arguments, wallet)
        assert result.success, f"{operation}: {result.message} {result.error}"
        return result

    return run


@pytest.fixture(scope="session")
def netuid(chain, wallet, execute):
    """A started subnet of Bob's. Its pool starts with 1000 TAO, as on the public network, so that prices stay calm."""
    inner = chain.compose(bt.calls.AdminUtils.sudo_set_network_min_lock_cost(lock_cost=1000 * TAO))
    assert chain.submit_call(bt.calls.Sudo.sudo(call=inner), wallet("alice")).success
    before = {subnet.netuid for subnet in chain.read("subnets")}
    assert chain.read("subnet_registration_cost").rao > 0
    execute(wallet("bob"), "register_subnet")
    (made,) = {subnet.netuid for subnet in chain.read("subnets")} - before
    execute(wallet("bob"), "start_call", netuid=made)
    return made


def test_connection(chain):
    first = chain.block
    make_blocks(2)
    assert chain.block > first
    assert chain.read("existential_deposit").rao == 500
    assert chain.read("is_fast_blocks")
    assert chain.read("block_info", block=first)["number"] == first


def test_transfer_to_the_rao(chain, wallet, execute):
    alice, dave = address(wallet("alice")), address(wallet("dave"))
    before, there = chain.balances.get(alice), chain.balances.get(dave)
    result = execute(wallet("alice"), "transfer", dest_ss58=dave, amount_tao=2.5)
    assert chain.balances.get(dave).rao == there.rao + 5 * TAO // 2
    assert chain.balances.get(alice).rao == before.rao - 5 * TAO // 2 - result.fee.rao


def test_a_plan_previews_the_fee(chain, wallet):
    plan = chain.plan(bt.Transfer(dest_ss58=address(wallet("dave")), amount_tao=1), wallet("alice"))
    assert plan.fee.rao > 0


def test_reads_of_subnets(chain, netuid):
    subnet = chain.read("subnet", netuid=netuid)
    assert subnet.netuid == netuid
    assert chain.read("alpha_price", netuid=netuid)["price_rao"] > 0
    assert netuid in chain.read("alpha_prices")
    hyperparameters = chain.read("subnet_hyperparameters", netuid=netuid)
    assert int(hyperparameters["tempo"]) == 10
    assert chain.read("epoch_status", netuid=netuid)
    assert chain.read("next_epoch_start_block", netuid=netuid) > 0
    assert chain.read("immunity_period", netuid=netuid) == 100
    assert not chain.read("commit_reveal_enabled", netuid=netuid)
    assert chain.read("quote_stake", netuid=netuid, amount_tao=1)
    assert chain.read("subnet_names") is not None


def test_registration_and_stake(chain, wallet, execute, netuid):
    alice, charlie = wallet("alice"), wallet("charlie")
    for joining in (alice, charlie):
        # The SDK's own intent goes through the MEV shield, which this chain has not.
        call = bt.calls.SubtensorModule.burned_register(netuid=netuid, hotkey=hot(joining))
        assert chain.submit_call(call, joining).success
    assert chain.read("uid", netuid=netuid, hotkey_ss58=hot(charlie)) == 2
    assert chain.read("hotkey_owner", hotkey_ss58=hot(charlie)) == address(charlie)

    def stake(netuid=netuid, hotkey=hot(alice), coldkey=address(alice)):
        return chain.read("stake", coldkey_ss58=coldkey, hotkey_ss58=hotkey, netuid=netuid).rao

    execute(alice, "add_stake", hotkey_ss58=hot(alice), netuid=netuid, amount_tao=50, rate_tolerance=0.5)
    bought = stake()
    assert bought > 0
    execute(alice, "remove_stake", hotkey_ss58=hot(alice), netuid=netuid, amount_alpha=30, rate_tolerance=0.5)
    # Dividends may come in between.
    assert bought - 30 * TAO <= stake() < bought - 10 * TAO
    execute(
        alice,
        "move_stake",
        origin_hotkey_ss58=hot(alice),
        origin_netuid=netuid,
        dest_hotkey_ss58=hot(charlie),
        dest_netuid=netuid,
        amount_alpha=3,
        rate_tolerance=0.5,
    )
    assert stake(hotkey=hot(charlie)) > 2 * TAO
    execute(alice, "swap_stake", hotkey_ss58=hot(alice), origin_netuid=netuid, dest_netuid=0, amount_alpha=1, rate_tolerance=0.5)
    assert stake(netuid=0) > 0
    positions = chain.read("stake_for_coldkey", coldkey_ss58=address(alice))
    assert {position.netuid for position in positions} >= {0, netuid}


def test_axon_and_metagraph(chain, wallet, execute, netuid):
    charlie = wallet("charlie")
    execute(charlie, "serve_axon", netuid=netuid, ip="8.8.4.4", port=8091)
    metagraph = chain.read("metagraph", netuid=netuid)
    assert metagraph["num_uids"] == 3
    assert metagraph["hotkeys"][2] == hot(charlie)
    assert len(chain.read("neurons", netuid=netuid)) == 3


def test_weights(chain, wallet, execute, netuid):
    make_blocks(12)
    execute(wallet("alice"), "set_weights", netuid=netuid, uids=[2], weights=[1.0])
    assert chain.read("weights", netuid=netuid)
    make_blocks(22)
    metagraph = chain.read("metagraph", netuid=netuid)
    assert metagraph["incentives"][2] == max(metagraph["incentives"]) > 0, metagraph["incentives"]


def test_owner_sets_hyperparameters(chain, wallet, execute, netuid):
    execute(wallet("bob"), "set_hyperparameter", netuid=netuid, name="immunity_period", value=77)
    assert chain.read("immunity_period", netuid=netuid) == 77


def test_root_and_delegates(chain, wallet, execute, netuid):
    alice = wallet("alice")
    execute(alice, "root_register")
    execute(alice, "set_take", take=0.1)
    assert chain.read("delegate_take", hotkey_ss58=hot(alice))["take"] == pytest.approx(0.1, abs=1e-3)
    assert chain.read("is_delegate", hotkey_ss58=hot(alice))
    assert chain.read("delegates")


def test_a_failure_has_a_name(chain, wallet, netuid):
    result = chain.execute_tool("start_call", {"netuid": netuid}, wallet("charlie"))
    assert not result.success
    assert result.error.name in ("NotSubnetOwner", "FirstEmissionBlockNumberAlreadySet"), result
