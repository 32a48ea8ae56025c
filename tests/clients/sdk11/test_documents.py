"""The documents' snippets for the Bittensor SDK 11, one after the other in one process, as in a notebook."""

import sys

from conftest import ENDPOINT
from documents import blocks, run

# What the snippets take for granted: wallets, an address to pay, a hotkey to register.
GIVEN = """
import bittensor
wallet = bittensor.Wallet("alice", "default", path="{wallets}")
alice = wallet
address = bittensor.Wallet("bob", "default", path="{wallets}").coldkeypub.ss58_address
hotkey = bittensor.Wallet("eve", "default", path="{wallets}").hotkeypub.ss58_address
"""


def test_snippets(tmp_path, wallets):
    found = blocks("sdk11")
    text = GIVEN.format(wallets=wallets) + "\n".join(text for _, text in found)
    run([sys.executable, "-c"], found[0][0], text, tmp_path, {"ws://127.0.0.1:9944": ENDPOINT})
