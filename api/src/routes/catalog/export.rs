//! Answers that are written as the rows come: memory does not grow with the catalog.

use std::{
    cell::RefCell,
    fmt,
    io::{self, Write},
    rc::Rc,
    str::FromStr,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    rt,
    web::{Bytes, Data},
};
use futures_util::stream;
use packhorse_db::Conn;
use packhorse_domain::{
    Id, Timestamp,
    id::{Kind, WorkshopId},
};
use packhorse_publishing::model::{Course, Session};
use packhorse_services::{
    Error,
    catalog::{self, CatalogFilter, DatesFilter, Entry},
};
use tokio::sync::mpsc;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use super::Published;
use crate::{problem::Problem, state::App};

/// Behind a thing in an order by time: opaque to callers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind<K: Kind> {
    at: Timestamp,
    id: Id<K>,
}

impl<K: Kind> Behind<K> {
    /// Behind this one.
    pub(super) fn new(at: Timestamp, id: Id<K>) -> Self {
        Self { at, id }
    }

    /// The time and the thing.
    pub(super) fn place(self) -> (Timestamp, Id<K>) {
        (self.at, self.id)
    }
}

impl<K: Kind> fmt::Display for Behind<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_microsecond(), self.id)
    }
}

impl<K: Kind> PartialSchema for Behind<K> {
    fn schema() -> RefOr<Schema> {
        let pattern = format!(r"^-?[0-9]{{1,17}}\.{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX);
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).into()
    }
}
impl<K: Kind> ToSchema for Behind<K> {}

/// A text that is no cursor of the catalog.
#[derive(Debug)]
pub(super) struct InvalidBehind;

impl fmt::Display for InvalidBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a cursor of this list")
    }
}

impl<K: Kind> FromStr for Behind<K> {
    type Err = InvalidBehind;

    fn from_str(text: &str) -> Result<Self, InvalidBehind> {
        let (at, id) = text.split_once('.').ok_or(InvalidBehind)?;
        let at = at.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or(InvalidBehind)?;
        Ok(Self { at, id: id.parse().map_err(|_| InvalidBehind)? })
    }
}

/// Where a writer puts what it wrote, until it is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why an answer breaks off.
#[derive(Debug)]
pub(super) enum Broken {
    /// Whoever asked is gone.
    Gone,
    /// It could not be read or written.
    Failed,
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Failed
    }
}
impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        tracing::warn!(%error, "an export broke off");
        Self::Failed
    }
}

/// What an export is written with: rows in batches, and a way out for what was written.
pub(super) struct Export {
    app: Data<App>,
    /// What is published.
    pub(super) published: Published,
    /// Where to write.
    pub(super) sink: Sink,
    out: mpsc::Sender<Result<Bytes, io::Error>>,
}

/// Rows that are read together.
const BATCH: u16 = 200;
/// Workshops whose sessions are read together.
const SOME: usize = 50;

impl Export {
    /// Reads something from the database.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Broken> {
        Ok(self.app.db.read(read).await?)
    }

    /// Sends what was written; waits while whoever asked is slower.
    async fn send(&self) -> Result<(), Broken> {
        let written = std::mem::take(&mut *self.sink.0.borrow_mut());
        if written.is_empty() { Ok(()) } else { self.out.send(Ok(written.into())).await.map_err(|_| Broken::Gone) }
    }

    /// Goes through every workshop of the catalog in the order of changes.
    pub(super) async fn courses(&self, mut each: impl FnMut(Course) -> io::Result<()>) -> Result<(), Broken> {
        let network = self.published.network_id();
        let mut filter = CatalogFilter { network, ..CatalogFilter::default() };
        loop {
            let (site, wanted) = (self.published.site.clone(), filter);
            let batch = self.read(move |conn| catalog::list(conn, &site, &wanted, BATCH)).await?;
            let full = batch.len() == usize::from(BATCH);
            for course in batch.into_iter().filter_map(Entry::live) {
                filter.after = Some((course.updated_at, course.id));
                each(course)?;
            }
            self.send().await?;
            if !full {
                return Ok(());
            }
        }
    }

    /// Goes through the sessions of some workshops of the catalog.
    pub(super) async fn sessions_of(
        &self,
        workshops: &[WorkshopId],
        mut filter: DatesFilter,
        mut each: impl FnMut(Session) -> io::Result<()>,
    ) -> Result<(), Broken> {
        filter.network = self.published.network_id();
        for some in workshops.chunks(SOME) {
            let some = some.to_vec();
            let found = self.read(move |conn| catalog::sessions_of(conn, &some, &filter)).await?;
            found.into_iter().try_for_each(&mut each)?;
            self.send().await?;
        }
        Ok(())
    }

    /// Goes through every session of the catalog by date.
    pub(super) async fn sessions(
        &self,
        mut filter: DatesFilter,
        mut each: impl FnMut(Session) -> io::Result<()>,
    ) -> Result<(), Broken> {
        filter.network = self.published.network_id();
        loop {
            let wanted = filter;
            let batch = self.read(move |conn| catalog::sessions(conn, &wanted, BATCH)).await?;
            let full = batch.len() == usize::from(BATCH);
            for session in batch {
                filter.after = Some((session.time.start, session.id));
                each(session)?;
            }
            self.send().await?;
            if !full {
                return Ok(());
            }
        }
    }
}

/// Answers with what `write` writes, unless whoever asks has it.
pub(super) async fn answer(
    app: &Data<App>,
    request: &HttpRequest,
    media_type: &'static str,
    write: impl AsyncFnOnce(&Export) -> Result<(), Broken> + 'static,
) -> Result<HttpResponse, Problem> {
    let published = Published::of(app, request).await?;
    let tag = published.tag(false);
    if let Some(answer) = published.unchanged(request, &tag) {
        return Ok(answer);
    }
    let mut answer = HttpResponse::Ok();
    published.head(&mut answer, &tag);
    answer.insert_header((header::CONTENT_TYPE, media_type));
    let (out, incoming) = mpsc::channel(2);
    let export = Export { app: app.clone(), published, sink: Sink::default(), out };
    rt::spawn(async move {
        let written = match write(&export).await {
            Ok(()) => export.send().await,
            broken => broken,
        };
        if let Err(Broken::Failed) = written {
            // The rest never comes: the connection breaks, so that nobody takes the half for the whole.
            let _ = export.out.send(Err(io::Error::other("the export broke off"))).await;
        }
    });
    let next = |mut incoming: mpsc::Receiver<Result<Bytes, io::Error>>| async {
        incoming.recv().await.map(|chunk| (chunk, incoming))
    };
    Ok(answer.streaming(stream::unfold(incoming, next)))
}
