"""The Bittensor SDK 10 (`bittensor`, synchronous class), as subnet code uses it.

The tests follow one story, from an empty chain to neurons that are paid, so they run in order.
"""

import bittensor
import pytest
from bittensor import Balance
from bittensor.utils.btlogging import logging
from bittensor.utils.weight_utils import convert_and_normalize_weights_and_uids
from bittensor_wallet import Wallet
from conftest import ENDPOINT, make_blocks

TAO = 10**9


@pytest.fixture(scope="session")
def subtensor():
    logging.set_warning()
    with bittensor.Subtensor(network=ENDPOINT) as connection:
        yield connection


@pytest.fixture(scope="session")
def wallet(wallets):
    def open_wallet(name):
        return Wallet(name=name, hotkey="default", path=str(wallets))

    return open_wallet


def succeeded(response):
    assert response.success, f"{response.message} {getattr(response, 'error', '')}"
    return response


def failed(response, *names):
    """The chain refused, and the client could say why."""
    assert not response.success, response
    text = f"{response.message} {response.error}"
    assert any(name in text for name in names), text
    return response


def sudo(subtensor, alice, function, **params):
    """Root sets something, by the sudo key."""
    inner = subtensor.substrate.compose_call("AdminUtils", function, params)
    call = subtensor.substrate.compose_call("Sudo", "sudo", {"call": inner})
    succeeded(subtensor.sign_and_send_extrinsic(call=call, wallet=alice))


@pytest.fixture(scope="session")
def netuid(subtensor, wallet):
    """A started subnet of Bob's. Its pool starts with 1000 TAO, as on the public network, so that prices stay calm."""
    sudo(subtensor, wallet("alice"), "sudo_set_network_min_lock_cost", lock_cost=1000 * TAO)
    before = subtensor.get_total_subnets()
    price = subtensor.get_subnet_burn_cost()
    funds = subtensor.get_balance(wallet("bob").coldkeypub.ss58_address)
    response = succeeded(subtensor.register_subnet(wallet("bob")))
    paid = funds - subtensor.get_balance(wallet("bob").coldkeypub.ss58_address)
    assert paid == price + response.extrinsic_fee
    assert subtensor.get_total_subnets() == before + 1
    made = max(subtensor.get_all_subnets_netuid())
    assert not subtensor.is_subnet_active(made)
    succeeded(subtensor.start_call(wallet("bob"), made))
    assert subtensor.is_subnet_active(made)
    assert subtensor.get_subnet_owner_hotkey(made) == wallet("bob").hotkey.ss58_address
    return made


def test_connection(subtensor):
    assert subtensor.get_existential_deposit() == Balance.from_rao(500)
    first = subtensor.get_current_block()
    make_blocks(2)
    subtensor.wait_for_block(first + 2)
    assert subtensor.get_current_block() >= first + 2
    assert subtensor.get_block_info(first + 1).number == first + 1
    assert subtensor.get_timestamp(first + 1) < subtensor.get_timestamp(first + 2)


def test_transfer_to_the_rao(subtensor, wallet):
    alice, dave = wallet("alice"), wallet("dave")
    source, target = alice.coldkeypub.ss58_address, dave.coldkeypub.ss58_address
    before, there = subtensor.get_balance(source), subtensor.get_balance(target)
    amount = Balance.from_tao(2.5)
    announced = subtensor.get_transfer_fee(alice, target, amount)
    response = succeeded(subtensor.transfer(alice, target, amount))
    assert subtensor.get_balance(target) == there + amount
    assert subtensor.get_balance(source) == before - amount - response.extrinsic_fee
    # The announcement is for an immortal transaction, one byte and so at least one rao less than this one.
    assert 0 < announced.rao <= response.extrinsic_fee.rao


