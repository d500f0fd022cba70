//! Bodies of lines, for imports.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use packhorse_services::import::{Format, OutletFile};

use crate::{
    input::Bytes,
    problem::{self, Problem},
};

/// Comma-separated values.
pub const CSV: &str = "text/csv";
/// One JSON object a line.
pub const JSON_LINES: &str = "application/x-ndjson";

/// A body of lines.
pub struct Lines {
    format: Format,
    bytes: web::Bytes,
}

impl FromRequest for Lines {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

impl Lines {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = sent.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let formats = [(CSV, Format::Csv), (JSON_LINES, Format::JsonLines)];
        let format = formats.into_iter().find(|(name, _)| essence.eq_ignore_ascii_case(name)).map(|(_, format)| format);
        let format = format.ok_or_else(|| {
            let detail = format!("this operation takes {CSV} and {JSON_LINES}");
            Problem::new(problem::UNSUPPORTED_MEDIA_TYPE, detail)
        })?;
        Ok(Self { format, bytes: request.extensions().get::<Bytes>().cloned().unwrap_or_default().0 })
    }

    /// Reads and checks them, off the threads that answer others.
    ///
    /// # Errors
    /// 500 when the program stops at this moment. Faults of the lines are kept with them.
    pub async fn outlets(self) -> Result<OutletFile, Problem> {
        let reading = web::block(move || OutletFile::read(self.format, &*self.bytes));
        reading.await.map_err(|_| Problem::new(problem::INTERNAL, "the program stops"))
    }
}
