//! Builds the runtime for WebAssembly and says where it is; `TRIBUTARY_RUNTIME_WASM` names one that is built already.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    substrate_build_script_utils::generate_cargo_keys();
    println!("cargo:rerun-if-env-changed=TRIBUTARY_RUNTIME_WASM");
    let wasm = fs::read(wasm()).expect("tools/wasm wrote it");
    let limit = sp_maybe_compressed_blob::CODE_BLOB_BOMB_LIMIT;
    let compressed = sp_maybe_compressed_blob::compress_strongly(&wasm, limit).expect("the runtime is not too large");
    let path = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("runtime.compressed.wasm");
    fs::write(&path, compressed).expect("the folder of a build can be written to");
    println!("cargo:rustc-env=TRIBUTARY_RUNTIME={}", path.display());
}

fn wasm() -> PathBuf {
    if let Ok(path) = env::var("TRIBUTARY_RUNTIME_WASM") {
        println!("cargo:rerun-if-changed={path}");
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("stands in the repository");
    for source in [
        "Cargo.lock",
        "Cargo.toml",
        "tools/wasm",
        "crates/economy",
        "crates/pallets",
        "crates/runtime-api",
        "crates/runtime",
    ] {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let built = Command::new(root.join("tools/wasm"))
        .arg(&out)
        .current_dir(root)
        // Those of this build are for another target.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTC")
        .env_remove("RUSTC_WRAPPER")
        .status()
        .unwrap_or_else(|error| panic!("tools/wasm did not start: {error}"));
    assert!(built.success(), "tools/wasm could not build the runtime: {built}");
    Path::new(&out).join("tributary_runtime.wasm")
}
