//! Content lines: unfolded, split into name, parameters and value, and nested into components.
//!
//! Source: RFC 5545 section 3.1.

use super::{Fault, LONGEST_LINE, MOST_BYTES, MOST_COMPONENTS, MOST_FAULTS, Note};

/// Deepest nesting of components.
const DEEPEST: usize = 8;
/// What is heeded. Of other properties only the name is looked at.
const HEEDED: [&str; 21] = [
    "BEGIN",
    "BUSYTYPE",
    "DTEND",
    "DTSTART",
    "DURATION",
    "END",
    "EXDATE",
    "EXRULE",
    "FREEBUSY",
    "METHOD",
    "PRIORITY",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
    "STATUS",
    "SUMMARY",
    "TRANSP",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "UID",
];

/// One heeded property.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    /// The physical line it begins on, from 1.
    pub(crate) line: usize,
    /// In upper case.
    pub(crate) name: String,
    /// Names in upper case, values without quotes.
    parameters: Vec<(String, String)>,
    /// As it is written, without space around it.
    pub(crate) value: String,
}

impl Property {
    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as TEXT.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match (letter, letters.as_str().chars().next()) {
                ('\\', Some(escaped)) => {
                    letters.next();
                    text.push(if matches!(escaped, 'n' | 'N') { '\n' } else { escaped });
                }
                _ => text.push(letter),
            }
        }
        text
    }

    /// A fault of this property.
    pub(crate) fn fault(&self, code: &'static str, detail: impl Into<String>) -> Fault {
        Fault { line: self.line, code, detail: detail.into() }
    }
}

/// A component and what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// In upper case.
    pub(crate) name: String,
    /// The line of its `BEGIN`.
    pub(crate) line: usize,
    /// Its heeded properties, in order.
    pub(crate) properties: Vec<Property>,
    /// The components in it.
    pub(crate) inner: Vec<Component>,
}

impl Component {
    /// All properties of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// The property of a name that may be there but once.
    ///
    /// # Errors
    /// Given twice.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&Property>, Fault> {
        let mut all = self.properties.iter().filter(|property| property.name == name);
        let first = all.next();
        match all.next() {
            Some(second) => Err(second.fault("twice", format!("{name} is given twice in one {}", self.name))),
            None => Ok(first),
        }
    }

    /// Calls for itself and each component inside, the outer first.
    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Component)) {
        visit(self);
        for inner in &self.inner {
            inner.walk(visit);
        }
    }
}

/// Reads the components of a text.
///
/// # Errors
/// What is no iCalendar at all, as one fault on its line; else each line that cannot be read.
pub(crate) fn components(bytes: &[u8], notes: &mut Vec<Note>) -> Result<Vec<Component>, Vec<Fault>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(fault) = foreign(bytes) {
        return Err(vec![fault]);
    }
    let mut tree = Tree::default();
    let mut faults = Vec::new();
    for line in unfolded(bytes) {
        let read = line.and_then(|(number, text)| match content(number, &text)? {
            Content::Property(property) => tree.take(property),
            Content::Unheeded => tree.inside(number),
            Content::Broken(name) => {
                tree.inside(number)?;
                notes.push(Note { line: number, text: format!("{name} has no value and was left out") });
                Ok(())
            }
        });
        if let Err(fault) = read {
            let structural = matches!(fault.code, "nesting" | "too_large" | "not_a_calendar");
            faults.push(fault);
            if structural || faults.len() >= MOST_FAULTS {
                return Err(faults);
            }
        }
    }
    match tree.open.last() {
        Some(open) => {
            faults.push(Fault { line: open.line, code: "nesting", detail: format!("{} is never ended", open.name) });
        }
        None if tree.done.is_empty() && faults.is_empty() => {
            faults.push(Fault { line: 1, code: "not_a_calendar", detail: "there is no calendar in it".to_owned() });
        }
        None => {}
    }
    if faults.is_empty() { Ok(tree.done) } else { Err(faults) }
}

