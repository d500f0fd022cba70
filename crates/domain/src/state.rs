//! What every state machine here shares.

/// A change that the present state does not permit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {what} that is {state} cannot be changed by {action}")]
pub struct InvalidTransition {
    /// The thing, `request`, `offer`, …
    pub what: &'static str,
    /// The state it is in, as the API spells it.
    pub state: &'static str,
    /// The operation that was tried.
    pub action: &'static str,
}
