"""The documents' snippets for the Bittensor SDK 10, one after the other in one process, as in a notebook."""

import sys

from conftest import ENDPOINT
from documents import blocks, run


def test_snippets(tmp_path):
    found = blocks("sdk10")
    text = "\n".join(text for _, text in found)
    run([sys.executable, "-c"], found[0][0], text, tmp_path, {"ws://127.0.0.1:9944": ENDPOINT})
