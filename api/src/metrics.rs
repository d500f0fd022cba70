//! Figures for Prometheus: requests by route, their times, the process.
//!
//! Invariant: a label takes few values. Routes are patterns (`/v1/requests/{id}`), never paths; methods nobody knows are one.

use std::{fs, io, net::SocketAddr, time::Instant};

use actix_web::{
    App, Error, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::Next,
    web,
};
use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// Upper bounds of the time buckets, in seconds, the handler's default deadline last.
const BUCKETS_SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0];
/// The route of what matched none.
const UNMATCHED: &str = "unmatched";

/// All figures of this process; clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    started: Instant,
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGauge,
    memory: IntGauge,
    uptime: Gauge,
}

impl Metrics {
    /// Begins to count. `started` is when the process began.
    ///
    /// # Errors
    /// A defect in a name, which a test would have found.
    pub fn new(started: Instant) -> Result<Self, prometheus::Error> {
        let times = HistogramOpts::new(
            "packhorse_http_request_duration_seconds",
            "Time from the head of a request to the head of its answer, by method and route pattern.",
        );
        let metrics = Self {
            registry: Registry::new(),
            started,
            requests: IntCounterVec::new(
                Opts::new("packhorse_http_requests_total", "Requests answered, by method, route pattern and status."),
                &["method", "route", "status"],
            )?,
            seconds: HistogramVec::new(times.buckets(BUCKETS_SECONDS.to_vec()), &["method", "route"])?,
            in_flight: IntGauge::new("packhorse_http_requests_in_flight", "Requests being answered.")?,
            memory: IntGauge::new("process_resident_memory_bytes", "Memory of the process that is in RAM.")?,
            uptime: Gauge::new("packhorse_uptime_seconds", "Time since the process started.")?,
        };
        metrics.register(metrics.requests.clone())?;
        metrics.register(metrics.seconds.clone())?;
        metrics.register(metrics.in_flight.clone())?;
        metrics.register(metrics.uptime.clone())?;
        if resident_bytes().is_some() {
            metrics.register(metrics.memory.clone())?;
        }
        let build = IntGauge::with_opts(
            Opts::new("packhorse_build_info", "Always 1; the version stands in the label.")
                .const_label("version", env!("CARGO_PKG_VERSION")),
        )?;
        build.set(1);
        metrics.register(build)?;
        Ok(metrics)
    }

    /// Adds a figure of somebody else's.
    ///
    /// # Errors
    /// When its name is taken.
    pub fn register(&self, figure: impl Collector + 'static) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(figure))
    }

    /// All figures in the Prometheus text format.
    ///
    /// # Errors
    /// When a figure that somebody registered cannot be written.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        self.uptime.set(self.started.elapsed().as_secs_f64());
        if let Some(bytes) = resident_bytes() {
            self.memory.set(bytes);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    fn answered(&self, method: &str, route: &str, status: StatusCode, began: Instant) {
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.seconds.with_label_values(&[method, route]).observe(began.elapsed().as_secs_f64());
    }
}

/// Counts a request and takes its time: `App::wrap(from_fn(metrics::measure))`, outermost, with
/// `web::Data<Metrics>` among the application's data (without it nothing is counted).
///
/// An error of a middleware inside is counted with the route `unmatched`, for by then nobody knows the route; so
/// middlewares had better answer with a response.
///
/// # Errors
/// Those of what is inside, untouched.
pub async fn measure<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let Some(metrics) = request.app_data::<web::Data<Metrics>>().cloned() else { return next.call(request).await };
    let method = method(request.method());
    let began = Instant::now();
    let flight = InFlight::new(&metrics.in_flight);
    let outcome = next.call(request).await;
    drop(flight);
    match &outcome {
        Ok(response) => {
            // The pattern is known by the way the request took; asking before would search all patterns.
            let route = response.request().match_pattern();
            metrics.answered(method, route.as_deref().unwrap_or(UNMATCHED), response.status(), began);
        }
        Err(error) => metrics.answered(method, UNMATCHED, error.as_response_error().status_code(), began),
    }
    outcome
}

