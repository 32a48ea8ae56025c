#!/usr/bin/env python3
"""Four validators on hosts of their own, and what may happen to them.

    node/tests/network.py [--node PROGRAM] [--tributary PROGRAM] [--folder DIR] [--upgrade WASM] [--only NAME,…]

Each validator is a process in a network namespace; the namespaces hang on a bridge, which can be cut. Needs root and
iproute2; the clock's part needs faketime, the disk's part mount. After each part all nodes must have the same final block
and state by hash, issuance must be what accounts hold, and no transfer that was final may be missing. Prints a table, and
exits with 1 if anything did not hold.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VALIDATORS = ["alice", "bob", "charlie", "dave"]
CHAIN = "fast-4"
NETWORK = "10.77.0"
BRIDGE = "trib0"
OTHER_BRIDGE = "trib1"
RPC = 9944


class Failed(Exception):
    """Something did not hold."""


def sh(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


def wait(what, condition, seconds=90):
    """Waits until a condition is true and returns its value. A part that hangs must end some day."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.25)
    raise Failed(f"{what}: not within {seconds} s")


class Node:
    """A node on a host of its own."""

    def __init__(self, network, number, name, arguments):
        self.network, self.number, self.name, self.arguments = network, number, name, arguments
        self.space, self.link = f"trib-{name}", f"trib-v{number}"
        self.address = f"{NETWORK}.{number + 10}"
        self.base = network.folder / name
        self.log = network.folder / f"{name}.log"
        self.process, self.before = None, []
        sh("ip", "netns", "add", self.space)
        sh("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        sh("ip", "link", "set", self.link, "master", BRIDGE, "up")
        for command in (
            ["addr", "add", f"{self.address}/24", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["link", "set", "lo", "up"],
        ):
            sh("ip", "netns", "exec", self.space, "ip", *command)

    def start(self, *more):
        command = [
            *["ip", "netns", "exec", self.space, *self.before, self.network.program],
            *["--chain", self.network.spec, "--base-path", self.base, "--name", self.name],
            *["--listen-addr", f"/ip4/{self.address}/tcp/30333", "--rpc-port", RPC, "--unsafe-rpc-external"],
            *["--rpc-cors", "all", "--rpc-methods", "unsafe", "--no-mdns", "--prometheus-external"],
            *["--node-key", f"{self.number + 1:064x}", "--allow-private-ip", "--db-storage-threshold", "0"],
            *self.network.boot(self),
            *self.arguments,
            *more,
        ]
        log = self.log.open("ab")
        self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, start_new_session=True)
        return self

    def kill(self, how=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(30)

    def ask(self, method, *parameters, timeout=10):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url("http"), body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            reply = json.load(answer)
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply["result"]

    def url(self, scheme):
        return f"{scheme}://{self.address}:{RPC}"

    def header(self, block=None):
        return self.ask("chain_getHeader", *([block] if block else []))

    def best(self):
        return int(self.header()["number"], 16)

    def final(self):
        return int(self.header(self.ask("chain_getFinalizedHead"))["number"], 16)

    def peers(self):
        return self.ask("system_health")["peers"]


class Network:
    """All nodes, and the transfers that were made on them."""

    def __init__(self, arguments):
        self.program, self.tributary = arguments.node, arguments.tributary
        self.folder = Path(arguments.folder or tempfile.mkdtemp(prefix="tributary-network-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.nodes, self.sent, self.stop = [], 0, threading.Event()
        self.load = None
        self.spec = self.folder / "chain.json"
        self.spec.write_text(sh(self.program, "export-chain-spec", "--chain", CHAIN, "--raw"))
        self.peer = sh(self.program, "key", "inspect-node-key", "--file", self.key_file())
        self.clear()
        for bridge in (BRIDGE, OTHER_BRIDGE):
            sh("ip", "link", "add", bridge, "type", "bridge")
            sh("ip", "link", "set", bridge, "up")
        sh("ip", "addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)

    def key_file(self):
        path = self.folder / "first.key"
        path.write_text(f"{1:064x}")
        return path

    def boot(self, node):
        first = f"/ip4/{NETWORK}.10/tcp/30333/p2p/{self.peer}"
        return [] if node.number == 0 else ["--bootnodes", first]

    def add(self, name, *arguments):
        node = Node(self, len(self.nodes), name, arguments)
        self.nodes.append(node)
        return node

    def clear(self):
        for line in sh("ip", "netns", "list", check=False).splitlines():
            if line.startswith("trib-"):
                sh("ip", "netns", "del", line.split()[0], check=False)
        for link in (BRIDGE, OTHER_BRIDGE):
            sh("ip", "link", "del", link, check=False)

    def running(self):
        return [node for node in self.nodes if node.process and node.process.poll() is None]

    def close(self):
        self.stop.set()
        if self.load:
            self.load.join(30)
        for node in self.nodes:
            node.kill()
        self.clear()

    def start_load(self):
        """Transfers of one TAO to an account that nothing else pays, one after the other, through whoever answers."""

        def transfer():
            while not self.stop.is_set():
                for node in self.running():
                    command = ["transfer", "//Load", "1", "--key", "//Charlie", "--finalized"]
                    done = subprocess.run(
                        [self.tributary, *command, "--endpoint", node.url("ws")],
                        capture_output=True,
                        text=True,
                        timeout=600,
                        check=False,
                    )
                    # Counted only if it is known to be final: one whose end is not known may or may not be there.
                    self.sent += done.returncode == 0
                    if done.returncode == 0 or self.stop.is_set():
                        break
                else:
                    time.sleep(1)

        self.load = threading.Thread(target=transfer, daemon=True)
        self.load.start()

    def agree(self):
        """Every running node has the same blocks and states up to the lowest final one, and sums hold there."""
        nodes = self.running()
        number = min(node.final() for node in nodes)
        blocks = {node.ask("chain_getBlockHash", number) for node in nodes}
        if len(blocks) != 1:
            raise Failed(f"at {number} there are {len(blocks)} final blocks")
        block = blocks.pop()
        roots = {node.header(block)["stateRoot"] for node in nodes}
        if len(roots) != 1:
            raise Failed(f"at {number} there are {len(roots)} states")
        status = json.loads(sh(self.tributary, "status", "--json", "--endpoint", nodes[0].url("ws")))
        if status["issuance_rao"] != status["held_rao"]:
            raise Failed(f"issued {status['issued_rao']}, held {status['held_rao']}")
        return number

    def advance(self, blocks=8, seconds=90, nodes=None):
        """So many more blocks become final everywhere."""
        nodes = nodes or self.running()
        start = wait("an answer", lambda: [max(node.final() for node in nodes) + 1])[0]
        wait("finality", lambda: min(node.final() for node in nodes) >= start + blocks, seconds)


def begins(net):
    """four validators make blocks and finalize them"""
    for name in VALIDATORS:
        net.add(name, "--validator", f"--{name}").start()
    wait("four nodes see each other", lambda: all(node.peers() == 3 for node in net.nodes))
    net.advance(20)
    net.start_load()


def one_dies(net):
    """one is killed: finality goes on"""
    net.nodes[3].kill()
    net.advance(20)


def two_die(net):
    """a second is killed: finality stops, and nothing forks"""
    net.nodes[2].kill()
    first, second = net.nodes[:2]
    time.sleep(3)
    final, best = first.final(), first.best()
    wait("more blocks", lambda: first.best() >= best + 4)
    if first.final() > final + 1:
        raise Failed(f"finality went on from {final} to {first.final()}")
    number = min(first.best(), second.best()) - 2
    if first.ask("chain_getBlockHash", number) != second.ask("chain_getBlockHash", number):
        raise Failed(f"the two differ at {number}")


def they_return(net):
    """both come back: finality resumes"""
    for node in net.nodes[2:4]:
        node.start()
    net.advance(20, 180)


def cut(net):
    """the network is cut in two, and healed"""
    apart = net.nodes[2:4]
    for node in apart:
        sh("ip", "link", "set", node.link, "master", OTHER_BRIDGE)
    time.sleep(5)
    final = net.nodes[0].final()
    time.sleep(10)
    if net.nodes[0].final() > final + 1:
        raise Failed("finality went on in one half")
    for node in apart:
        sh("ip", "link", "set", node.link, "master", BRIDGE)
    net.advance(20, 240)


def full_sync(net):
    """a fifth node syncs from nothing, block by block"""
    node = net.add("full", "--sync", "full").start()
    target = net.nodes[0].final()
    wait("the fifth node", lambda: node.final() >= target, 240)


def warp_sync(net):
    """a sixth node syncs by proof of finality alone"""
    node = net.add("warp", "--sync", "warp").start()
    target = net.nodes[0].final()
    wait("the sixth node", lambda: node.final() >= target, 240)


def skew(net):
    """one clock is a minute ahead, then right again"""
    # Not the program of that name: it would stand between us and the node.
    library = next(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"), None)
    if not library:
        return "faketime is not installed"
    node = net.nodes[3]
    node.kill()
    node.before = ["env", f"LD_PRELOAD={library}", "FAKETIME=+60s", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
    node.start()
    net.advance(20, 180, net.nodes[:3])
    node.kill()
    node.before = []
    node.start()
    net.advance(20, 240)
    return None


def disk_full(net):
    """one disk fills: the others go on, and it catches up with more room"""
    node = net.nodes[3]
    node.kill()
    moved = net.folder / "moved"
    node.base.rename(moved)
    node.base.mkdir()
    size = sum(file.stat().st_blocks * 512 for file in moved.rglob("*") if file.is_file())
    sh("mount", "-t", "tmpfs", "-o", f"size={size + (1 << 20)}", "tmpfs", node.base)
    try:
        sh("cp", "-a", f"{moved}/.", node.base)
        filler = node.base / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError:
                pass
        node.start()
        net.advance(20, 180, net.nodes[:3])
        node.kill()
        sh("mount", "-o", "remount,size=4g", node.base)
        filler.unlink()
        node.start()
        net.advance(8, 240)
        node.kill()
        shutil.rmtree(moved)
        sh("cp", "-a", node.base, moved)
    finally:
        node.kill()
        sh("umount", "-l", node.base, check=False)
    shutil.rmtree(node.base)
    moved.rename(node.base)
    node.start()
    net.advance(8, 240)


def upgrade(net):
    """the runtime is replaced while transfers go on"""
    if not net.upgrade:
        return "no --upgrade"
    before = net.nodes[0].ask("state_getRuntimeVersion")["specVersion"]
    sh(sys.executable, ROOT / "node/tests/set_code.py", net.nodes[0].url("ws"), net.upgrade)
    wait(
        "the new runtime",
        lambda: all(node.ask("state_getRuntimeVersion")["specVersion"] > before for node in net.running()),
        240,
    )
    net.advance(20, 180)
    return None


PARTS = [begins, one_dies, two_die, they_return, cut, full_sync, warp_sync, skew, disk_full, upgrade]


def ends(net):
    """what was final is still there"""
    net.stop.set()
    net.load.join(600)
    net.advance(4)
    for node in net.running():
        balance = json.loads(sh(net.tributary, "balance", "//Load", "--json", "--endpoint", node.url("ws")))
        if balance["free_rao"] < net.sent * 10**9:
            raise Failed(f"{node.name} knows {balance['free_rao']} rao of {net.sent} transfers")


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--node", default=ROOT / "node/target/release/tributary-node")
    parser.add_argument("--tributary", default=target / "tributary")
    parser.add_argument("--folder", help="where data and logs go")
    parser.add_argument("--upgrade", help="a runtime of a higher version")
    parser.add_argument("--only", help="parts by name, after the first")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("network namespaces need root")
    only = arguments.only.split(",") if arguments.only else None
    net = Network(arguments)
    net.upgrade = arguments.upgrade
    print(f"logs: {net.folder}", file=sys.stderr)
    rows, failed = [], False
    try:
        for part in [*PARTS, ends]:
            if only and part.__name__ not in ["begins", "ends", *only]:
                continue
            start = time.monotonic()
            try:
                skipped = part(net)
                result = f"not run: {skipped}" if skipped else "ok"
                final = "" if skipped else net.agree()
            except (Failed, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                result, final, failed = f"FAILED: {error}", "", True
            seconds = time.monotonic() - start
            rows.append((part.__doc__, result, final, net.sent, seconds))
            print(f"{part.__doc__}: {result} ({seconds:.0f} s)", file=sys.stderr, flush=True)
            if failed and part is begins:
                break
    finally:
        net.close()
    width = max(len(row[0]) for row in rows)
    print(f"{'part':<{width}}  {'final':>6}  {'transfers':>9}  {'seconds':>7}  result")
    for name, result, final, sent, seconds in rows:
        print(f"{name:<{width}}  {final:>6}  {sent:>9}  {seconds:>7.0f}  {result}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
