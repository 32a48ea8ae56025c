"""async-substrate-interface against a running chain, in its synchronous and its asynchronous form.

Connects, reads metadata and balances, and makes a signed transfer that is included. The endpoint comes
from TRIBUTARY_ENDPOINT.
"""

import asyncio
import os

import pytest
from async_substrate_interface import AsyncSubstrateInterface, SubstrateInterface
from async_substrate_interface.errors import SubstrateRequestException
from bittensor_wallet import Keypair

ENDPOINT = os.environ.get("TRIBUTARY_ENDPOINT", "ws://127.0.0.1:9944")
ALICE = Keypair.create_from_uri("//Alice")
BOB = Keypair.create_from_uri("//Bob")
AMOUNT_RAO = 987_654_321


@pytest.fixture(scope="module")
def substrate():
    with SubstrateInterface(url=ENDPOINT, ss58_format=42, chain_name="Bittensor") as connection:
        yield connection


def value_of(result):
    return getattr(result, "value", result)


def free(substrate, keypair, block_hash=None):
    return value_of(substrate.query("System", "Account", [keypair.ss58_address], block_hash=block_hash))["data"]["free"]


def fee_of(receipt):
    for record in receipt.triggered_events:
        event = value_of(record)["event"]
        if (event["module_id"], event["event_id"]) == ("TransactionPayment", "TransactionFeePaid"):
            return event["attributes"]["actual_fee"]
    raise AssertionError("no TransactionFeePaid in the receipt")


def test_identity_and_constants(substrate):
    assert substrate.get_block_runtime_info(substrate.get_chain_head())["specName"] == "node-subtensor"
    assert value_of(substrate.get_constant("Balances", "ExistentialDeposit")) == 500
    assert value_of(substrate.get_constant("System", "SS58Prefix")) == 42


def test_transfer_is_included_to_the_rao(substrate):
    alice, bob = free(substrate, ALICE), free(substrate, BOB)
    call = substrate.compose_call(
        call_module="Balances",
        call_function="transfer_keep_alive",
        call_params={"dest": BOB.ss58_address, "value": AMOUNT_RAO},
    )
    extrinsic = substrate.create_signed_extrinsic(call=call, keypair=ALICE, era={"period": 128})
    receipt = substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True, wait_for_finalization=True)
    assert receipt.is_success, receipt.error_message
    assert free(substrate, BOB) == bob + AMOUNT_RAO
    assert free(substrate, ALICE) == alice - AMOUNT_RAO - fee_of(receipt)
    # The state of the block before is still there.
    parent = substrate.get_block_header(block_hash=receipt.block_hash)["header"]["parentHash"]
    assert free(substrate, BOB, block_hash=parent) == bob


def test_fee_preview(substrate):
    call = substrate.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": AMOUNT_RAO})
    assert substrate.get_payment_info(call, ALICE)["partial_fee"] > 0


def test_failure_has_a_name(substrate):
    call = substrate.compose_call("SubtensorModule", "start_call", {"netuid": 65_000})
    extrinsic = substrate.create_signed_extrinsic(call=call, keypair=ALICE, era={"period": 128})
    try:
        receipt = substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True)
    except SubstrateRequestException as rejected:
        assert "Custom error" in str(rejected) or "Invalid" in str(rejected)
    else:
        assert not receipt.is_success
        assert receipt.error_message["name"] not in (None, "", "UnknownError")


def test_runtime_api_and_maps(substrate):
    subnets = value_of(substrate.runtime_call("SubnetInfoRuntimeApi", "get_all_dynamic_info"))
    assert len(subnets) >= 1
    added = [value_of(netuid) for netuid, exists in substrate.query_map("SubtensorModule", "NetworksAdded") if value_of(exists)]
    assert 0 in added


def test_asynchronous_client():
    async def run():
        async with AsyncSubstrateInterface(url=ENDPOINT, ss58_format=42, chain_name="Bittensor") as substrate:
            before = (await substrate.query("System", "Account", [BOB.ss58_address]))
            before = value_of(before)["data"]["free"]
            call = await substrate.compose_call(
                call_module="Balances",
                call_function="transfer_keep_alive",
                call_params={"dest": BOB.ss58_address, "value": AMOUNT_RAO},
            )
            extrinsic = await substrate.create_signed_extrinsic(call=call, keypair=ALICE, era={"period": 64})
            receipt = await substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True)
            assert await receipt.is_success, await receipt.error_message
            after = value_of(await substrate.query("System", "Account", [BOB.ss58_address]))["data"]["free"]
            assert after == before + AMOUNT_RAO

    asyncio.run(run())