def test_reads_of_subnets(subtensor, netuid):
    subnet = subtensor.subnet(netuid)
    assert subnet.netuid == netuid and subnet.tao_in.rao > 0 and subnet.price.tao > 0
    assert any(other.netuid == netuid for other in subtensor.all_subnets())
    assert any(info.netuid == netuid for info in subtensor.get_all_subnets_info())
    assert subtensor.get_subnet_info(netuid).netuid == netuid
    block = subtensor.get_current_block()
    price = subtensor.subnet(netuid, block=block).price.tao
    assert subtensor.get_subnet_price(netuid, block=block).tao == pytest.approx(price, rel=1e-6)
    assert subtensor.get_subnet_prices(block=block)[netuid].tao == pytest.approx(price, rel=1e-6)
    hyperparameters = subtensor.get_subnet_hyperparameters(netuid)
    assert hyperparameters.tempo == subtensor.tempo(netuid) == 10
    assert subtensor.blocks_until_next_epoch(netuid) is not None
    assert subtensor.get_next_epoch_start_block(netuid) > 0
    assert not subtensor.is_in_admin_freeze_window(netuid)
    assert subtensor.is_fast_blocks()
    assert subtensor.immunity_period(netuid) == 100
    assert subtensor.min_allowed_weights(netuid) == 1
    assert subtensor.max_weight_limit(netuid) == 1.0
    assert len(subtensor.get_all_metagraphs_info()) == subtensor.get_total_subnets()
    assert subtensor.get_all_ema_tao_inflow() is not None


def test_registration(subtensor, wallet, netuid):
    for name in ("alice", "charlie"):
        assert not subtensor.is_hotkey_registered(wallet(name).hotkey.ss58_address, netuid)
        price = subtensor.recycle(netuid)
        assert price.rao > 0
        succeeded(subtensor.burned_register(wallet(name), netuid))
        assert subtensor.is_hotkey_registered(wallet(name).hotkey.ss58_address, netuid)
    assert subtensor.subnetwork_n(netuid) == 3
    uid = subtensor.get_uid_for_hotkey_on_subnet(wallet("charlie").hotkey.ss58_address, netuid)
    assert subtensor.neuron_for_uid(uid, netuid).hotkey == wallet("charlie").hotkey.ss58_address
    assert subtensor.get_hotkey_owner(wallet("charlie").hotkey.ss58_address) == wallet("charlie").coldkeypub.ss58_address
    assert subtensor.get_netuids_for_hotkey(wallet("charlie").hotkey.ss58_address) == [netuid]
    assert subtensor.does_hotkey_exist(wallet("alice").hotkey.ss58_address)


def test_stake(subtensor, wallet, netuid):
    alice, bob, charlie = wallet("alice"), wallet("bob"), wallet("charlie")
    cold, hot = alice.coldkeypub.ss58_address, alice.hotkey.ss58_address

    def stake(hotkey=hot, coldkey=cold, subnet=netuid):
        return subtensor.get_stake(coldkey, hotkey, subnet)

    assert stake().rao == 0
    succeeded(subtensor.add_stake(alice, netuid, hot, Balance.from_tao(50)))
    bought = stake()
    assert bought.rao > 0
    succeeded(subtensor.add_stake(alice, netuid, hot, Balance.from_tao(5), safe_staking=True, rate_tolerance=0.5))
    assert stake() > bought
    failed(
        subtensor.add_stake(alice, netuid, hot, Balance.from_tao(5000), safe_staking=True, rate_tolerance=0.0001),
        "Slippage",
        "Price",
    )
    # Dividends may come in between, so what is unstaked is seen on the balance.
    before = subtensor.get_balance(cold)
    succeeded(subtensor.unstake(alice, netuid, hot, Balance.from_tao(5).set_unit(netuid)))
    assert subtensor.get_balance(cold) > before
    succeeded(
        subtensor.move_stake(
            alice, netuid, hot, netuid, bob.hotkey.ss58_address, Balance.from_tao(3).set_unit(netuid)
        )
    )
    assert stake(bob.hotkey.ss58_address).rao >= 3 * TAO - 1
    # The receiver of moved and given stake is another account of the same hotkey.
    succeeded(
        subtensor.transfer_stake(
            alice, charlie.coldkeypub.ss58_address, hot, netuid, netuid, Balance.from_tao(2).set_unit(netuid)
        )
    )
    assert stake(coldkey=charlie.coldkeypub.ss58_address).rao >= 2 * TAO - 1
    least = stake()
    held = {(info.netuid, info.hotkey_ss58): info.stake for info in subtensor.get_stake_info_for_coldkey(cold)}
    assert least <= held[(netuid, hot)] <= stake()
    assert subtensor.get_stake_for_hotkey(hot, netuid) > least
    assert subtensor.get_stake_add_fee(Balance.from_tao(1), netuid).rao > 0
    assert subtensor.sim_swap(0, netuid, Balance.from_tao(1)).alpha_amount.rao > 0
    succeeded(
        subtensor.add_stake_multiple(alice, [netuid, 0], [hot, hot], [Balance.from_tao(1), Balance.from_tao(1)])
    )
    succeeded(subtensor.unstake_all(wallet("charlie"), netuid, hot))
    # Dividends may have come in between.
    assert stake(coldkey=charlie.coldkeypub.ss58_address).rao < TAO // 100
    succeeded(subtensor.swap_stake(alice, hot, netuid, 0, Balance.from_tao(1).set_unit(netuid)))
    assert stake(subnet=0).rao > TAO


