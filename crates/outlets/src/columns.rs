//! The columns we read and their names in each layout.

/// Which of the two forms a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The outlet file of the Public Libraries Survey as IMLS publishes it.
    Published,
    /// The cleaned form: `fscskey,seq,name,system_name,outlet_type,…`.
    Cleaned,
}

/// A value we take from a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    FscsKey,
    Seq,
    Name,
    SystemName,
    Kind,
    Address,
    City,
    State,
    Zip,
    County,
    /// Cleaned: all five digits. Published: the county's three.
    CountyFips,
    /// Published only: the state's two digits.
    StateFips,
    Latitude,
    Longitude,
    PopulationServed,
    PopulationYear,
    Phone,
    Locale,
    /// Cleaned: a word. Published: the structure change code.
    Status,
}

/// A column in both layouts: name as published, name as cleaned, whether a file must have it, longest value in
/// characters.
struct Definition(Column, Option<&'static str>, Option<&'static str>, bool, usize);

/// In the order of [`Column`].
#[rustfmt::skip]
const COLUMNS: [Definition; Column::COUNT] = [
    Definition(Column::FscsKey,          Some("FSCSKEY"),  Some("fscskey"),           true,  20),
    Definition(Column::Seq,              Some("FSCS_SEQ"), Some("seq"),               true,  20),
    Definition(Column::Name,             Some("LIBNAME"),  Some("name"),              true,  200),
    Definition(Column::SystemName,       None,             Some("system_name"),       false, 200),
    Definition(Column::Kind,             Some("C_OUT_TY"), Some("outlet_type"),       true,  20),
    Definition(Column::Address,          Some("ADDRESS"),  Some("address"),           false, 200),
    Definition(Column::City,             Some("CITY"),     Some("city"),              true,  100),
    Definition(Column::State,            Some("STABR"),    Some("state"),             true,  20),
    Definition(Column::Zip,              Some("ZIP"),      Some("zip"),               true,  20),
    Definition(Column::County,           Some("CNTY"),     Some("county"),            false, 100),
    Definition(Column::CountyFips,       Some("INCITSCO"), Some("county_fips"),       false, 20),
    Definition(Column::StateFips,        Some("INCITSST"), None,                      false, 20),
    Definition(Column::Latitude,         Some("LATITUDE"), Some("lat"),               false, 40),
    Definition(Column::Longitude,        Some("LONGITUD"), Some("lon"),               false, 40),
    Definition(Column::PopulationServed, None,             Some("population_served"), false, 20),
    Definition(Column::PopulationYear,   None,             Some("population_fy"),     false, 20),
    Definition(Column::Phone,            Some("PHONE"),    Some("phone"),             false, 40),
    Definition(Column::Locale,           Some("LOCALE"),   Some("locale"),            false, 20),
    Definition(Column::Status,           Some("STATSTRU"), Some("status"),            false, 20),
];

impl Column {
    /// How many there are.
    pub const COUNT: usize = Self::Status as usize + 1;

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        COLUMNS.iter().map(|definition| definition.0)
    }

    /// Its name in the layout; `None` when that layout does not have it.
    pub fn name_in(self, layout: Layout) -> Option<&'static str> {
        let Definition(_, published, cleaned, ..) = COLUMNS[self as usize];
        match layout {
            Layout::Published => published,
            Layout::Cleaned => cleaned,
        }
    }

    /// The column a header's name stands for, upper and lower case alike.
    pub fn named(layout: Layout, name: &str) -> Option<Self> {
        Self::all().find(|column| column.name_in(layout).is_some_and(|known| known.eq_ignore_ascii_case(name)))
    }

    /// Whether a file without it is refused.
    pub fn is_needed(self) -> bool {
        COLUMNS[self as usize].3
    }

    /// The longest value kept, in characters.
    pub fn longest(self) -> usize {
        COLUMNS[self as usize].4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_stands_at_its_own_place_of_the_table() {
        for (place, column) in Column::all().enumerate() {
            assert_eq!(place, column as usize);
        }
    }

    #[test]
    fn names_are_found_in_either_case() {
        assert_eq!(Column::named(Layout::Published, "longitud"), Some(Column::Longitude));
        assert_eq!(Column::named(Layout::Cleaned, "LAT"), Some(Column::Latitude));
        assert_eq!(Column::named(Layout::Published, "SQ_FEET"), None);
    }
}
