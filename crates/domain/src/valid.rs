//! Input whose shape was checked once, at the edge.

use validator::{Validate, ValidationErrors};

/// A value that passed its own [`Validate`] rules; there is no other way to make one.
#[derive(Debug, Clone)]
pub struct Valid<T>(T);

impl<T: Validate> Valid<T> {
    /// Checks every rule of `value`.
    ///
    /// # Errors
    /// All the faults found, by field.
    pub fn new(value: T) -> Result<Self, ValidationErrors> {
        value.validate()?;
        Ok(Self(value))
    }
}

impl<T> Valid<T> {
    /// The value, now a plain one.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// A part of it, which was checked with the whole.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Valid<U> {
        Valid(part(self.0))
    }
}

impl<T> std::ops::Deref for Valid<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
