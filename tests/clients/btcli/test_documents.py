"""The documents' btcli commands, in the shell, with a wallet folder where btcli looks for it."""

import json
import os
import shutil
import subprocess

import pytest
from conftest import ENDPOINT
from documents import blocks, run

TRIBUTARY = os.environ["TRIBUTARY_BIN"]


def tributary(*arguments):
    done = subprocess.run([TRIBUTARY, *arguments, "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def validator():
    """A validator of subnet 2, as `tributary up` has some."""
    numbers = [subnet["netuid"] for subnet in tributary("subnets")]
    for owner in ("Ferdie", "Eve", "Dave"):
        if 2 not in numbers:
            keys = ["--key", f"//{owner}", "--hotkey", f"//{owner}Owner"]
            numbers.append(tributary("register", "subnet", "--start", *keys)["netuid"])
    return tributary("metagraph", "2")[0]["hotkey"]


def test_commands(tmp_path, wallets, validator):
    shutil.copytree(wallets, tmp_path / ".bittensor/wallets")
    stand_ins = {"ws://127.0.0.1:9944": ENDPOINT, "VALIDATOR": validator}
    for place, text in blocks("btcli"):
        run(["bash", "-ec"], place, text, tmp_path, stand_ins)
