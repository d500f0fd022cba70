//! Who may do what, to be read: made of the tables that decide it.

use std::fmt::Write;

use packhorse_domain::{
    Action, Word,
    access::Relation,
    api_key::KeyScope,
    operation::{OPERATIONS, Operation},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Who may do what.
#[derive(Serialize, ToSchema)]
pub struct PolicyView {
    /// How somebody can stand to a thing.
    relations: Vec<Meaning<Relation>>,
    /// What API keys can be for.
    scopes: Vec<Meaning<KeyScope>>,
    /// What can be done, and by whom.
    actions: Vec<ActionView>,
    /// Every operation that asks who calls.
    operations: Vec<OperationView>,
}

/// A word, and what it stands for.
#[derive(Serialize, ToSchema)]
struct Meaning<T> {
    /// The word.
    name: T,
    /// What it stands for.
    about: &'static str,
}

/// Something that can be done.
#[derive(Serialize, ToSchema)]
struct ActionView {
    /// What it is called.
    name: Action,
    /// What it is.
    about: &'static str,
    /// Whoever stands to the thing in one of these ways may do it.
    allowed: &'static [Relation],
}

/// An operation.
#[derive(Serialize, ToSchema)]
struct OperationView {
    /// Its `operationId`.
    #[schema(example = "update_library")]
    name: &'static str,
    /// What it does, one of these; none where it shows only what the caller may see anyhow.
    actions: &'static [Action],
    /// The scope that an API key needs; `null` when it takes no keys.
    scope: Option<KeyScope>,
}

impl PolicyView {
    /// The policy of this program.
    pub fn new() -> Self {
        let relations = Relation::ALL.iter().map(|name| Meaning { name: *name, about: name.about() });
        let scopes = KeyScope::ALL.iter().map(|name| Meaning { name: *name, about: name.about() });
        let actions = Action::ALL.iter().map(|name| (*name, name.about(), name.allowed()));
        let operations = OPERATIONS.iter().map(|Operation { name, actions, scope }| (*name, *actions, *scope));
        Self {
            relations: relations.collect(),
            scopes: scopes.collect(),
            actions: actions.map(|(name, about, allowed)| ActionView { name, about, allowed }).collect(),
            operations: operations.map(|(name, actions, scope)| OperationView { name, actions, scope }).collect(),
        }
    }
}

/// The policy as a page. Everything in it is a word or a sentence of ours, so nothing needs to be escaped.
pub fn page(policy: &PolicyView) -> String {
    let mut text = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Who may do what</title></head><body><main>\
         <h1>Who may do what</h1><p>Everybody sees what the list of roles shows them; what they may not see answers as if it \
         were not there. What they see they may change only if they stand to it in one of the ways listed. An API key sees and \
         may do what a coordinator of its network does, within its scopes.</p>",
    );
    let meanings = |text: &mut String, title: &str, rows: Vec<[String; 2]>| {
        let _ = write!(text, "<h2>{title}</h2><dl>");
        for [name, about] in rows {
            let _ = write!(text, "<dt><code>{name}</code></dt><dd>{about}</dd>");
        }
        text.push_str("</dl>");
    };
    let relations = policy.relations.iter().map(|row| [row.name.word().to_owned(), row.about.to_owned()]);
    meanings(&mut text, "How one can stand to a thing", relations.collect());
    let scopes = policy.scopes.iter().map(|row| [row.name.word().to_owned(), row.about.to_owned()]);
    meanings(&mut text, "What API keys can be for", scopes.collect());
    text.push_str("<h2>What can be done</h2><table><tr><th>Action<th>By<th>Operations, and the scope a key needs</tr>");
    for action in &policy.actions {
        let by = action.allowed.iter().map(|relation| relation.word()).collect::<Vec<_>>().join(", ");
        let operations = with_scopes(policy, |row| row.actions.contains(&action.name));
        let _ = write!(text, "<tr><td><code>{}</code><br>{}", action.name.word(), action.about);
        let _ = write!(text, "<td>{by}<td>{operations}</tr>");
    }
    let shown = with_scopes(policy, |row| row.actions.is_empty());
    let _ = writeln!(
        text,
        "<tr><td>See what there is<td>everybody, what is theirs to see<td>{shown}</tr></table></main></body></html>"
    );
    text
}

fn with_scopes(policy: &PolicyView, which: impl Fn(&OperationView) -> bool) -> String {
    let scope = |row: &OperationView| row.scope.map_or("no keys", Word::word);
    let rows = policy.operations.iter().filter(|row| which(row));
    rows.map(|row| format!("<code>{}</code> ({})", row.name, scope(row))).collect::<Vec<_>>().join(", ")
}
