//! What a harvester asks.

use jiff::{SignedDuration, civil::Date};
use packhorse_domain::{
    Timestamp,
    id::{NetworkId, WorkshopId},
};

use crate::model::Site;

use super::metadata::Prefix;

/// Why a request is not answered.
///
/// Source: OAI-PMH 2.0 section 3.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Unknown, repeated, missing or wrong arguments.
    BadArgument,
    /// The token is not ours or has run out.
    BadResumptionToken,
    /// No verb, an unknown one, or several.
    BadVerb,
    /// The format is not known.
    CannotDisseminateFormat,
    /// Nothing has that identifier.
    IdDoesNotExist,
    /// Nothing was found.
    NoRecordsMatch,
    /// Nothing in any format is to be had of that thing.
    NoMetadataFormats,
    /// There are no sets.
    NoSetHierarchy,
}

impl Code {
    /// As the protocol spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::BadArgument => "badArgument",
            Self::BadResumptionToken => "badResumptionToken",
            Self::BadVerb => "badVerb",
            Self::CannotDisseminateFormat => "cannotDisseminateFormat",
            Self::IdDoesNotExist => "idDoesNotExist",
            Self::NoRecordsMatch => "noRecordsMatch",
            Self::NoMetadataFormats => "noMetadataFormats",
            Self::NoSetHierarchy => "noSetHierarchy",
        }
    }
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// Headers or whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `ListIdentifiers`
    Headers,
    /// `ListRecords`
    Records,
}

/// Which records are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// In which format.
    pub prefix: Prefix,
    /// Changed at or after.
    pub from: Option<Timestamp>,
    /// Changed before, this instant not included: the second after `until`.
    pub before: Option<Timestamp>,
    /// Of one network only.
    pub set: Option<NetworkId>,
}

/// Where a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At its first page.
    Fresh(Selection),
    /// Where a token says.
    Resumed(String),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Who answers here.
    Identify,
    /// Formats, of everything or of one thing.
    Formats(Option<WorkshopId>),
    /// Sets, from a token on.
    Sets(Option<String>),
    /// One record.
    Record(WorkshopId, Prefix),
    /// Many.
    List(What, Start),
}

/// A request that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub ask: Ask,
    /// What the answer repeats.
    pub(super) arguments: Vec<(&'static str, String)>,
}

/// A request that is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub faults: Vec<Fault>,
    /// What the answer repeats.
    pub(super) arguments: Vec<(&'static str, String)>,
}

/// Every argument, and each verb with those it must and may have beside a token that stands alone.
const ARGUMENTS: [&str; 7] = ["verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"];
const VERBS: [(&str, &[&str], &[&str]); 6] = [
    ("Identify", &[], &[]),
    ("ListMetadataFormats", &[], &["identifier"]),
    ("ListSets", &[], &["resumptionToken"]),
    ("GetRecord", &["identifier", "metadataPrefix"], &[]),
    ("ListIdentifiers", &["metadataPrefix"], &["from", "until", "set", "resumptionToken"]),
    ("ListRecords", &["metadataPrefix"], &["from", "until", "set", "resumptionToken"]),
];

