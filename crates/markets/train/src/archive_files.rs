//! A validator's archive on disk: one safetensors file a version, whose name says who committed it and when, and
//! beside it, if it was found to be a copy, a text file with the originals' hotkeys.

use std::{collections::BTreeSet, fs, io, path::Path};

use tributary_neuron::{Commitment, Hotkey, NeuronError};
use tributary_private::durable;

use crate::{
    copies::{Archive, Fingerprinter, Version},
    rules::Rules,
    trainer::device,
    weights_file::Artefact,
};

const WEIGHTS: &str = "safetensors";
const ORIGINALS: &str = "derived";

fn stem(hotkey: &Hotkey, block: u64, digest: &[u8; 32]) -> String {
    format!("{block:012}-{hotkey}-{}", hex::encode(digest))
}

/// Keeps a version.
pub fn write(folder: &Path, commitment: &Commitment, artefact: &Artefact) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let stem = stem(&commitment.hotkey, commitment.block, &commitment.digest);
    durable::write(&folder.join(format!("{stem}.{WEIGHTS}")), artefact.bytes())
}

/// Notes who was found to be a copy, and removes what the archive has forgotten.
pub fn prune(folder: &Path, archive: &Archive) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mut known = BTreeSet::new();
    for (hotkey, version) in archive.iter() {
        let stem = stem(hotkey, version.block, &version.digest);
        let path = folder.join(format!("{stem}.{ORIGINALS}"));
        if !version.derived_from.is_empty() {
            let originals: Vec<String> = version.derived_from.iter().map(Hotkey::to_string).collect();
            let text = originals.join("\n");
            if fs::read_to_string(&path).is_ok_and(|old| old == text) {
                known.insert(stem);
                continue;
            }
            durable::write(&path, text.as_bytes())?;
        }
        known.insert(stem);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path
            .extension()
            .is_some_and(|extension| extension == WEIGHTS || extension == ORIGINALS);
        if ours
            && path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .is_some_and(|stem| !known.contains(stem))
        {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Reads what was kept. Files that are not usable any more, because the rules have changed, are passed over.
pub fn read(folder: &Path, rules: &Rules, fingerprinter: &Fingerprinter) -> Result<Archive, NeuronError> {
    let mut archive = Archive::default();
    if !folder.exists() {
        return Ok(archive);
    }
    let fail = |error: io::Error| {
        NeuronError::Fatal(format!(
            "cannot read the validator's archive in {}: {error}",
            folder.display()
        ))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    for path in paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == WEIGHTS))
    {
        let parts: Vec<&str> = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or("")
            .split('-')
            .collect();
        let [block, hotkey, _] = parts[..] else { continue };
        let (Ok(block), Ok(hotkey)) = (block.parse(), hotkey.parse()) else {
            continue;
        };
        let artefact = Artefact::new(fs::read(&path).map_err(fail)?.into());
        let usable = artefact.open(rules, &device()).map(|model| fingerprinter.take(&model));
        let Ok(Ok(fingerprint)) = usable else {
            tracing::warn!(path = %path.display(), "a remembered version is not usable and passed over");
            continue;
        };
        let originals = fs::read_to_string(path.with_extension(ORIGINALS)).unwrap_or_default();
        let derived_from = originals.lines().filter_map(|line| line.parse().ok()).collect();
        archive.insert(
            hotkey,
            Version {
                digest: artefact.digest(),
                block,
                fingerprint,
                derived_from,
            },
            rules,
        );
    }
    Ok(archive)
}
