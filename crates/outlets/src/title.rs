//! Title case for names published in upper case.

/// Lower case inside a name.
const SMALL: [&str; 14] = ["and", "at", "by", "de", "du", "for", "from", "in", "of", "on", "or", "the", "to", "with"];

/// Stay in upper case though they have a vowel.
const CAPITALS: [&str; 26] = [
    "AFB", "AME", "II", "III", "ISD", "IV", "IX", "LGBTQIA", "NE", "PO", "SE", "UCLA", "US", "USA", "USAF", "USD",
    "USS", "VI", "VII", "VIII", "XI", "XII", "XIV", "XVI", "YMCA", "YWCA",
];

/// Get a capital like any word though they have no vowel.
const ABBREVIATIONS: [&str; 37] = [
    "BLDG", "BLV", "BLVD", "BR", "CT", "CTR", "DR", "FLR", "FR", "FT", "HTS", "HWY", "JNT", "JR", "LN", "MR", "MRS",
    "MT", "MTN", "PK", "PKWY", "PLZ", "PT", "RD", "RM", "SCH", "SPGS", "SQ", "SR", "ST", "STS", "SVCS", "TPK", "TRL",
    "TWNSHP", "TWP", "TWSP",
];

/// Names with a capital inside that no rule finds, and one without any.
const SPELLINGS: [&str; 21] = [
    "d'Alene",
    "DeBary",
    "DeForest",
    "DeFuniak",
    "DeKalb",
    "DeLand",
    "DeRidder",
    "DeSoto",
    "DeWitt",
    "DuPage",
    "DuPont",
    "LaBelle",
    "LaFollette",
    "LaGrange",
    "LaPorte",
    "LaSalle",
    "MacArthur",
    "MacDonald",
    "MacGregor",
    "MacLeod",
    "MacPherson",
];

/// A name in title case: `MCPHERSON PUBLIC LIBRARY OF O'FALLON` becomes `McPherson Public Library of O'Fallon`. A text
/// that has a lower-case letter is taken to be right and comes back as it is.
pub fn title_case(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let mut titled = String::with_capacity(text.len());
    let mut rest = text;
    let mut starts = true;
    while !rest.is_empty() {
        let (word, after) = split_while(rest, is_in_word);
        let (gap, after) = split_while(after, |c| !is_in_word(c));
        let small = word.to_lowercase();
        if !starts && SMALL.contains(&small.as_str()) {
            titled.push_str(&small);
        } else {
            push_word(&mut titled, word);
        }
        titled.push_str(gap);
        // After "Library - " or "(" a new phrase begins; the hyphens of "Hastings-on-Hudson" begin none.
        starts = gap.contains('(') || gap.len() > 1 && gap.contains([',', ':', '-', '/', '"']);
        rest = after;
    }
    titled
}

/// The longest beginning of which each character is wanted, and the rest.
fn split_while(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '`')
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || is_apostrophe(c)
}

/// Adds one word that is not a small one.
fn push_word(titled: &mut String, word: &str) {
    let (marks, word) = split_while(word, is_apostrophe);
    titled.push_str(marks);
    if let Some(spelling) = SPELLINGS.iter().find(|spelling| spelling.eq_ignore_ascii_case(word)) {
        titled.push_str(spelling);
    } else if let Some(number) = ordinal_number(word) {
        titled.push_str(number);
        titled.push_str(&word[number.len()..].to_lowercase());
    } else if CAPITALS.contains(&word) || word.starts_with(|c: char| c.is_ascii_digit()) || is_initials(word) {
        titled.push_str(word);
    } else if let Some((before, after)) = after_prefix(word) {
        push_capitalized(titled, before);
        push_capitalized(titled, after);
    } else {
        push_capitalized(titled, word);
    }
}

/// The `42` of `42ND`.
fn ordinal_number(word: &str) -> Option<&str> {
    let (number, ending) = split_while(word, |c| c.is_ascii_digit());
    (!number.is_empty() && ["ST", "ND", "RD", "TH"].contains(&ending)).then_some(number)
}

/// No vowel and not a known abbreviation of a word: `FDR`, `NW`.
fn is_initials(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() && !b"AEIOUY".contains(&byte)) && !ABBREVIATIONS.contains(&word)
}

/// Splits `MCPHERSON` and `O'FALLON` where the second capital belongs; `CHILDREN'S` has none.
fn after_prefix(word: &str) -> Option<(&str, &str)> {
    if word.starts_with("MC") && word.len() > 3 {
        return Some(word.split_at(2));
    }
    let name = word.strip_prefix(['D', 'L', 'O'])?.strip_prefix(is_apostrophe)?;
    (name.chars().count() > 1).then(|| word.split_at(word.len() - name.len()))
}

fn push_capitalized(titled: &mut String, word: &str) {
    let mut characters = word.chars();
    titled.extend(characters.next());
    titled.push_str(&characters.as_str().to_lowercase());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_people_write_them() {
        for name in [
            "Goodland Public Library",
            "O'Fallon Public Library",
            "McPherson Public Library",
            "St. Mary's Free Library of the City",
            "The Library at Hastings-on-Hudson",
            "Coeur d'Alene Public Library",
            "D'Iberville Public Library",
            "Sac & Fox Nation",
            "Children's Library - The Annex",
            "First County Library, The",
            "Z. J. Loussac Library",
            "J.F.K. Branch",
            "Martin Luther King, Jr. Branch",
            "John Paul II Branch (The Old Mill)",
            "Chugiak-Eagle River Library",
            "Citizens' Library",
            "McIver`s Branch",
            "Lac du Flambeau",
            "Du Quoin",
            "Havre de Grace",
            "DeKalb",
            "Macon",
            "Santa Fe",
            "New York Public Library, 125th Street",
            "12001 Business Boulevard #176",
            "710 W César Chávez St",
            "1600 42nd Ave NE, PO Box 12A",
            "Ñuñoa",
            "L’Anse",
            "The 'Old Mill' Branch",
            "O'",
            "MCHS Library",
            "U.S. Library",
            "",
            " - ",
            "'",
        ] {
            assert_eq!(title_case(&name.to_uppercase()), name);
        }
    }

    #[test]
    fn mixed_case_stays() {
        assert_eq!(title_case("iHub LIBRARY of the north"), "iHub LIBRARY of the north");
    }
}
