//! Bodies of lines, for imports.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use packhorse_services::{
    import::{Format, OutletFile},
    workshop_import::{self, CatalogFormat, Import},
};

use crate::{
    input::Bytes,
    problem::{self, Problem},
};

/// Comma-separated values.
pub const CSV: &str = "text/csv";
/// One JSON object a line.
pub const JSON_LINES: &str = "application/x-ndjson";

/// iCalendar.
pub const CALENDAR: &str = "text/calendar";
/// The same as it goes out.
pub const CALENDAR_TYPE: &str = "text/calendar; charset=utf-8";

/// A body of lines.
pub struct Lines {
    format: Format,
    bytes: web::Bytes,
}

impl FromRequest for Lines {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let types = [(CSV, Format::Csv), (JSON_LINES, Format::JsonLines)];
        std::future::ready(of_type(request, &types).map(|(format, bytes)| Self { format, bytes }))
    }
}

impl Lines {
    /// Reads and checks them, off the threads that answer others.
    ///
    /// # Errors
    /// 500 when the program stops at this moment. Faults of the lines are kept with them.
    pub async fn outlets(self) -> Result<OutletFile, Problem> {
        let reading = web::block(move || OutletFile::read(self.format, &*self.bytes));
        reading.await.map_err(|_| Problem::new(problem::INTERNAL, "the program stops"))
    }
}

/// What a file of workshops may be.
const CATALOGS: [(&str, CatalogFormat); 5] = [
    (CSV, CatalogFormat::Csv),
    ("application/json", CatalogFormat::Json),
    (JSON_LINES, CatalogFormat::JsonLines),
    ("application/ld+json", CatalogFormat::Courses),
    ("text/html", CatalogFormat::Courses),
];

/// A body that is a file of workshops.
pub struct CatalogFile {
    format: CatalogFormat,
    bytes: web::Bytes,
}

impl FromRequest for CatalogFile {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(of_type(request, &CATALOGS).map(|(format, bytes)| Self { format, bytes }))
    }
}

impl CatalogFile {
    /// Reads it, off the threads that answer others.
    ///
    /// # Errors
    /// 500 when the program stops at this moment. What is wrong with the file is kept with it.
    pub async fn workshops(self) -> Result<Import, Problem> {
        let reading = web::block(move || workshop_import::read(self.format, &self.bytes));
        reading.await.map_err(|_| Problem::new(problem::INTERNAL, "the program stops"))
    }
}

/// The body with what its type stands for; 415 when it is none of these types.
fn of_type<F: Copy>(request: &HttpRequest, types: &[(&str, F)]) -> Result<(F, web::Bytes), Problem> {
    let essence = essence(request);
    let found = types.iter().find(|(name, _)| essence.eq_ignore_ascii_case(name));
    let (_, format) = found.ok_or_else(|| {
        let names = types.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        Problem::new(problem::UNSUPPORTED_MEDIA_TYPE, format!("this operation takes {names}"))
    })?;
    Ok((*format, request.extensions().get::<Bytes>().cloned().unwrap_or_default().0))
}

/// A body that is a calendar, unless its type says otherwise.
pub struct CalendarText(Result<web::Bytes, Problem>);

impl FromRequest for CalendarText {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bytes = request.extensions().get::<Bytes>().cloned().unwrap_or_default().0;
        let other = || Problem::new(problem::UNSUPPORTED_MEDIA_TYPE, format!("this operation takes {CALENDAR}"));
        let taken = if essence(request).eq_ignore_ascii_case(CALENDAR) { Ok(bytes) } else { Err(other()) };
        std::future::ready(Ok(Self(taken)))
    }
}

impl CalendarText {
    /// The bytes, once it is known that the caller may send them.
    ///
    /// # Errors
    /// 415 when they are of another type.
    pub fn bytes(self) -> Result<web::Bytes, Problem> {
        self.0
    }
}

/// The type of a body, without its parameters.
pub(crate) fn essence(request: &HttpRequest) -> &str {
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    sent.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}
