//! What a long run of futures says when it is interrupted.

use std::path::Path;

use crate::output;

/// Exit code of what the user interrupted.
const INTERRUPTED: i32 = 130;

/// Says, when the user interrupts, that what is done is kept. Without a folder nothing is, and nothing is said.
pub(super) fn keep_what_is_done(out: Option<&Path>) {
    let Some(out) = out.map(Path::to_owned) else { return };
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            output::complain(format_args!(
                "interrupted: what is done is kept in {}, and the same command continues from there",
                out.display()
            ));
            std::process::exit(INTERRUPTED);
        }
    });
}