/// What is plainly something else than a text of iCalendar.
fn foreign(bytes: &[u8]) -> Option<Fault> {
    let fault = |line: usize, code, detail: String| Some(Fault { line, code, detail });
    if bytes.len() > MOST_BYTES {
        return fault(1, "too_large", format!("a calendar has at most {MOST_BYTES} bytes"));
    }
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    let what = match bytes.trim_ascii_start().first() {
        None => return fault(1, "not_a_calendar", "there is nothing in it".to_owned()),
        _ if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => "a ZIP archive",
        _ if begins(b"\x1f\x8b") => "a gzip archive",
        _ if begins(b"%PDF") => "a PDF document",
        _ if begins(b"\xff\xfe") || begins(b"\xfe\xff") => "a text in UTF-16",
        Some(b'<') => "a page of HTML or XML",
        Some(b'{' | b'[') => "JSON",
        Some(_) => {
            let line = bytes.split(|byte| *byte == b'\n').position(|line| line.contains(&0))? + 1;
            return fault(line, "not_a_calendar", "holds the byte 0, which no text has".to_owned());
        }
    };
    fault(1, "not_a_calendar", format!("this is {what}, not iCalendar"))
}

/// The logical lines of a text with the number of the physical line each begins on. Empty lines are passed over.
fn unfolded(bytes: &[u8]) -> impl Iterator<Item = Result<(usize, String), Fault>> {
    let mut physical = bytes.split(|byte| *byte == b'\n').enumerate().peekable();
    std::iter::from_fn(move || {
        let (place, first) = physical.find(|(_, line)| !line.trim_ascii().is_empty())?;
        let number = place + 1;
        let mut whole = first.strip_suffix(b"\r").unwrap_or(first).to_vec();
        // Some programs put empty lines before a folded one.
        while let Some((_, next)) = physical.peek() {
            let next = next.strip_suffix(b"\r").unwrap_or(next);
            match next.first() {
                None => {}
                Some(b' ' | b'\t') => {
                    let room = whole.len() <= LONGEST_LINE;
                    whole.extend_from_slice(if room { &next[1..] } else { &[] });
                }
                Some(_) => break,
            }
            physical.next();
        }
        if whole.len() > LONGEST_LINE {
            let detail = format!("a line has at most {LONGEST_LINE} octets");
            return Some(Err(Fault { line: number, code: "too_large", detail }));
        }
        let text = String::from_utf8(whole).map_err(|_| Fault {
            line: number,
            code: "encoding",
            detail: "is not written in UTF-8".to_owned(),
        });
        Some(text.map(|text| (number, text)))
    })
}

/// A logical line.
enum Content {
    Property(Property),
    /// One that says nothing of time.
    Unheeded,
    /// One that says nothing of time either, and is broken.
    Broken(String),
}

fn content(number: usize, line: &str) -> Result<Content, Fault> {
    let fault = |detail: String| Fault { line: number, code: "syntax", detail };
    let end = line.find([':', ';', '=']).unwrap_or(line.len());
    let name = line[..end].trim().to_ascii_uppercase();
    let spelled = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte));
    let heeded = HEEDED.binary_search(&name.as_str()).is_ok();
    if !spelled || end == line.len() || (heeded && line[end..].starts_with('=')) {
        let beginning: String = line.chars().take(40).collect();
        return Err(fault(format!("\"{beginning}\" is no line NAME:value")));
    }
    if !heeded {
        return Ok(if line[end..].contains(':') { Content::Unheeded } else { Content::Broken(name) });
    }
    let mut rest = &line[end..];
    let mut parameters = Vec::new();
    while let Some(inner) = rest.strip_prefix(';') {
        let equals = inner.find(['=', ':', ';']).filter(|at| inner[*at..].starts_with('=') && *at > 0);
        let equals = equals.ok_or_else(|| fault(format!("{name} has a parameter without a name or a value")))?;
        let after = &inner[equals + 1..];
        let end = parameter_end(after).ok_or_else(|| fault(format!("{name} has no value")))?;
        let value = after[..end].trim().trim_matches('"').to_owned();
        parameters.push((inner[..equals].trim().to_ascii_uppercase(), value));
        rest = &after[end..];
    }
    let value = rest.strip_prefix(':').ok_or_else(|| fault(format!("{name} has no value")))?;
    Ok(Content::Property(Property { line: number, name, parameters, value: value.trim().to_owned() }))
}

