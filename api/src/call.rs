//! One call of one operation: who calls, with which preconditions, and how its answer is made.

use std::{
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName},
    },
    web,
};
use futures_util::future::Either;
use packhorse_db::{
    Cursor, DbError, Page,
    idempotency::{self, Answer, Known},
};
use packhorse_domain::{Version, api_key, commitment::RoadTable};
use packhorse_services::{
    Context, Credential, Error, Expected, api_keys, glance,
    roads::{self, Errand},
    tokens::fingerprint,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::is_import,
    input::Bytes,
    problem::{self, Problem},
    state::App,
};

/// Header that makes a request safe to send again.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Header of an answer that was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A call by somebody who is signed in, or by a program with a key.
pub struct Call {
    /// What handlers can reach.
    pub app: web::Data<App>,
    credential: Credential,
    request: HttpRequest,
    key: Option<String>,
    expected: Expected,
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, Pin<Box<dyn Future<Output = Result<Self, Problem>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let call = Self::of(request);
        let app = request.app_data::<web::Data<App>>().filter(|_| call.is_err()).cloned();
        match app.filter(|app| bearer(request.headers()).is_some_and(|token| app.may_have_missed_key(token))) {
            None => Either::Left(ready(call)),
            Some(app) => {
                let request = request.clone();
                Either::Right(Box::pin(async move {
                    app.renew_keys().await?;
                    Self::of(&request)
                }))
            }
        }
    }
}

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let app = request.app_data::<web::Data<App>>().cloned();
        let app = app.ok_or_else(|| Problem::new(problem::INTERNAL, "no application"))?;
        let credential = bearer(request.headers()).and_then(|token| credential(&app, request, token));
        let credential = credential.ok_or_else(|| {
            Problem::new(problem::UNAUTHENTICATED, "the access token or API key is missing, expired or not ours")
        })?;
        let mut faults = Vec::new();
        let key = idempotency_key(request.headers()).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let expected = if_match(request.headers()).unwrap_or_else(|fault| {
            faults.push(fault);
            Expected::Unsaid
        });
        if faults.is_empty() {
            Ok(Self { app, credential, request: request.clone(), key, expected })
        } else {
            Err(Problem::new(problem::BAD_REQUEST, "the headers break the schema").with(faults))
        }
    }

    /// Which version the caller saw.
    pub fn expected(&self) -> Expected {
        self.expected.clone()
    }

    /// Runs a service that only reads.
    ///
    /// # Errors
    /// The service's, as a problem.
    pub async fn read<T, F>(&self, mut service: F) -> Result<T, Problem>
    where
        F: FnMut(&mut Context<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (credential, now, roads) = (self.credential.clone(), self.app.clock.now(), self.roads());
        let work = move |conn: &mut packhorse_db::Conn| {
            service(&mut Context::of_caller(conn, &credential, now)?.with_roads(roads.clone()))
        };
        self.timed(self.app.db.read(work)).await
    }

    /// Runs a service that finds one thing by its key, and answers with it.
    ///
    /// # Errors
    /// The service's, as a problem.
    pub async fn get<T, F>(&self, mut service: F) -> Result<HttpResponse, Problem>
    where
        F: FnMut(&mut Context<'_>) -> Result<T, Error> + Send + 'static,
        T: Serialize + Resource + Send + 'static,
    {
        let (credential, now) = (self.credential.clone(), self.app.clock.now());
        let work = move |conn: &mut packhorse_db::Conn| glance(conn, &credential, now, &mut service);
        Ok(self.one(&self.timed(self.app.db.glance(work)).await?))
    }

    /// Runs a service in a transaction, once for each `Idempotency-Key`: its answer commits with its effect.
    ///
    /// # Errors
    /// The service's, as a problem.
    pub async fn write<F>(&self, mut service: F) -> Result<HttpResponse, Problem>
    where
        F: FnMut(&mut Context<'_>) -> Result<Reply, Error> + Send + 'static,
    {
        let (credential, now, roads) = (self.credential.clone(), self.app.clock.now(), self.roads());
        let claim = self.claim();
        let work = move |conn: &mut packhorse_db::Conn| {
            let mut ctx = Context::of_caller(conn, &credential, now)?.with_roads(roads.clone());
            let Some((key, fingerprint)) = &claim else { return service(&mut ctx) };
            let caller = ctx.principal()?;
            let known = idempotency::claim(ctx.conn, caller, key, fingerprint, now).map_err(|error| match error {
                // The first request with this key has kept it for longer than we wait.
                DbError::Contention(_) => Error::InProgress,
                other => other.into(),
            })?;
            if let Some(reply) = given_before(known)? {
                return Ok(reply);
            }
            let reply = service(&mut ctx)?;
            idempotency::keep(ctx.conn, caller, key, reply.kept())?;
            Ok(reply)
        };
        let db = if is_import(self.request.path()) { &self.app.import_db } else { &self.app.db };
        self.timed(db.write(work)).await.map(Reply::respond)
    }

    /// Roads that were measured, where there is a routing engine.
    fn roads(&self) -> Option<Arc<RoadTable>> {
        self.app.engine.as_ref().map(|engine| engine.roads.table())
    }

    /// Measures the roads that an errand needs and that are not known yet, where there is a routing engine. What it does not
    /// measure in time is reckoned.
    pub async fn survey(&self, errand: Errand) {
        let Some(engine) = self.app.engine.clone().filter(|engine| !engine.is_resting()) else { return };
        let pool = self.app.pool.clone();
        let Ok(Some(around)) = self.read(move |ctx| roads::needed(ctx, &pool, &errand)).await else { return };
        let around = engine.roads.unmeasured(around);
        if around.places.is_empty() {
            return;
        }
        // An outer error: the program is about to end.
        let measured = web::block(move || engine.measure(&around).map(|roads| engine.roads.add(roads))).await;
        if let Ok(Err(error)) = measured {
            tracing::warn!(%error, "roads are reckoned");
        }
    }

    /// Runs a service in a transaction of its own, to prepare work that belongs outside of any; [`Self::write`] follows with
    /// the answer. Where the request was answered before, nothing is prepared.
    ///
    /// # Errors
    /// The service's, as a problem.
    pub async fn begin<T, F>(&self, mut service: F) -> Result<Begun<T>, Problem>
    where
        F: FnMut(&mut Context<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (credential, now) = (self.credential.clone(), self.app.clock.now());
        let claim = self.claim();
        let work = move |conn: &mut packhorse_db::Conn| {
            let mut ctx = Context::of_caller(conn, &credential, now)?;
            if let Some((key, fingerprint)) = &claim {
                let caller = ctx.principal()?;
                if let Some(reply) = given_before(idempotency::find(ctx.conn, caller, key, fingerprint)?)? {
                    return Ok(Err(reply));
                }
            }
            service(&mut ctx).map(Ok)
        };
        let begun = self.timed(self.app.db.write(work)).await?;
        Ok(begun.map_or_else(|reply| Begun::Answered(reply.respond()), Begun::Ready))
    }

    /// The key of the request, with what makes it this request.
    fn claim(&self) -> Option<(String, String)> {
        self.key.clone().map(|key| (key, self.fingerprint()))
    }

    async fn timed<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Problem> {
        match tokio::time::timeout(self.app.deadlines.handler, work).await {
            Ok(outcome) => {
                if !matches!(outcome, Err(Error::Unauthenticated)) {
                    self.note_use();
                }
                outcome.map_err(Problem::from)
            }
            Err(_) => Err(Problem::new(problem::UNAVAILABLE, "the operation took too long").later(1)),
        }
    }

    /// Writes down that a key was used, at most once a minute. Nobody waits for it.
    fn note_use(&self) {
        let Credential::Key { id, fingerprint, .. } = &self.credential else { return };
        let (id, now) = (*id, self.app.clock.now());
        if self.app.keys.used(id, fingerprint, now) {
            let db = self.app.db.clone();
            actix_web::rt::spawn(async move {
                if let Err(error) = db.write(move |conn| api_keys::used(conn, id, now)).await {
                    tracing::warn!(%error, key = %id, "the use of an API key was not noted");
                }
            });
        }
    }

    /// What makes two requests the same: method, address and body. With a secret, so that nobody who reads the table can try
    /// out what a body was: it may hold a password.
    fn fingerprint(&self) -> String {
        let mut text = self.app.tokens.pepper().as_bytes().to_vec();
        text.extend_from_slice(format!("{} {}\n", self.request.method(), self.request.uri()).as_bytes());
        if let Some(bytes) = self.request.extensions().get::<Bytes>() {
            text.extend_from_slice(&bytes.0);
        }
        fingerprint(&text)
    }

    /// Answers with one resource and its `ETag`, or with 304 when the caller has it.
    fn one<T: Serialize + Resource>(&self, resource: &T) -> HttpResponse {
        let tag = etag(resource.version());
        let known = self.request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known.is_some_and(|known| known.split(',').any(|each| each.trim() == tag || each.trim() == "*")) {
            return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
        }
        HttpResponse::Ok().insert_header((header::ETAG, tag)).json(resource)
    }

    /// Runs a service that lists, and answers with one page.
    ///
    /// # Errors
    /// The service's, as a problem.
    pub async fn list<T, F>(&self, page: Page, mut service: F) -> Result<HttpResponse, Problem>
    where
        F: FnMut(&mut Context<'_>, &Page) -> Result<Vec<T>, Error> + Send + 'static,
        T: Serialize + Listed + Send + 'static,
    {
        let of = page.clone();
        Ok(self.page(self.read(move |ctx| service(ctx, &of)).await?, &page))
    }

    /// Answers with one page: `rows` has one more than the page shows when another follows.
    fn page<T: Serialize + Listed>(&self, mut rows: Vec<T>, page: &Page) -> HttpResponse {
        let more = rows.len() > usize::from(page.limit);
        rows.truncate(page.limit.into());
        let next = rows.last().filter(|_| more).map(Listed::cursor);
        let mut response = HttpResponse::Ok();
        let next = next.map(|cursor| cursor.to_string());
        link_next(&self.request, &mut response, next.as_deref());
        response.json(PageOf { items: rows, next })
    }
}

/// The query of a request without its cursor.
pub fn query_without_cursor(request: &HttpRequest) -> String {
    let kept = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    kept.collect::<Vec<_>>().join("&")
}

/// Adds the address of the next page of a list, with every filter kept.
pub fn link_next(request: &HttpRequest, response: &mut HttpResponseBuilder, next: Option<&str>) {
    let Some(next) = next else { return };
    let kept = query_without_cursor(request);
    let joint = if kept.is_empty() { "" } else { "&" };
    let address = format!("<{}?{kept}{joint}after={next}>; rel=\"next\"", request.path());
    response.insert_header((header::LINK, address));
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Cursor of the next page; `null` on the last.
    pub next: Option<String>,
}

/// What stands in a list.
pub trait Listed {
    /// The cursor behind it.
    fn cursor(&self) -> Cursor;
}

/// What has an address of its own.
pub trait Resource: Listed {
    /// Its address.
    fn path(&self) -> String;
    /// Its version.
    fn version(&self) -> Version;
}

/// Gives an entity its address.
macro_rules! resource {
    ($($entity:ty => $collection:literal;)*) => {$(
        impl $crate::call::Resource for $entity {
            fn path(&self) -> String {
                format!(concat!("/v1/", $collection, "/{}"), self.id)
            }
            fn version(&self) -> packhorse_domain::Version {
                self.record.version
            }
        }
        impl $crate::call::Listed for $entity {
            fn cursor(&self) -> packhorse_db::Cursor {
                packhorse_db::Cursor::after(self.id)
            }
        }
    )*};
}
pub(crate) use resource;

/// The answer to a call that wrote something, made inside its transaction.
pub struct Reply {
    answer: Answer,
    /// What is kept for a request that is sent again, where that is something else.
    kept: Option<Answer>,
}

impl Reply {
    /// 201, with the address of what was made.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is a defect.
    pub fn created<T: Serialize + Resource>(resource: &T) -> Result<Self, Error> {
        Self::of(StatusCode::CREATED, resource, resource)
    }

    /// 200, with what was changed.
    ///
    /// # Errors
    /// As [`Self::created`].
    pub fn changed<T: Serialize + Resource>(resource: &T) -> Result<Self, Error> {
        Self::of(StatusCode::OK, resource, resource)
    }

    /// A value that shows a resource, with the headers of that one.
    ///
    /// # Errors
    /// As [`Self::created`].
    pub fn of<T: Serialize>(status: StatusCode, value: &T, resource: &impl Resource) -> Result<Self, Error> {
        let mut reply = Self::json(status, value)?;
        if status == StatusCode::CREATED {
            reply.answer.headers.push(("location".to_owned(), resource.path()));
        }
        reply.answer.headers.push(("etag".to_owned(), etag(resource.version())));
        Ok(reply)
    }

    /// Keeps another value for a request that is sent again: one without what is shown only once.
    ///
    /// # Errors
    /// As [`Self::created`].
    pub fn keep_instead<T: Serialize>(self, value: &T) -> Result<Self, Error> {
        let kept = Answer { body: written(value)?, ..self.answer.clone() };
        Ok(Self { kept: Some(kept), ..self })
    }

    fn kept(&self) -> &Answer {
        self.kept.as_ref().unwrap_or(&self.answer)
    }

    /// A value without an address.
    ///
    /// # Errors
    /// As [`Self::created`].
    pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Self, Error> {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Self::from(Answer { status: status.as_u16(), headers, body: written(value)? }))
    }

    /// 204, for what is gone.
    pub fn gone() -> Self {
        Self::from(Answer { status: 204, headers: Vec::new(), body: String::new() })
    }

    /// The answer as it goes out.
    pub fn respond(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        for (name, value) in self.answer.headers {
            response.insert_header((name, value));
        }
        response.body(self.answer.body)
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self { answer, kept: None }
    }
}

fn written<T: Serialize>(value: &T) -> Result<String, Error> {
    Ok(serde_json::to_string(value).map_err(|error| DbError::Corrupt(error.to_string()))?)
}

/// What came of preparing.
pub enum Begun<T> {
    /// It goes on with this.
    Ready(T),
    /// The request was answered before: this is the answer.
    Answered(HttpResponse),
}

/// The answer that a request had, marked as such; nothing when there was none.
fn given_before(known: Known) -> Result<Option<Reply>, Error> {
    match known {
        Known::New => Ok(None),
        Known::Answered(mut answer) => {
            answer.headers.push((IDEMPOTENCY_REPLAYED.to_string(), "true".to_owned()));
            Ok(Some(answer.into()))
        }
        Known::Other => Err(Error::KeyReused),
    }
}

/// The strong `ETag` of a version.
pub fn etag(version: Version) -> String {
    format!("\"v{}\"", version.0)
}

/// What a token shows of its bearer; nothing when it is not ours. A key is looked up where the transaction is.
fn credential(app: &App, request: &HttpRequest, token: &str) -> Option<Credential> {
    if token.starts_with(api_key::PREFIX) {
        let needed = request.match_pattern().and_then(|at| app.addresses.key_scope(&at, request.method().as_str()));
        let fingerprint = fingerprint(token.as_bytes());
        return api_key::id_of(token).map(|id| Credential::Key { id, fingerprint, needed });
    }
    app.verify(token).map(|bearer| Credential::SignIn { user: bearer.user, session: bearer.session })
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Reads `Idempotency-Key`, quoted or bare, up to 255 characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, problem::FaultDocument> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let fault =
        || Problem::parameter("Idempotency-Key", "form", "has 1 to 255 visible ASCII characters, quoted or bare");
    let text = value.to_str().map_err(|_| fault())?.trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if (1..=255).contains(&bare.len()) { Ok(Some(bare.to_owned())) } else { Err(fault()) }
}

/// Reads `If-Match`: a list of strong tags, or `*`. Tags that are not ours match nothing.
fn if_match(headers: &HeaderMap) -> Result<Expected, problem::FaultDocument> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(Expected::Unsaid) };
    let text = value.to_str().map_err(|_| Problem::parameter("If-Match", "form", "is no list of entity tags"))?.trim();
    if text == "*" {
        return Ok(Expected::Any);
    }
    let versions = text.split(',').filter_map(|tag| {
        let number = tag.trim().strip_prefix("\"v")?.strip_suffix('"')?;
        number.parse().ok().map(Version)
    });
    Ok(Expected::OneOf(versions.collect()))
}
