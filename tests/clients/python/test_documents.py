"""The documents' snippets for async-substrate-interface."""

import sys

from conftest import ENDPOINT
from documents import blocks, run


def test_snippets(tmp_path):
    for place, text in blocks("python"):
        run([sys.executable, "-c"], place, text, tmp_path, {"ws://127.0.0.1:9944": ENDPOINT})
