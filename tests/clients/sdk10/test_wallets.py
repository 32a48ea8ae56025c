"""The network's own library of wallets (`bittensor_wallet`), against wallets that the program makes."""

import json
import os
import subprocess

import pytest
from bittensor_wallet import Wallet

PROGRAM = os.environ["TRIBUTARY_BIN"]


def made(folder, *more, password=None):
    environment = dict(os.environ, **({"BT_WALLET_PASSWORD": password} if password else {}))
    command = [PROGRAM, "wallet", "new", "alice", "--hotkey", "worker", "--wallet-path", str(folder), "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return Wallet(name="alice", hotkey="worker", path=str(folder)), json.loads(done.stdout)


def test_the_library_opens_an_open_wallet(tmp_path):
    wallet, told = made(tmp_path, "--no-password")
    assert wallet.coldkeypub.ss58_address == wallet.coldkey.ss58_address
    assert wallet.coldkey.ss58_address in json.dumps(told)
    assert wallet.hotkey.ss58_address in json.dumps(told)


def test_the_library_opens_a_sealed_wallet_with_its_password_only(tmp_path):
    wallet, told = made(tmp_path, password="correct horse battery")
    assert wallet.coldkey_file.is_encrypted()
    coldkey = wallet.coldkey_file.get_keypair(password="correct horse battery")
    assert coldkey.ss58_address == wallet.coldkeypub.ss58_address
    assert coldkey.ss58_address in json.dumps(told)
    assert coldkey.verify(b"data", coldkey.sign(b"data"))
    with pytest.raises(Exception):
        wallet.coldkey_file.get_keypair(password="wrong horse battery")