impl Request {
    /// Reads the arguments of a GET's query or of a POST's form.
    ///
    /// # Errors
    /// A [`Refusal`] with every fault: `badVerb`, `badArgument`, `cannotDisseminateFormat`, `idDoesNotExist`,
    /// `noRecordsMatch` (for a set there cannot be).
    pub fn read(site: &Site, pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Refusal> {
        let mut given: Vec<(&'static str, String)> = Vec::new();
        let mut faults = Vec::new();
        let mut verbs = 0;
        for (name, value) in pairs {
            verbs += usize::from(name == "verb");
            match ARGUMENTS.into_iter().find(|known| *known == name) {
                None => faults.push(bad(format!("\"{name}\" is no argument"))),
                Some(known) if given.iter().any(|(before, _)| *before == known) => {
                    faults.push(bad(format!("{known} is given twice")));
                }
                Some(known) => given.push((known, value)),
            }
        }
        let of = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let verb = of("verb").and_then(|word| VERBS.into_iter().find(|(verb, ..)| *verb == word));
        let Some((verb, must, may)) = verb.filter(|_| verbs == 1) else {
            let fault = Fault { code: Code::BadVerb, detail: "one verb of the six is needed".to_owned() };
            return Err(Refusal { faults: vec![fault], arguments: Vec::new() });
        };
        let others = given.iter().filter(|(name, _)| *name != "verb");
        for (name, _) in others.clone().filter(|(name, _)| !must.contains(name) && !may.contains(name)) {
            faults.push(bad(format!("{verb} takes no {name}")));
        }
        if let Some(token) = of("resumptionToken").filter(|_| may.contains(&"resumptionToken")) {
            if others.count() > 1 {
                faults.push(bad("a resumptionToken stands alone".to_owned()));
            }
            let ask = match verb {
                "ListSets" => Ask::Sets(Some(token.to_owned())),
                "ListRecords" => Ask::List(What::Records, Start::Resumed(token.to_owned())),
                _ => Ask::List(What::Headers, Start::Resumed(token.to_owned())),
            };
            return finished(Ok(ask), faults, given);
        }
        for name in must.iter().filter(|name| of(name).is_none()) {
            faults.push(bad(format!("{verb} needs {name}")));
        }
        let ask = match verb {
            "Identify" => Ok(Ask::Identify),
            "ListSets" => Ok(Ask::Sets(None)),
            "ListMetadataFormats" => {
                of("identifier").map(|text| identifier(site, text)).transpose().map(Ask::Formats).map_err(|f| vec![f])
            }
            "GetRecord" => {
                let (id, prefix) = (of("identifier").unwrap_or_default(), of("metadataPrefix").unwrap_or_default());
                both(identifier(site, id), format(prefix)).map(|(id, prefix)| Ask::Record(id, prefix))
            }
            _ => {
                let what = if verb == "ListRecords" { What::Records } else { What::Headers };
                selection(format(of("metadataPrefix").unwrap_or_default()), of("from"), of("until"), of("set"))
                    .map(|selection| Ask::List(what, Start::Fresh(selection)))
            }
        };
        finished(ask, faults, given)
    }

    /// The refusal of this request for a reason only the caller can know.
    pub fn refused(self, code: Code, detail: &str) -> Refusal {
        Refusal { faults: vec![Fault { code, detail: detail.to_owned() }], arguments: self.arguments }
    }
}

fn bad(detail: String) -> Fault {
    Fault { code: Code::BadArgument, detail }
}

/// Faults of the arguments themselves come first: what they say is of no interest then, and the answer repeats none.
fn finished(
    ask: Result<Ask, Vec<Fault>>,
    faults: Vec<Fault>,
    arguments: Vec<(&'static str, String)>,
) -> Result<Request, Refusal> {
    if !faults.is_empty() {
        return Err(Refusal { faults, arguments: Vec::new() });
    }
    match ask {
        Ok(ask) => Ok(Request { ask, arguments }),
        Err(faults) => {
            let told = faults.iter().all(|fault| fault.code != Code::BadArgument);
            Err(Refusal { faults, arguments: if told { arguments } else { Vec::new() } })
        }
    }
}

fn both<A, B>(a: Result<A, Fault>, b: Result<B, Fault>) -> Result<(A, B), Vec<Fault>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).collect()),
    }
}

fn identifier(site: &Site, text: &str) -> Result<WorkshopId, Fault> {
    let local = text.strip_prefix(&*site.oai_prefix());
    local
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| Fault { code: Code::IdDoesNotExist, detail: format!("nothing here is called \"{text}\"") })
}

fn format(text: &str) -> Result<Prefix, Fault> {
    Prefix::ALL.into_iter().find(|prefix| prefix.word() == text).ok_or_else(|| Fault {
        code: Code::CannotDisseminateFormat,
        detail: format!("\"{text}\" is no format to be had here"),
    })
}

fn selection(
    prefix: Result<Prefix, Fault>,
    from: Option<&str>,
    until: Option<&str>,
    set: Option<&str>,
) -> Result<Selection, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut read = |name: &str, text: Option<&str>| {
        let stamp = text.map(|text| Stamp::read(text).ok_or_else(|| bad(format!("{name} is no datestamp"))));
        stamp.transpose().unwrap_or_else(|fault| {
            faults.push(fault);
            None
        })
    };
    let (first, last) = (read("from", from), read("until", until));
    if let (Some(first), Some(last)) = (first, last) {
        if first.whole_day != last.whole_day {
            faults.push(bad("from and until differ in granularity".to_owned()));
        } else if first.at > last.at {
            faults.push(bad("from is later than until".to_owned()));
        }
    }
    let network = set.map(network).transpose().unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    match prefix {
        Ok(prefix) if faults.is_empty() => {
            Ok(Selection { prefix, from: first.map(|stamp| stamp.at), before: last.map(Stamp::end), set: network })
        }
        prefix => {
            faults.extend(prefix.err());
            Err(faults)
        }
    }
}

fn network(set: &str) -> Result<NetworkId, Fault> {
    // Source: the type `setSpecType` of the schema of OAI-PMH.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.!~*'():".contains(c);
    if set.is_empty() || !set.chars().all(plain) {
        return Err(bad("set is no setSpec".to_owned()));
    }
    let fault = || Fault { code: Code::NoRecordsMatch, detail: format!("there is no set \"{set}\"") };
    set.parse().map_err(|_| fault())
}

/// A datestamp of one of the two granularities.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    at: Timestamp,
    whole_day: bool,
}

impl Stamp {
    /// Source: OAI-PMH 2.0 section 3.3 (`UTCdatetime`).
    fn read(text: &str) -> Option<Self> {
        let digits = |pattern: &str| {
            text.len() == pattern.len()
                && text.bytes().zip(pattern.bytes()).all(|(b, p)| if p == b'0' { b.is_ascii_digit() } else { b == p })
        };
        if digits("0000-00-00") {
            let day: Date = text.parse().ok()?;
            let at = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
            Some(Self { at, whole_day: true })
        } else if digits("0000-00-00T00:00:00Z") {
            Some(Self { at: text.parse().ok()?, whole_day: false })
        } else {
            None
        }
    }

    /// The first instant after it.
    fn end(self) -> Timestamp {
        let length = if self.whole_day { SignedDuration::from_hours(24) } else { SignedDuration::from_secs(1) };
        self.at.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}