/// The handler of `GET /metrics`.
pub async fn show(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.render() {
        Ok(text) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the figures cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// A server for `/metrics` alone, and the address it has (port 0 takes a free one). Await it beside the API's; it leaves
/// signals to others.
///
/// # Errors
/// When the address cannot be had.
pub fn listen(metrics: Metrics, address: SocketAddr) -> io::Result<(Server, SocketAddr)> {
    let metrics = web::Data::new(metrics);
    let app = move || App::new().app_data(metrics.clone()).route("/metrics", web::get().to(show));
    let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).bind(address)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), address))
}

/// One more request under way, until dropped: also when the caller hangs up and the answer is given up.
struct InFlight(IntGauge);

impl InFlight {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Memory in RAM, where the system tells (Linux). `status` gives kibibytes, so the page size need not be known.
fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use actix_web::{error, middleware::from_fn, test};

    use super::*;

    async fn figures(requests: &[(Method, &str)]) -> String {
        let metrics = Metrics::new(Instant::now()).unwrap();
        let item = web::resource("/items/{id}").route(web::get().to(HttpResponse::Created));
        let guarded = web::scope("/v1").service(item).route(
            "/broken",
            web::get().to(|| async { Err::<HttpResponse, _>(error::ErrorInternalServerError("no")) }),
        );
        let app = App::new().app_data(web::Data::new(metrics.clone())).wrap(from_fn(measure)).service(guarded);
        let app = test::init_service(app).await;
        for (method, path) in requests {
            let request = test::TestRequest::with_uri(path).method(method.clone()).to_request();
            let _answer = test::call_service(&app, request).await;
        }
        metrics.render().unwrap()
    }

    #[actix_web::test]
    async fn requests_are_counted_by_pattern_and_status() {
        let odd = Method::from_bytes(b"BREW").unwrap();
        let text = figures(&[
            (Method::GET, "/v1/items/1"),
            (Method::GET, "/v1/items/2"),
            (Method::POST, "/v1/items/2"),
            (Method::GET, "/v1/broken"),
            (Method::GET, "/wp-login.php"),
            (odd, "/"),
        ])
        .await;
        for line in [
            r#"packhorse_http_requests_total{method="GET",route="/v1/items/{id}",status="201"} 2"#,
            r#"packhorse_http_requests_total{method="POST",route="/v1/items/{id}",status="405"} 1"#,
            r#"packhorse_http_requests_total{method="GET",route="/v1/broken",status="500"} 1"#,
            r#"packhorse_http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
            r#"packhorse_http_requests_total{method="other",route="unmatched",status="404"} 1"#,
            r#"packhorse_http_request_duration_seconds_count{method="GET",route="/v1/items/{id}"} 2"#,
            "packhorse_http_requests_in_flight 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("wp-login"), "{text}");
    }

    #[actix_web::test]
    async fn the_process_is_described() {
        let text = figures(&[]).await;
        assert!(text.contains("packhorse_uptime_seconds 0"), "{text}");
        assert!(text.contains("packhorse_build_info{version=\""), "{text}");
        #[cfg(target_os = "linux")]
        {
            let memory = text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes ")).unwrap();
            assert!(memory.parse::<u64>().unwrap() > 1 << 20, "{memory}");
        }
    }

    #[actix_web::test]
    async fn the_figures_have_a_listener_of_their_own() {
        let (server, address) = listen(Metrics::new(Instant::now()).unwrap(), "127.0.0.1:0".parse().unwrap()).unwrap();
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        let answer = web::block(move || {
            use std::io::{Read as _, Write as _};
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.0 200") && answer.contains("version=0.0.4"), "{answer}");
        assert!(answer.contains("packhorse_uptime_seconds"), "{answer}");
        handle.stop(false).await;
        running.await.unwrap().unwrap();
    }
}
