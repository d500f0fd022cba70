//! JSON as it is written: each thing straight into a text, without a tree of values between.
//!
//! Source: RFC 8259 section 7 (strings), HTML section 4.12.1.3 (restrictions for contents of script elements).

use std::fmt::Write as _;

/// A value that is written already.
pub(super) struct Written(String);

impl Written {
    /// A text beside things in a list.
    pub(super) fn text(text: &str) -> Self {
        let mut written = String::new();
        quote(&mut written, text);
        Self(written)
    }
}

impl From<Written> for String {
    fn from(value: Written) -> Self {
        value.0
    }
}

/// What can be the value of a property.
pub(super) trait Tell {
    /// Writes it, unless there is nothing to tell.
    fn tell(self, out: &mut String);
}

impl Tell for &str {
    fn tell(self, out: &mut String) {
        if !self.is_empty() {
            quote(out, self);
        }
    }
}
impl Tell for String {
    fn tell(self, out: &mut String) {
        self.as_str().tell(out);
    }
}
impl Tell for Written {
    fn tell(self, out: &mut String) {
        out.push_str(&self.0);
    }
}
impl Tell for bool {
    fn tell(self, out: &mut String) {
        out.push_str(if self { "true" } else { "false" });
    }
}
impl Tell for u32 {
    fn tell(self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
}
impl Tell for f64 {
    fn tell(self, out: &mut String) {
        // JSON has no word for what is no number.
        if self.is_finite() {
            let _ = write!(out, "{self}");
        }
    }
}
impl<T: Tell> Tell for Option<T> {
    fn tell(self, out: &mut String) {
        if let Some(value) = self {
            value.tell(out);
        }
    }
}
impl<T: Tell> Tell for Vec<T> {
    fn tell(self, out: &mut String) {
        let full = !self.is_empty();
        for (n, value) in self.into_iter().enumerate() {
            out.push(if n == 0 { '[' } else { ',' });
            let before = out.len();
            value.tell(out);
            // Only a text without a character tells nothing.
            if out.len() == before {
                out.push_str("\"\"");
            }
        }
        if full {
            out.push(']');
        }
    }
}

/// An object as it grows.
pub(super) struct Thing(String);

impl Thing {
    /// One of a type.
    pub(super) fn of(kind: &str) -> Self {
        let mut text = String::with_capacity(256);
        text.push_str("{\"@type\":");
        quote(&mut text, kind);
        Self(text)
    }

    /// Adds a property; one that has nothing to tell is left out.
    pub(super) fn put(&mut self, name: &str, value: impl Tell) {
        let before = self.0.len();
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
        let empty = self.0.len();
        value.tell(&mut self.0);
        if self.0.len() == empty {
            self.0.truncate(before);
        }
    }

    /// The same, for one written in an expression.
    pub(super) fn with(mut self, name: &str, value: impl Tell) -> Self {
        self.put(name, value);
        self
    }

    pub(super) fn done(mut self) -> Written {
        self.0.push('}');
        Written(self.0)
    }
}

/// A string in which nothing can end a script or a line of one.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, character) in text.char_indices() {
        match character {
            '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            _ => continue,
        }
        out.push_str(&text[from..at]);
        let _ = write!(out, "\\u{:04x}", u32::from(character));
        from = at + character.len_utf8();
    }
    out.push_str(&text[from..]);
    out.push('"');
}
