//! Somebody who talks to the server.

use std::time::Duration;

use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, Request},
};

/// A caller, signed in or not.
#[derive(Clone)]
pub struct Client {
    base: String,
    agent: Agent,
    token: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came, as far as it is text.
    pub text: String,
}

impl Reply {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// One header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `id` of the body.
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id in {} {}", self.status, self.text)).to_owned()
    }

    /// The address of what was made.
    #[track_caller]
    pub fn location(&self) -> String {
        self.header("location").unwrap_or_else(|| panic!("no Location with {} {}", self.status, self.text)).to_owned()
    }

    /// The `ETag`.
    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag with {} {}", self.status, self.text)).to_owned()
    }

    /// The same, if the status is this one.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use, reason = "mostly it is only asserted")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// `code` of every fault of a problem document, with where it is.
    pub fn faults(&self) -> Vec<(String, String)> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let place =
            |fault: &Value| fault["pointer"].as_str().or(fault["parameter"].as_str()).unwrap_or_default().to_owned();
        errors.iter().map(|fault| (place(fault), fault["code"].as_str().unwrap_or_default().to_owned())).collect()
    }
}

impl Client {
    /// Nobody in particular.
    pub fn new(base: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        // The server hangs up on connections that rest for five seconds; one that it has just closed must not be used.
        let agent = agent.max_idle_age(Duration::from_secs(2)).timeout_global(Some(Duration::from_secs(30)));
        let agent = agent.build().into();
        Self { base: base.to_owned(), agent, token: None }
    }

    /// The same at another server.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The same with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The address of the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Signs in.
    #[must_use]
    pub fn sign_in(&self, email: &str, password: &str) -> Self {
        let body = serde_json::json!({ "email": email, "password": password });
        let reply = self.post("/v1/sign-in", &body).expect(200);
        self.with_token(reply.json()["access_token"].as_str().unwrap())
    }

    /// Sends anything at all; nothing when no answer came.
    pub fn try_send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Option<Reply> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()).ok()?,
            None => self.agent.run(request.body(()).unwrap()).ok()?,
        };
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.body_mut().with_config().limit(200 << 20).read_to_vec().ok()?;
        Some(Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// Sends anything at all.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        self.try_send(method, path, headers, body).unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// GET.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// POST of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, body, &[])
    }

    /// POST of JSON with more headers.
    pub fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        self.send("POST", path, &headers, Some(body.to_string().as_bytes()))
    }

    /// POST of a state change, naming the version that was seen; a body only when there is one.
    pub fn act(&self, path: &str, etag: &str, body: Option<&Value>) -> Reply {
        match body {
            Some(body) => self.post_with(path, body, &[("if-match", etag)]),
            None => self.send("POST", path, &[("if-match", etag)], Some(b"")),
        }
    }

    /// POST of a state change of the version that is there now.
    pub fn step(&self, path: &str, action: &str, body: Option<&Value>) -> Reply {
        let etag = self.get(path).expect(200).etag();
        self.act(&format!("{path}/{action}"), &etag, body)
    }

    /// PATCH of a merge patch.
    pub fn patch(&self, path: &str, etag: &str, body: &Value) -> Reply {
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", etag)];
        self.send("PATCH", path, &headers, Some(body.to_string().as_bytes()))
    }

    /// DELETE.
    pub fn delete(&self, path: &str, etag: &str) -> Reply {
        self.send("DELETE", path, &[("if-match", etag)], None)
    }
}
