# The parts of `.ci/run`, one at a time: `just --list`. Needs https://just.systems.

# Every test, as the README tells users.
test *filter:
    cargo test --release --workspace {{filter}}

# What reads the code and runs nothing.
lint: format clippy doc deny spelling unused

format:
    cargo fmt --all --check

clippy:
    cargo clippy --release --workspace --all-targets -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

# Licences, sources, duplicate versions and advisories of the dependencies.
deny:
    cargo deny check

# Spelling of code and documents (`pip install typos`).
spelling:
    typos

# Dependencies that nothing uses (`cargo install cargo-machete`).
unused:
    cargo machete

# Writes help texts, tables and shapes of JSON anew, as the tests of snapshots hold them.
snapshots:
    SNAPSHOTS=overwrite cargo test --release --workspace --test it snapshots

# Citations and links of the documents, and the blocks of code in them.
documents:
    cargo test --release --workspace --test it docs

# What crates and files know of each other, and how long they are; draws docs/img/crates.svg.
walls:
    cargo run --release -p tributary-walls -- --write

# The rules without std.
no-std:
    cargo check --release -p tributary-economy --no-default-features

# The runtime as WebAssembly, if anything that it is made of has changed.
wasm:
    tools/wasm

# Fuzzes what strangers send: all targets, or those named; FUZZ_SECONDS for each.
fuzz *targets:
    .ci/fuzz {{targets}}

# polkadot.js, async-substrate-interface, btcli, the SDKs, the OpenAI client, a browser; or one of them.
clients *suite:
    tests/clients/run {{suite}}

# Blocks a second, and the epoch.
bench:
    cargo run --release -p tributary-devnet --example bench
    cargo bench -p tributary-economy --bench epoch

# Mutants of the rules that no test notices (`cargo install cargo-mutants`): about 12 hours of two cores, or a part of them
# (`just mutants --shard 1/12`, `just mutants --file 'crates/economy/src/market/*'`).
mutants *arguments:
    cargo mutants --package tributary-economy --jobs 2 {{arguments}}
