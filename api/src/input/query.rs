//! Query parameters, each with every fault named.

use std::{fmt::Display, marker::PhantomData, str::FromStr};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use packhorse_db::{Cursor, Order, Page};
use packhorse_domain::id::Kind;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::problem::{self, FaultDocument, Problem};

/// Query parameters that are read one by one, so that every fault and every unknown one is named.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<FaultDocument>,
    broken_rules: Vec<FaultDocument>,
}

/// What an operation takes in its query.
pub trait Query: IntoParams + Sized {
    /// Reads what it knows; the rest is refused.
    fn read(parameters: &mut Parameters) -> Self;
}

impl Parameters {
    /// Takes a parameter.
    pub fn take<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Display,
    {
        let mut found = self.pairs.extract_if(.., |(key, _)| key == name);
        let first = found.next()?;
        let repeated = found.count() > 0;
        if repeated {
            self.faults.push(Problem::parameter(name, "repeated", "may be there once"));
        }
        self.parsed(name, &first.1)
    }

    fn parsed<T: FromStr>(&mut self, name: &str, text: &str) -> Option<T>
    where
        T::Err: Display,
    {
        text.parse().map_err(|error| self.faults.push(Problem::parameter(name, "form", format!("{error}")))).ok()
    }

    /// Takes a parameter that may be there several times.
    pub fn all<T: FromStr>(&mut self, name: &str) -> Vec<T>
    where
        T::Err: Display,
    {
        let found: Vec<_> = self.pairs.extract_if(.., |(key, _)| key == name).collect();
        found.iter().filter_map(|(_, text)| self.parsed(name, text)).collect()
    }

    /// Takes words of a closed list.
    pub fn words<W: packhorse_domain::Word>(&mut self, name: &str) -> Vec<W> {
        let texts = self.all::<String>(name);
        let words: Vec<W> = texts.iter().filter_map(|text| W::from_word(text)).collect();
        if words.len() < texts.len() {
            self.unknown_word::<W>(name);
        }
        words
    }

    /// Takes what a form may send empty.
    pub fn filled<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Display,
    {
        self.pairs.retain(|(key, value)| key != name || !value.is_empty());
        self.take(name)
    }

    /// Takes a word of a closed list.
    pub fn word<W: packhorse_domain::Word>(&mut self, name: &str) -> Option<W> {
        let text: String = self.take(name)?;
        let word = W::from_word(&text);
        if word.is_none() {
            self.unknown_word::<W>(name);
        }
        word
    }

    fn unknown_word<W: packhorse_domain::Word>(&mut self, name: &str) {
        let known = W::ALL.iter().map(|word| word.word()).collect::<Vec<_>>().join(", ");
        self.faults.push(Problem::parameter(name, "unknown_word", format!("is one of {known}")));
    }

    /// Takes a text that is to be looked for.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text: String = self.take(name)?;
        if text.is_empty() || text.chars().count() > 200 || text.contains('\0') {
            self.faults.push(Problem::parameter(name, "length", "has 1 to 200 characters, none of them U+0000"));
            return None;
        }
        Some(text)
    }

    /// Notes a fault.
    pub fn fault(&mut self, name: &str, code: &str, detail: &str) {
        self.faults.push(Problem::parameter(name, code, detail));
    }

    /// Notes that parameters, each well formed, break a rule together.
    pub fn broken_rule(&mut self, name: &str, code: &str, detail: &str) {
        self.broken_rules.push(Problem::parameter(name, code, detail));
    }

    /// Takes `limit`: 1 to 100, 50 when absent.
    pub fn limit(&mut self) -> u8 {
        match self.take::<u8>("limit") {
            Some(limit) if (1..=100).contains(&limit) => limit,
            Some(_) => {
                self.fault("limit", "range", "is 1 to 100");
                50
            }
            None => 50,
        }
    }

    /// Takes `limit`, `after` and `sort` of a list of such ids.
    pub fn page<K: Kind>(&mut self) -> Page {
        let limit = self.limit();
        let after = self.take::<String>("after").and_then(|text| {
            let cursor = Cursor::read::<K>(&text).ok();
            if cursor.is_none() {
                self.faults.push(Problem::parameter("after", "cursor", "is not a cursor of this list"));
            }
            cursor
        });
        let order = match self.take::<String>("sort").as_deref() {
            None | Some("created_at") => Order::Ascending,
            Some("-created_at") => Order::Descending,
            Some(_) => {
                self.faults.push(Problem::parameter("sort", "unknown_word", "is one of created_at, -created_at"));
                Order::Ascending
            }
        };
        Page { limit, after, order }
    }
}

/// The query of an operation.
pub struct QueryOf<Q>(pub Q);

impl<Q: Query> FromRequest for QueryOf<Q> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request).map(Self))
    }
}

/// The query of a list of such ids without filters.
pub struct OnlyPage<K> {
    /// Which page.
    pub page: Page,
    of: PhantomData<K>,
}

impl<K> IntoParams for OnlyPage<K> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        PageQuery::into_params(parameter_in)
    }
}

impl<K: Kind> Query for OnlyPage<K> {
    fn read(from: &mut Parameters) -> Self {
        Self { page: from.page::<K>(), of: PhantomData }
    }
}

fn read_query<Q: Query>(request: &HttpRequest) -> Result<Q, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map_err(|error| Problem::new(problem::BAD_REQUEST, error.to_string()))?.into_inner();
    let mut parameters = Parameters { pairs, faults: Vec::new(), broken_rules: Vec::new() };
    let query = Q::read(&mut parameters);
    let Parameters { pairs, mut faults, broken_rules } = parameters;
    for (name, _) in pairs {
        faults.push(Problem::parameter(&name, "unknown_parameter", "is not known here"));
    }
    if !faults.is_empty() {
        faults.extend(broken_rules);
        Err(Problem::new(problem::BAD_REQUEST, "the parameters break the schema").with(faults))
    } else if broken_rules.is_empty() {
        Ok(query)
    } else {
        Err(Problem::new(problem::INVALID, "the input breaks the rules named in errors").with(broken_rules))
    }
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Parameters::page` reads")]
pub struct PageQuery {
    /// Most items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
    /// `next` of the page before.
    after: Option<String>,
    /// `created_at` for oldest first, `-created_at` for newest first.
    #[param(default = "created_at", pattern = "^-?created_at$")]
    sort: Option<String>,
}
