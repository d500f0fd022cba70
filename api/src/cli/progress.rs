//! Progress, for a person who looks: nothing is drawn unless standard error is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Something whose end is not known.
pub(super) fn spinner(doing: impl Into<std::borrow::Cow<'static, str>>) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(doing);
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// Reading so many bytes; none when nobody knows how many.
pub(super) fn reading(bytes: Option<u64>) -> ProgressBar {
    let Some(bytes) = bytes else { return spinner("reading") };
    let template = "{bar:40} {bytes} of {total_bytes}, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style)
}
