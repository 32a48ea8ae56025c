"""The code blocks of the documents that these suites run.

A comment before a block says where it runs, for example `<!-- runs: sdk10 -->`; `crates/tributary/tests/it/docs` checks that
every block has one, and runs those in a shell that need nothing but the program.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^<!-- runs: (\S+) -->\n\n?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A snippet that does not end by itself is as good as broken.
TIMEOUT_S = 180


def blocks(world):
    """The blocks of a world, as (document, text), in the order in which a newcomer reads them."""
    found = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for runs, _, text in BLOCK.findall(document.read_text()):
            if runs == world:
                found.append((str(document.relative_to(ROOT)), text))
    assert found, f"no document has a block that runs in {world}"
    return found


def run(command, place, text, home, stand_ins):
    """Runs a block with what stands for its ports and names here; wants it to end, and to end well."""
    for written, here in stand_ins.items():
        text = text.replace(written, here)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(home), "PATH": path, "NO_CACHE": "1", "COLUMNS": "200", "TERM": "dumb"}
    done = subprocess.run(
        [*command, text], cwd=home, env=environment, text=True, capture_output=True, timeout=TIMEOUT_S, input="y\n" * 20
    )
    told = f"{place}:\n{text}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0 and "Traceback" not in told, told
    print(told)
    return done.stdout
