"""What the suites share: the endpoint, wallets with the development keys, and making blocks."""

import json
import os
import urllib.request

import pytest

ENDPOINT = os.environ.get("TRIBUTARY_ENDPOINT", "ws://127.0.0.1:9944")


def rpc(method, *params):
    """One JSON-RPC request over HTTP, without any client library."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
    url = ENDPOINT.replace("ws://", "http://", 1)
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert "error" not in answer, answer
    return answer["result"]


def height():
    return int(rpc("chain_getHeader")["number"], 16)


def make_blocks(count):
    """Makes `count` blocks. The chain makes others only for transactions."""
    before = height()
    assert rpc("dev_advance", count)["number"] == before + count == height()


@pytest.fixture(scope="session")
def wallets(tmp_path_factory):
    """A folder of wallets in the standard layout: the development accounts, each with a hotkey `default`."""
    try:
        from bittensor_wallet import Keyfile, Keypair
    except ImportError:  # The SDK 11 brings its own.
        from bittensor.keyfiles import Keyfile, Keypair

    folder = tmp_path_factory.mktemp("wallets")
    for name in ("Alice", "Bob", "Charlie", "Dave", "Eve"):
        keys = {
            "coldkey": f"//{name}",
            "coldkeypub.txt": f"//{name}",
            "hotkeys/default": f"//{name}//worker",
            "hotkeys/defaultpub.txt": f"//{name}//worker",
        }
        for file, uri in keys.items():
            path = folder / name.lower() / file
            path.parent.mkdir(parents=True, exist_ok=True)
            Keyfile(str(path), file).set_keypair(Keypair.create_from_uri(uri), encrypt=False, overwrite=True)
    return folder
