//! One library building, bookmobile or books-by-mail service, as read.

use crate::LineFault;

/// What kind of outlet it is.
///
/// Source: IMLS Public Libraries Survey, outlet type code (`C_OUT_TY`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutletKind {
    /// `CE`: the main library of its system.
    Central,
    /// `BR`: another building of the system.
    Branch,
    /// `BS`: one or more bookmobiles.
    Bookmobile,
    /// `BM`, in the cleaned form `MO`: books by mail only.
    MailOnly,
}

impl OutletKind {
    /// From the code in the file.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        match code {
            "CE" => Some(Self::Central),
            "BR" => Some(Self::Branch),
            "BS" => Some(Self::Bookmobile),
            "BM" | "MO" => Some(Self::MailOnly),
            _ => None,
        }
    }
}

/// A good line of an outlet file. The natural key is `fscs_key` (the system) with `seq` (the outlet in it).
#[derive(Debug, Clone, PartialEq)]
pub struct Outlet {
    /// The physical line the record begins on; the first line of the file is 1.
    pub line: u64,
    /// Two letters and four digits; the same for all outlets of one system, the administrative entity.
    pub fscs_key: String,
    /// Three digits, unique within the system.
    pub seq: String,
    /// In title case when published in upper case.
    pub name: String,
    /// The system's name, when the file has it (the published outlet file does not).
    pub system_name: Option<String>,
    /// What kind of outlet it is.
    pub kind: OutletKind,
    /// Street address, in title case.
    pub address: Option<String>,
    /// In title case.
    pub city: String,
    /// Two-letter postal abbreviation.
    pub state: String,
    /// Five digits.
    pub zip: String,
    /// In title case. It can be the headquarters' county: join on `county_fips`.
    pub county: Option<String>,
    /// Five digits, state and county (INCITS 31).
    pub county_fips: Option<String>,
    /// Latitude and longitude in degrees, north and east positive.
    pub coordinates: Option<(f64, f64)>,
    /// Whether `coordinates` are the ZIP code's centroid because the file had none.
    pub approximate: bool,
    /// People the whole system serves; repeated on each of its outlets, so never to be summed over outlets.
    pub population_served: Option<u32>,
    /// The fiscal year of `population_served`.
    pub population_fiscal_year: Option<u16>,
    /// As in the file, usually ten digits.
    pub phone: Option<String>,
    /// NCES locale code, `11` (large city) to `43` (remote rural).
    pub locale: Option<String>,
    /// False when closed, for good or for a time; `None` when the file does not say.
    pub open: Option<bool>,
    /// IANA name of the time zone.
    pub time_zone: &'static str,
    /// What looks wrong but does not keep the line out.
    pub warnings: Vec<LineFault>,
}