def test_axon_and_metagraph(subtensor, wallet, netuid):
    charlie = wallet("charlie")
    axon = bittensor.Axon(wallet=charlie, port=8091, ip="127.0.0.1", external_ip="8.8.4.4", external_port=8091)
    succeeded(subtensor.serve_axon(netuid, axon))
    metagraph = subtensor.metagraph(netuid)
    assert int(metagraph.n) == 3
    uid = subtensor.get_uid_for_hotkey_on_subnet(charlie.hotkey.ss58_address, netuid)
    assert metagraph.axons[uid].ip == "8.8.4.4" and metagraph.axons[uid].port == 8091
    assert metagraph.hotkeys[uid] == charlie.hotkey.ss58_address
    full = subtensor.metagraph(netuid, lite=False)
    assert full.W.shape == (3, 3)
    assert len(subtensor.neurons(netuid)) == len(subtensor.neurons_lite(netuid)) == 3
    assert subtensor.get_metagraph_info(netuid).num_uids == 3


def test_weights_are_set_and_pay(subtensor, wallet, netuid):
    alice, charlie = wallet("alice"), wallet("charlie")
    # An epoch gives Alice, who has stake, the permit of a validator.
    make_blocks(12)
    validator = subtensor.get_uid_for_hotkey_on_subnet(alice.hotkey.ss58_address, netuid)
    miner = subtensor.get_uid_for_hotkey_on_subnet(charlie.hotkey.ss58_address, netuid)
    assert subtensor.get_subnet_validator_permits(netuid)[validator]
    failed(subtensor.set_weights(charlie, netuid, [validator], [1.0], max_attempts=1), "Custom error: 100")
    succeeded(subtensor.set_weights(alice, netuid, [miner], [1.0]))
    assert dict(subtensor.weights(netuid))[validator] == [(miner, 65535)]
    make_blocks(22)
    neuron = subtensor.neuron_for_uid(miner, netuid)
    assert neuron.incentive == 1.0 and neuron.emission > 0
    assert subtensor.bonds(netuid)
    assert subtensor.get_stake_for_hotkey(charlie.hotkey.ss58_address, netuid).rao > 0


def next_epoch(subtensor, netuid):
    """Waits until an epoch has just begun."""
    make_blocks(subtensor.tempo(netuid) - (subtensor.blocks_since_last_step(netuid) or 0) + 1)


def test_hash_commits_are_revealed(subtensor, wallet, netuid):
    alice, charlie = wallet("alice"), wallet("charlie")
    sudo(subtensor, alice, "sudo_set_commit_reveal_weights_enabled", netuid=netuid, enabled=True)
    assert subtensor.commit_reveal_enabled(netuid)
    # The reveal normalises once more, so the commit must be of normalised weights.
    uids, weights = convert_and_normalize_weights_and_uids([0, 2], [0.4, 1.0])
    salt = [17, 4, 2, 9]
    waits = {"wait_for_inclusion": True, "wait_for_finalization": True}
    # Commit and early reveal must lie in one epoch: begin with a new one.
    next_epoch(subtensor, netuid)
    succeeded(subtensor.commit_weights(alice, netuid, salt, uids, weights, **waits))
    early = subtensor.reveal_weights(alice, netuid, uids, weights, salt, max_attempts=1, **waits)
    failed(early, "Custom error: 17")
    assert subtensor.get_subnet_reveal_period_epochs(netuid) == 1
    next_epoch(subtensor, netuid)
    succeeded(subtensor.reveal_weights(alice, netuid, uids, weights, salt, **waits))
    validator = subtensor.get_uid_for_hotkey_on_subnet(alice.hotkey.ss58_address, netuid)
    assert dict(subtensor.weights(netuid))[validator] == list(zip(uids, weights))
    sudo(subtensor, alice, "sudo_set_commit_reveal_weights_enabled", netuid=netuid, enabled=False)


