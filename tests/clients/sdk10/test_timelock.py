"""The library with which the network's clients seal and open (`bittensor_drand`), against the program's sealed files."""

import os
import subprocess

import bittensor_drand
import pytest

PROGRAM = os.environ["TRIBUTARY_BIN"]
# Round 1000 of drand's quicknet, which is out since 24 August 2023.
ROUND = 1000
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"


def run(*arguments):
    return subprocess.run([PROGRAM, "artifact", *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_the_library_opens_what_the_program_sealed(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "content").write_bytes(content)
    out = tmp_path / "sealed"
    sealed = run("seal", str(tmp_path / "content"), "--out", str(out), "--round", str(ROUND))
    assert sealed.returncode == 0, sealed.stderr
    assert bittensor_drand.decrypt_with_signature(out.read_bytes(), SIGNATURE) == content


@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_the_program_opens_what_the_library_sealed(tmp_path, size):
    content = os.urandom(size)
    sealed, target = bittensor_drand.encrypt_at_round(content, ROUND)
    assert target == ROUND
    (tmp_path / "sealed").write_bytes(bytes(sealed))
    out = tmp_path / "content"
    opened = run("open", str(tmp_path / "sealed"), "--out", str(out), "--signature", SIGNATURE)
    assert opened.returncode == 0, opened.stderr
    assert out.read_bytes() == content
    other = run("open", str(tmp_path / "sealed"), "--out", str(out), "--signature", "00" * 48)
    assert other.returncode == 1 and "not of this beacon" in other.stderr, other.stderr
