//! The addresses of the document: what each takes, and which file of operations is asked for it.
//!
//! Every request is looked up here once. Were the routes in one list, it would be compared with every pattern before its own: hundreds.

use std::collections::{BTreeMap, HashMap};

use packhorse_domain::{
    api_key::KeyScope,
    operation::{self, Operation},
};
use serde_json::Value;

/// Addresses with their methods, by their third part, the collection: the first two of most are alike.
pub struct Addresses(HashMap<String, Vec<(Vec<String>, Methods)>>);

/// What an address takes.
pub struct Methods(BTreeMap<String, Method>);

/// What is known of a method of an address.
pub struct Method {
    /// Whether it takes query parameters.
    pub takes_query: bool,
    /// Where its operation is.
    pub file: File,
    operation: Option<&'static Operation>,
}

/// The file of an operation, by its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File(pub usize);

/// Under what addresses with this path are filed: nothing for those of any collection.
fn filed<S: AsRef<str>>(parts: &[S]) -> &str {
    parts.get(2).map(AsRef::as_ref).filter(|part| !part.starts_with('{')).unwrap_or_default()
}

impl Addresses {
    /// Reads them from a document. `files` has the file of each operation, by its id; one of another is in none.
    pub fn of(document: &Value, files: &HashMap<String, File>) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let takes_query = |operation: &Value| {
            operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["in"] == "query")
        };
        let methods = |item: &Value| {
            let operations = item.as_object().into_iter().flatten();
            let method = |operation: &Value| {
                let id = operation["operationId"].as_str()?;
                let (takes_query, file) = (takes_query(operation), *files.get(id)?);
                Some(Method { takes_query, file, operation: operation::operation(id) })
            };
            let known = operations.filter_map(|(name, operation)| Some((name.to_uppercase(), method(operation)?)));
            Methods(known.collect())
        };
        let mut all: HashMap<String, Vec<_>> = HashMap::new();
        for (path, item) in paths {
            let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
            all.entry(filed(&parts).to_owned()).or_default().push((parts, methods(item)));
        }
        Self(all)
    }

    /// What an address takes; nothing when there is no such address. `/v1/libraries/import` is no library: the address with the
    /// fewest placeholders counts.
    pub fn methods(&self, path: &str) -> Option<&Methods> {
        let asked: Vec<_> = path.split('/').collect();
        let fits = |known: &[String]| {
            let same = |(known, asked): (&String, &&str)| known.starts_with('{') && !asked.is_empty() || known == asked;
            known.len() == asked.len() && known.iter().zip(&asked).all(same)
        };
        let of_any = self.0.get("").filter(|_| !filed(&asked).is_empty());
        let near = self.0.get(filed(&asked)).into_iter().chain(of_any).flatten().filter(|(known, _)| fits(known));
        let placeholders = |known: &[String]| known.iter().filter(|part| part.starts_with('{')).count();
        near.min_by_key(|(known, _)| placeholders(known)).map(|(_, methods)| methods)
    }

    /// What an API key must be for at the pattern of an address; nothing where no key is taken.
    pub fn key_scope(&self, pattern: &str, method: &str) -> Option<KeyScope> {
        let parts: Vec<_> = pattern.split('/').collect();
        let (_, methods) = self.0.get(filed(&parts))?.iter().find(|(known, _)| *known == parts)?;
        methods.get(method)?.operation?.scope
    }
}

impl Methods {
    /// What is known of one.
    pub fn get(&self, method: &str) -> Option<&Method> {
        self.0.get(method)
    }

    /// All of them, as `Allow` names them.
    pub fn allowed(&self) -> String {
        // Whatever can be got has a head.
        let each = self.0.keys().flat_map(|method| [Some(method.as_str()), (method == "GET").then_some("HEAD")]);
        each.flatten().collect::<Vec<_>>().join(", ")
    }
}
