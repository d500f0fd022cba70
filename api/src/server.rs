//! The server: its layers and how it starts.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App as Web, HttpRequest, HttpServer,
    dev::Server,
    http::Method,
    middleware::{Compress, from_fn},
    web,
};
use utoipa_actix_web::AppExt;

use crate::{
    body::body,
    edge::edge,
    problem::{self, Problem},
    routes,
    state::App,
};

/// Starts serving on a listener.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(app: Arc<App>, listener: TcpListener, workers: usize, shutdown: Duration) -> std::io::Result<Server> {
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        let (web, _) = Web::new().into_utoipa_app().configure(routes::mount).split_for_parts();
        web.app_data(app.clone())
            .service(crate::docs::service())
            .default_service(web::to(elsewhere))
            .wrap(from_fn(body))
            .wrap(Compress::default())
            .wrap(from_fn(edge))
    });
    let server =
        server.workers(workers).client_request_timeout(Duration::from_secs(5)).shutdown_timeout(shutdown.as_secs());
    Ok(server.listen(listener)?.run())
}

/// No operation has this address, or none with this method.
async fn elsewhere(request: HttpRequest, app: web::Data<App>) -> Result<&'static str, Problem> {
    match app.addresses.allowed(request.path()) {
        Some(allow) if request.method() != Method::OPTIONS => {
            let detail = format!("this address takes {allow}");
            Err(Problem { allow: Some(allow), ..Problem::new(problem::METHOD_NOT_ALLOWED, detail) })
        }
        Some(_) | None => Err(Problem::new(problem::NOT_FOUND, "there is nothing at this address")),
    }
}
