//! Logs: structured, to standard error, as text for people and as JSON for programs.
//!
//! Invariant: bodies, tokens, passwords and calendar addresses are never logged; nothing here could, and events name
//! their fields one by one.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt, fmt::MakeWriter, util::SubscriberInitExt};

use crate::config::{LogConfig, LogFormat};

/// Why nothing is logged.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something else logs already.
    #[error("logging was set up before")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Begins to log, for the life of the process.
///
/// # Errors
/// [`TelemetryError::Filter`] for a filter that did not pass the configuration, [`TelemetryError::Started`] the second time.
pub fn start(log: &LogConfig) -> Result<(), TelemetryError> {
    let terminal = io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let color = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Ok(subscriber(json, color, EnvFilter::try_new(&log.filter)?, io::stderr).try_init()?)
}

fn subscriber<W>(json: bool, color: bool, filter: EnvFilter, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt().with_env_filter(filter).with_writer(writer).with_ansi(color);
    if json {
        Box::new(lines.json().flatten_event(true).with_current_span(false).finish())
    } else {
        Box::new(lines.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool, filter: &str) -> String {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = subscriber(json, false, EnvFilter::new(filter), move || lines.clone());
        tracing::subscriber::with_default(subscriber, || {
            let _request = tracing::info_span!("request", request_id = "req-7").entered();
            tracing::info!(status = 201, "answered");
            tracing::debug!("a detail");
        });
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn json_lines_carry_fields_and_the_request() {
        let text = logged(true, "info");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["message"], &line["status"]), (&"answered".into(), &201.into()));
        assert_eq!((&line["level"], &line["spans"][0]["request_id"]), (&"INFO".into(), &"req-7".into()));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }

    #[test]
    fn the_filter_decides_what_is_logged() {
        assert!(!logged(false, "info").contains("a detail"));
        assert!(logged(false, "debug").contains("a detail"));
        assert_eq!(logged(false, "off"), "");
    }
}
