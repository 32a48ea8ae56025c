"""The part of `check` that reads: the chart, the dashboards, the names of metrics, links to the guide, and what must not be
reached. Arguments: a folder with what compose made of its files, and a node's metrics if there are any."""

import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
WORK = Path(sys.argv[1])
METRICS = Path(sys.argv[2]) if len(sys.argv) > 2 else None
FOREIGN = ("node_", "up")
# Values that start everything.
VALUES = {
    "chain": "fast-4",
    "validators": [{"name": n, "secret": f"validator-{n}", "extraArgs": ["--public-addr=/dns/x/tcp/1"]} for n in "ab"],
    "workers": [
        {"name": "miner", "command": "miner", "args": ["--netuid=1"], "port": 8091, "wallet": "w", "secret": "s", "storage": "1Gi"}
    ],
    "rpc": {"allowNamespaces": {"team": "market"}, "extraArgs": ["--name=rpc"], "storageClass": "fast"},
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
}


def chart():
    try:
        import helm_python as helm
    except ImportError:
        return
    folder = HERE / "helm/tributary"
    for values in ({}, VALUES):
        report = helm.lint(folder, values, strict=True)
        # An icon is recommended, severity 1.
        wrong = [message for message in report["messages"] if message["severity"] > 1]
        assert not wrong and not report["errors"], report
        rendered = helm.Chart.load(folder).render(values, name="check", namespace="check")
        documents = [d for text in rendered.values() for d in yaml.safe_load_all(text) if d]
        kinds = sorted(f"{d['kind']}/{d['metadata']['name']}" for d in documents)
        print(f"chart: {len(kinds)} manifests: {', '.join(kinds)}")
        closed_in_kubernetes(documents)
        validate(documents)


def validate(documents):
    try:
        import kubernetes_validate
    except ImportError:
        return
    for document in documents:
        if document["apiVersion"].startswith("monitoring.coreos.com/"):
            continue  # No schema of it comes with Kubernetes.
        kubernetes_validate.validate(document, "1.31", strict=True)


def closed_in_kubernetes(documents):
    for document in documents:
        name = document["metadata"]["name"]
        if document["kind"] == "Service" and "validator" in name:
            assert [p["port"] for p in document["spec"]["ports"]] == [30333], f"{name}: only peers reach a validator"
        if document["kind"] == "StatefulSet":
            for container in document["spec"]["template"]["spec"]["containers"]:
                arguments = container["args"]
                if "--validator" in arguments:
                    assert not [a for a in arguments if "rpc" in a], f"{name}: RPC of a validator"
                    assert document["spec"]["replicas"] == 1, f"{name}: one key, one node"
                elif "--rpc-external" in arguments:
                    assert "--rpc-methods=safe" in arguments, f"{name}: unsafe RPC"


def closed_in_compose():
    for file in ("compose.json", "development.json"):
        if not (WORK / file).exists():
            continue
        services = json.loads((WORK / file).read_text())["services"]
        for name, service in services.items():
            command = service.get("command") or []
            published = {(p.get("host_ip"), p["target"]) for p in service.get("ports", [])}
            if name.startswith("validator-"):
                assert not [a for a in command if a.startswith(("--rpc", "--unsafe-rpc"))], f"{name}: RPC of a validator"
                assert "rpc" not in service["networks"], f"{name} is in the network of RPC"
                assert {target for _, target in published} <= {30333}, f"{name} publishes {published}"
            if file == "compose.json":
                assert not [a for a in command if a.startswith(("--key", "--alice", "--bob")) and not a.startswith("--keystore")], name
            if any(a.startswith("--rpc-external") for a in command):
                assert "--rpc-methods=safe" in command, f"{name}: unsafe RPC"
            for host, target in published - {(None, 30333), (None, 8091), (None, 8092)}:
                assert host == "127.0.0.1", f"{name} publishes {target} to everybody"


def expressions():
    for rule in [r for g in yaml.safe_load((HERE / "prometheus/alerts.yml").read_text())["groups"] for r in g["rules"]]:
        yield f"alert {rule['alert']}", rule["expr"]
    for file in sorted((HERE / "grafana/dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{file.name}: {panel['title']}", target["expr"]


def metrics():
    ours = set(re.findall(r"(?:whole|each|counts)\(\s*\"(\w+)\"", (HERE / "../node/src/market_metrics.rs").read_text()))
    subnets = {f"tributary_subnet_{name}" for name in ours} | {"tributary_subnets"}
    known = subnets | {f"tributary_{name}" for name in ours}
    running = set()
    if METRICS:
        running = set(re.findall(r"^([a-z_]\w*?)(?:\{| )", METRICS.read_text(), re.M))
    names = {name for _, text in expressions() for name in re.findall(r"\b(?:substrate|tributary|node|up)\w*", text)}
    names = {name for name in names if "_" in name or name == "up"}
    in_source = sorted(n for n in names if n in known and n not in running)
    for name in sorted(names - {n for n in names if n.startswith(FOREIGN) and n not in known}):
        found = name in running or name in known
        assert found or (not METRICS and name.startswith("substrate_")), f"no node has the metric {name}"
    print(f"metrics: {len(names & running)} of a running node; in its source, without a series on a chain without subnets: {', '.join(in_source) or 'none'}")


def guide():
    path = HERE / "../docs/guides/operate.md"
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").strip().lower()).replace(" ", "-")
        for line in path.read_text().splitlines()
        if line.startswith("#")
    }
    tested = (HERE / "prometheus/alerts_test.yml").read_text()
    rules = [r for g in yaml.safe_load((HERE / "prometheus/alerts.yml").read_text())["groups"] for r in g["rules"]]
    for rule in rules:
        file, anchor = rule["annotations"]["runbook"].split("#")
        assert file == "docs/guides/operate.md" and anchor in headings, f"{rule['alert']}: no heading #{anchor} in {file}"
        assert f"alertname: {rule['alert']}" in tested, f"{rule['alert']} has no test"
    print(f"alerts: {len(rules)}, each with a test and a heading in the guide")


chart()
closed_in_compose()
metrics()
guide()
# For promtool: what the dashboards ask, as rules.
asked = [text.replace("$chain", "c") for place, text in expressions() if not place.startswith("alert")]
rules = [{"record": f"asked:{i}", "expr": text} for i, text in enumerate(asked)]
(WORK / "dashboards.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