def test_hyperparameters(subtensor, wallet, netuid):
    sudo(subtensor, wallet("alice"), "sudo_set_tempo", netuid=netuid, tempo=12)
    assert subtensor.tempo(netuid) == 12
    call = subtensor.substrate.compose_call(
        "AdminUtils", "sudo_set_immunity_period", {"netuid": netuid, "immunity_period": 77}
    )
    succeeded(subtensor.sign_and_send_extrinsic(call=call, wallet=wallet("bob")))
    assert subtensor.immunity_period(netuid) == 77
    call = subtensor.substrate.compose_call(
        "AdminUtils", "sudo_set_immunity_period", {"netuid": netuid, "immunity_period": 78}
    )
    failed(subtensor.sign_and_send_extrinsic(call=call, wallet=wallet("charlie")), "BadOrigin", "Bad origin")


def test_delegates_and_root(subtensor, wallet, netuid):
    alice = wallet("alice")
    hot = alice.hotkey.ss58_address
    succeeded(subtensor.root_register(alice))
    assert subtensor.is_hotkey_registered(hot, 0)
    assert subtensor.is_hotkey_delegate(hot)
    assert subtensor.get_delegate_take(hot) == pytest.approx(0.18, abs=1e-4)
    succeeded(subtensor.set_delegate_take(alice, hot, 0.1))
    assert subtensor.get_delegate_take(hot) == pytest.approx(0.1, abs=1e-4)
    failed(subtensor.set_delegate_take(alice, hot, 0.5), "DelegateTakeTooHigh")
    failed(subtensor.set_delegate_take(wallet("bob"), hot, 0.05), "NonAssociatedColdKey")
    assert subtensor.get_delegate_by_hotkey(hot).owner_ss58 == alice.coldkeypub.ss58_address
    assert any(delegate.hotkey_ss58 == hot for delegate in subtensor.get_delegates())
    assert subtensor.get_delegated(alice.coldkeypub.ss58_address)
    succeeded(subtensor.set_root_claim_type(alice, "Keep"))
    assert subtensor.get_root_claim_type(alice.coldkeypub.ss58_address) == "Keep"


def test_commitments_children_identity(subtensor, wallet, netuid):
    alice, bob, charlie = wallet("alice"), wallet("bob"), wallet("charlie")
    succeeded(subtensor.set_commitment(charlie, netuid, "https://example.invalid/model"))
    uid = subtensor.get_uid_for_hotkey_on_subnet(charlie.hotkey.ss58_address, netuid)
    assert subtensor.get_commitment(netuid, uid) == "https://example.invalid/model"
    assert charlie.hotkey.ss58_address in subtensor.get_all_commitments(netuid)
    succeeded(subtensor.set_children(alice, netuid, alice.hotkey.ss58_address, [(0.5, charlie.hotkey.ss58_address)]))
    pending, _ = subtensor.get_children_pending(alice.hotkey.ss58_address, netuid)
    assert pending == [(0.5, charlie.hotkey.ss58_address)]
    succeeded(subtensor.set_auto_stake(charlie, netuid, alice.hotkey.ss58_address))
    assert subtensor.get_auto_stakes(charlie.coldkeypub.ss58_address)[netuid] == alice.hotkey.ss58_address
    identity = bittensor.SubnetIdentity(
        subnet_name="rivers",
        github_repo="",
        subnet_contact="",
        subnet_url="",
        logo_url="",
        discord="",
        description="",
        additional="",
    )
    succeeded(subtensor.set_subnet_identity(bob, netuid, identity))
    assert subtensor.subnet(netuid).subnet_identity.subnet_name == "rivers"


def test_proxy_and_batch(subtensor, wallet):
    alice, eve = wallet("alice"), wallet("eve")
    target = wallet("dave").coldkeypub.ss58_address
    succeeded(subtensor.add_proxy(alice, eve.coldkeypub.ss58_address, "Transfer", 0))
    before = subtensor.get_balance(target)
    call = subtensor.substrate.compose_call(
        "Balances", "transfer_keep_alive", {"dest": target, "value": 3 * TAO}
    )
    succeeded(subtensor.proxy(eve, alice.coldkeypub.ss58_address, "Transfer", call))
    assert subtensor.get_balance(target) == before + Balance.from_tao(3)
    batch = subtensor.substrate.compose_call("Utility", "batch_all", {"calls": [call, call]})
    succeeded(subtensor.sign_and_send_extrinsic(call=batch, wallet=alice))
    assert subtensor.get_balance(target) == before + Balance.from_tao(9)
    succeeded(subtensor.remove_proxies(alice))
