//! Metrics of the process, as Prometheus text.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder once for the process. If the host has installed one of its own, metrics go there and
/// [`render`] has nothing to show.
pub fn install() {
    HANDLE.get_or_init(|| {
        PrometheusBuilder::new()
            .install_recorder()
            .inspect_err(|error| tracing::debug!(%error, "metrics go to the host's recorder"))
            .ok()
    });
}

/// The metrics as Prometheus text, if this crate records them.
pub fn render() -> Option<String> {
    HANDLE.get().and_then(Option::as_ref).map(|handle| {
        handle.run_upkeep();
        handle.render()
    })
}
