use std::time::Duration;

use http::StatusCode;

use crate::{Bounds, Client};

/// How a server words what it refuses itself, before its service sees the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// In plain text.
    #[default]
    Text,
    /// In JSON, in the form of the OpenAI API.
    OpenAi,
}

impl Wording {
    /// Content type and body.
    pub(crate) fn of(self, status: StatusCode, text: &str) -> (&'static str, String) {
        let (kind, code) = match status {
            StatusCode::SERVICE_UNAVAILABLE => ("server_error", "unavailable"),
            StatusCode::REQUEST_TIMEOUT => ("invalid_request_error", "timeout"),
            _ => ("invalid_request_error", "invalid_request"),
        };
        match self {
            Self::Text => ("text/plain; charset=utf-8", format!("{text}\n")),
            Self::OpenAi => {
                let error = serde_json::json!({ "message": text, "type": kind, "param": null, "code": code });
                ("application/json", serde_json::json!({ "error": error }).to_string())
            }
        }
    }
}

/// What one server bears from those who connect to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. At most three quarters of what the process has places for, whatever is set here.
    pub connections_max: usize,
    /// Connections at once of one address (of IPv6: of one /64).
    pub per_address_max: usize,
    /// The same for this machine, whose programs share one address.
    pub local_max: usize,
    /// From a connection, or from the first byte of a further request, to the end of the request's head.
    pub head_time_max: Duration,
    /// From the head of a request to the end of its body.
    pub body_time_max: Duration,
    /// Within each such time [`Limits::body_bytes_min`] of a body have to come.
    pub body_pause_max: Duration,
    /// See [`Limits::body_pause_max`].
    pub body_bytes_min: u64,
    /// Between two requests of one connection.
    pub idle_time_max: Duration,
    /// How long a client may read nothing of what is being sent to it; and in each such time that the server waits for
    /// it to read, it has to take [`Limits::write_bytes_min`]. A reader that drips would hold its answer in memory and
    /// its place for as long as it likes.
    pub write_pause_max: Duration,
    /// See [`Limits::write_pause_max`].
    pub write_bytes_min: u64,
    /// A connection that has kept the server waiting for so long loses its place when somebody else needs one.
    pub patience: Duration,
    /// After a stop, how long requests under way may take before they are cut. Those that the server waits for are cut
    /// after [`Limits::stop_patience`].
    pub stop_time_max: Duration,
    /// See [`Limits::stop_time_max`].
    pub stop_patience: Duration,
    /// How refusals are worded.
    pub wording: Wording,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 1024,
            per_address_max: 64,
            local_max: 768,
            head_time_max: Duration::from_secs(10),
            body_time_max: Duration::from_secs(60),
            body_pause_max: Duration::from_secs(5),
            body_bytes_min: 1024,
            idle_time_max: Duration::from_secs(75),
            write_pause_max: Duration::from_secs(20),
            write_bytes_min: 64 << 10,
            patience: Duration::from_millis(250),
            stop_time_max: Duration::from_secs(5),
            stop_patience: Duration::from_secs(1),
            wording: Wording::Text,
        }
    }
}

impl Limits {
    /// The bounds for one more connection of a client, when the process has `budget` places.
    pub(crate) fn bounds(&self, client: Client, budget: usize) -> Bounds {
        let server_max = self.connections_max.min(budget / 4 * 3).max(1);
        let client_max = match client {
            Client::Local => self.local_max,
            Client::V4(_) | Client::V6(_) => self.per_address_max,
        };
        Bounds {
            server_max,
            client_max: client_max.min(server_max),
            patience: self.patience,
        }
    }
}

/// Descriptors that databases, files and connections of this program to others may need.
const RESERVED_MIN: u64 = 256;
/// More descriptors are of no use.
const DESCRIPTORS_MAX: u64 = 1 << 16;

/// Places for connections in this process: what the system allows of descriptors, less a quarter (and 256 at least)
/// for everything else. The limit that the system set for those who do not ask is raised to the one for those who do.
#[cfg(unix)]
pub(crate) fn budget() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(DESCRIPTORS_MAX).min(DESCRIPTORS_MAX);
    let mut soft = limit.current.unwrap_or(DESCRIPTORS_MAX).min(DESCRIPTORS_MAX);
    if soft < hard {
        let raised = Rlimit {
            current: Some(hard),
            maximum: limit.maximum,
        };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => soft = hard,
            Err(error) => tracing::debug!(%error, "the limit of open files stays at {soft}"),
        }
    }
    places_of(soft)
}

/// Places for connections in this process.
#[cfg(not(unix))]
pub(crate) fn budget() -> usize {
    places_of(4096)
}

fn places_of(descriptors: u64) -> usize {
    let places = descriptors.saturating_sub(RESERVED_MIN.max(descriptors / 4));
    usize::try_from(places).unwrap_or(usize::MAX).max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_leave_room_for_files() {
        assert_eq!(places_of(1024), 768);
        assert_eq!(places_of(400), 144);
        assert_eq!(places_of(100), 16, "it serves somebody in any case");
        assert_eq!(places_of(65_536), 49_152);
    }

    #[test]
    fn no_server_and_no_client_takes_everything() {
        let limits = Limits::default();
        let bounds = limits.bounds(Client::Local, 768);
        assert_eq!((bounds.server_max, bounds.client_max), (576, 576));
        let bounds = limits.bounds(Client::V4([10, 0, 0, 1].into()), 49_152);
        assert_eq!((bounds.server_max, bounds.client_max), (1024, 64));
        assert!(budget() >= 16);
    }
}
