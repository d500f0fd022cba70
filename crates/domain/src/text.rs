//! Fixed vocabularies whose members are single words, and how they are spelled.

/// A closed list of words: what the API says, what the database keeps.
pub trait Word: Copy + Sized + 'static {
    /// Every member, in the order of the documentation.
    const ALL: &'static [Self];

    /// The word, `snake_case`.
    fn word(self) -> &'static str;

    /// The member spelled so.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.word() == word)
    }
}

/// Declares a vocabulary: the enum, its wire form and its [`Word`] spelling from one list.
macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $doc])* #[serde(rename = $word)] $variant,)+ }
        impl $crate::text::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
        impl $name {
            /// What it stands for, in a sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)+ }
            }
        }
        // Not derived: the derive does not see the words through this macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($about,)*).trim()))
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use words;

words! {
    /// How a workshop is delivered.
    Format {
        /// Everyone in one room.
        InPerson = "in_person",
        /// Everyone online.
        Virtual = "virtual",
        /// Some in the room, some online.
        Hybrid = "hybrid",
    }
}

words! {
    /// How deep a workshop goes, or a trainer can.
    Level {
        /// No previous knowledge.
        Introductory = "introductory",
        /// Builds on the basics.
        Intermediate = "intermediate",
        /// For practitioners.
        Advanced = "advanced",
    }
}

/// Checks that every text is an `https` or `http` address.
///
/// # Errors
/// `bad_address` when one is not.
pub fn web_addresses(addresses: &[String]) -> Result<(), validator::ValidationError> {
    addresses.iter().try_for_each(|address| web_address(address))
}

/// Checks that a text is an `https` or `http` address.
///
/// # Errors
/// `bad_address` when it is not.
pub fn web_address(address: &str) -> Result<(), validator::ValidationError> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let good =
        address.len() <= 2000 && rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    if good { Ok(()) } else { Err(validator::ValidationError::new("bad_address")) }
}

/// Checks that every text looks like a BCP 47 language tag: `en`, `es-MX`.
///
/// # Errors
/// `bad_language` when one does not.
pub fn language_tags(tags: &[String]) -> Result<(), validator::ValidationError> {
    if tags.iter().all(|tag| is_language_tag(tag)) {
        Ok(())
    } else {
        Err(validator::ValidationError::new("bad_language"))
    }
}

/// Checks that a text looks like a BCP 47 language tag.
///
/// # Errors
/// `bad_language` when it does not.
pub fn language_tag(tag: &str) -> Result<(), validator::ValidationError> {
    if is_language_tag(tag) { Ok(()) } else { Err(validator::ValidationError::new("bad_language")) }
}

/// Source: RFC 5646 section 2.1, the shape of `language` and further subtags only.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language =
        parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase()));
    language
        && tag.len() <= 35
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
