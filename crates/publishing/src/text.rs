//! What several forms need of a text: characters that may be written, prices, licenses, sizes, paragraphs.

use packhorse_domain::{Format, Level, Money};

use crate::model::{CeHours, MaterialKind};

/// Whether XML 1.0 and HTML can hold a character and it is no control character but tab and line break.
///
/// Source: XML 1.0 section 2.2, HTML section 13.1.1.
pub(crate) fn can_be_written(character: char) -> bool {
    match character {
        '\t' | '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

/// The paragraphs of a text, without empty ones.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty())
}

/// The beginning of a text in one line of about `most` characters.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() >= most {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// An amount as a decimal number without its currency.
///
/// Source: ISO 4217 (list one, minor units other than two).
pub(crate) fn amount(money: Money) -> String {
    let digits = match money.currency.code() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let sign = if money.amount_minor < 0 { "-" } else { "" };
    let minor = money.amount_minor.unsigned_abs();
    let unit = 10u64.pow(digits);
    match usize::try_from(digits) {
        Ok(width) if width > 0 => format!("{sign}{}.{:0width$}", minor / unit, minor % unit),
        _ => format!("{sign}{minor}"),
    }
}

/// An amount as people read it.
pub(crate) fn price(money: Money) -> String {
    match (money.amount_minor, money.currency.code()) {
        (0, _) => "Free".to_owned(),
        (1.., "USD") => format!("${}", amount(money)),
        (_, code) => format!("{} {code}", amount(money)),
    }
}

/// Hundredths as a decimal number without needless zeros.
pub(crate) fn hundredths(value: u32) -> String {
    match (value / 100, value % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}

/// `1.5 hours, Indiana LEU, general`.
pub(crate) fn hours(ce: &CeHours) -> String {
    let unit = if ce.hundredths == 100 { "hour" } else { "hours" };
    let category = if ce.category.is_empty() { String::new() } else { format!(", {}", ce.category) };
    format!("{} {unit}, {}{category}", hundredths(ce.hundredths), ce.scheme)
}

/// The page of a license, when the expression is one plain SPDX identifier.
///
/// Source: SPDX specification 2.3, annex D.
pub(crate) fn license_address(expression: &str) -> Option<String> {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.');
    let one = !expression.is_empty() && expression.bytes().all(plain) && !expression.starts_with("LicenseRef");
    one.then(|| format!("https://spdx.org/licenses/{expression}.html"))
}

/// A size as people read it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// A format as people read it.
pub(crate) fn format_name(format: Format) -> &'static str {
    match format {
        Format::InPerson => "In person",
        Format::Virtual => "Online",
        Format::Hybrid => "Hybrid",
    }
}

/// A level as people read it.
pub(crate) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Introductory => "Introductory",
        Level::Intermediate => "Intermediate",
        Level::Advanced => "Advanced",
    }
}

/// Languages as people read them: those taught in most, by name, the others by their tag.
///
/// Source: IANA language subtag registry.
pub(crate) fn language_names(tags: &[String]) -> String {
    fn name(tag: &str) -> &str {
        match tag {
            "ar" => "Arabic",
            "de" => "German",
            "en" => "English",
            "es" => "Spanish",
            "fr" => "French",
            "ht" => "Haitian Creole",
            "ko" => "Korean",
            "pt" => "Portuguese",
            "ru" => "Russian",
            "so" => "Somali",
            "tl" => "Tagalog",
            "vi" => "Vietnamese",
            "zh" => "Chinese",
            tag => tag,
        }
    }
    tags.iter().map(|tag| name(tag)).collect::<Vec<_>>().join(", ")
}

/// What a file is for, as people read it.
pub(crate) fn kind_name(kind: MaterialKind) -> &'static str {
    match kind {
        MaterialKind::Handout => "Handout",
        MaterialKind::Slides => "Slides",
        MaterialKind::Recording => "Recording",
        MaterialKind::Chat => "Chat",
        MaterialKind::Other => "File",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        let of = |amount_minor, code: &str| Money { amount_minor, currency: code.parse().unwrap() };
        assert_eq!(amount(of(12_505, "USD")), "125.05");
        assert_eq!((amount(of(1500, "JPY")), amount(of(-1500, "KWD"))), ("1500".to_owned(), "-1.500".to_owned()));
        assert_eq!((price(of(0, "USD")), price(of(4500, "USD"))), ("Free".to_owned(), "$45.00".to_owned()));
        assert_eq!((hundredths(150), hundredths(200), hundredths(125)), ("1.5".into(), "2".into(), "1.25".into()));
    }

    #[test]
    fn only_one_plain_license_has_a_page() {
        assert_eq!(license_address("CC-BY-4.0").unwrap(), "https://spdx.org/licenses/CC-BY-4.0.html");
        for other in ["MIT OR Apache-2.0", "", "LicenseRef-own", "a/../b", "\"><script>"] {
            assert!(license_address(other).is_none(), "{other}");
        }
    }

    #[test]
    fn beginnings_end_at_a_word() {
        assert_eq!(beginning("one  two\nthree", 100), "one two three");
        assert_eq!(beginning("one two three", 9), "one two…");
    }
}
