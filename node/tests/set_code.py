#!/usr/bin/env python3
"""Replaces the runtime of a development chain by sudo, whose key is //Alice's: set_code.py URL WASM.

Needs async-substrate-interface. The code is stored as given: compressed code fits a transaction, plain code may not.
"""

import sys
from pathlib import Path

from async_substrate_interface.sync_substrate import SubstrateInterface
from bittensor_wallet import Keypair

url, wasm = sys.argv[1:]
with SubstrateInterface(url) as chain:
    code = "0x" + Path(wasm).read_bytes().hex()
    call = chain.compose_call("System", "set_code", {"code": code})
    weight = {"ref_time": 10**12, "proof_size": 0}
    call = chain.compose_call("Sudo", "sudo_unchecked_weight", {"call": call, "weight": weight})
    signed = chain.create_signed_extrinsic(call, Keypair.create_from_uri("//Alice"))
    receipt = chain.submit_extrinsic(signed, wait_for_inclusion=True)
    if not receipt.is_success:
        sys.exit(f"refused: {receipt.error_message}")
    print(receipt.block_hash)
