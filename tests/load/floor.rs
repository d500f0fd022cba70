//! The floor: the same rows by bare handlers, a prepared statement on a connection of the worker's own, and serde. The token is
//! checked as it is in the program.

use std::{cell::RefCell, net::TcpListener, sync::Arc};

use actix_web::{
    App as Web, HttpRequest, HttpResponse, HttpServer,
    web::{self, Data},
};
use diesel::prelude::*;
use packhorse::state::App;
use packhorse_domain::{
    Record, Timestamp, Version,
    library::{Library, LibraryDetails},
};
use serde::Serialize;

diesel::table! {
    libraries (id) {
        id -> Text,
        network_id -> Text,
        details -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = libraries)]
struct Row {
    id: String,
    network_id: String,
    details: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl From<Row> for Library {
    fn from(row: Row) -> Self {
        let details: LibraryDetails = serde_json::from_str(&row.details).unwrap();
        let at = |micros| Timestamp::from_microsecond(micros).unwrap();
        let record =
            Record { version: Version(row.version), created_at: at(row.created_at), updated_at: at(row.updated_at) };
        Self { id: row.id.parse().unwrap(), network: Some(row.network_id.parse().unwrap()), details, record }
    }
}

#[derive(Serialize)]
struct Page {
    items: Vec<Library>,
}

thread_local! {
    static CONN: RefCell<Option<SqliteConnection>> = const { RefCell::new(None) };
}

fn with<T>(file: &str, work: impl FnOnce(&mut SqliteConnection) -> T) -> T {
    CONN.with_borrow_mut(|conn| work(conn.get_or_insert_with(|| SqliteConnection::establish(file).unwrap())))
}

fn check(request: &HttpRequest, app: &App) {
    let header = request.headers().get("authorization").unwrap().to_str().unwrap();
    app.verify(header.strip_prefix("Bearer ").unwrap()).unwrap();
}

async fn one(request: HttpRequest, id: web::Path<String>, app: Data<App>, file: Data<String>) -> HttpResponse {
    check(&request, &app);
    let query = libraries::table.find(id.into_inner()).select(Row::as_select());
    let row: Row = with(&file, |conn| query.get_result(conn)).unwrap();
    HttpResponse::Ok().json(Library::from(row))
}

async fn page(request: HttpRequest, app: Data<App>, file: Data<String>) -> HttpResponse {
    check(&request, &app);
    let query = libraries::table.order(libraries::id).limit(51).select(Row::as_select());
    let rows: Vec<Row> = with(&file, |conn| query.load(conn)).unwrap();
    HttpResponse::Ok().json(Page { items: rows.into_iter().take(50).map(Library::from).collect() })
}

/// Serves the floor from a SQLite file; gives the address.
pub fn serve(app: Arc<App>, file: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (app, file) = (Data::from(app), Data::new(file));
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let web = move || {
                let routes = Web::new().app_data(app.clone()).app_data(file.clone());
                routes.route("/libraries", web::get().to(page)).route("/libraries/{id}", web::get().to(one))
            };
            HttpServer::new(web).workers(2).listen(listener).unwrap().run().await.unwrap();
        });
    });
    address
}