/// Where the value of a parameter ends: at a `;` or `:` that is neither quoted nor escaped.
fn parameter_end(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' if !quoted => escaped = true,
            ';' | ':' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

#[derive(Default)]
struct Tree {
    open: Vec<Component>,
    done: Vec<Component>,
    count: usize,
}

impl Tree {
    fn inside(&self, line: usize) -> Result<(), Fault> {
        if self.open.is_empty() {
            let detail = "stands outside of any component; a calendar begins with BEGIN:VCALENDAR".to_owned();
            return Err(Fault { line, code: "not_a_calendar", detail });
        }
        Ok(())
    }

    fn take(&mut self, property: Property) -> Result<(), Fault> {
        match property.name.as_str() {
            "BEGIN" => self.begin(&property),
            "END" => self.end(&property),
            _ => {
                self.inside(property.line)?;
                if let Some(open) = self.open.last_mut() {
                    open.properties.push(property);
                }
                Ok(())
            }
        }
    }

    fn begin(&mut self, property: &Property) -> Result<(), Fault> {
        let name = property.value.to_ascii_uppercase();
        if name.is_empty() {
            return Err(property.fault("nesting", "BEGIN names no component"));
        }
        self.count += 1;
        if self.count > MOST_COMPONENTS {
            return Err(property.fault("too_large", format!("a calendar has at most {MOST_COMPONENTS} components")));
        }
        if self.open.len() >= DEEPEST {
            return Err(property.fault("nesting", format!("components are nested at most {DEEPEST} deep")));
        }
        self.open.push(Component { name, line: property.line, properties: Vec::new(), inner: Vec::new() });
        Ok(())
    }

    fn end(&mut self, property: &Property) -> Result<(), Fault> {
        let name = property.value.to_ascii_uppercase();
        match self.open.pop() {
            Some(component) if component.name == name => {
                match self.open.last_mut() {
                    Some(outer) => outer.inner.push(component),
                    None => self.done.push(component),
                }
                Ok(())
            }
            Some(component) => {
                let detail = format!("ends {name} within {} of line {}", component.name, component.line);
                Err(property.fault("nesting", detail))
            }
            None => Err(property.fault("nesting", format!("ends {name}, which was not begun"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<(usize, String)> {
        let read = components(text.as_bytes(), &mut vec![]).unwrap();
        read[0].properties.iter().map(|property| (property.line, property.text())).collect()
    }

    #[test]
    fn folded_lines_keep_the_number_they_begin_on() {
        let text =
            "BEGIN:VEVENT\r\nSUM\r\n MARY;X=\"a:b\";Y=c\\:d:one\\, two\r\n\r\n  three\r\nUID:4\r\nEND:VEVENT\r\n";
        assert_eq!(values(text), [(2, "one, two three".to_owned()), (6, "4".to_owned())]);
    }

    proptest! {
        #[test]
        fn what_is_folded_anywhere_reads_the_same(
            text in "[a-zäß老👩 ]{1,80}",
            folds in prop::collection::vec(0usize..90, 0..6),
        ) {
            let line = format!("SUMMARY:x{text}x").into_bytes();
            let mut folded = Vec::new();
            for (at, byte) in line.iter().enumerate() {
                if at > 0 && folds.contains(&at) {
                    folded.extend_from_slice(b"\r\n ");
                }
                folded.push(*byte);
            }
            let whole = [b"BEGIN:VEVENT\r\n".as_slice(), &folded, b"\r\nEND:VEVENT\r\n"].concat();
            let read = components(&whole, &mut vec![]).unwrap();
            prop_assert_eq!(read[0].properties[0].text(), format!("x{text}x"));
        }
    }
}
