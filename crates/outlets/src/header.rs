//! The first record of a CSV file: which layout it is and which column is where.

use std::io::Read;

use crate::columns::{Column, Layout};
use crate::fault::HeaderError;
use crate::records::{Broken, Records};
use crate::row::decode;

/// The most unknown columns named in an error.
const MOST_NAMED: usize = 10;

/// What each field of a record is.
pub(crate) struct Header {
    pub layout: Layout,
    /// One for each field; `None` is a column we do not need.
    pub columns: Vec<Option<Column>>,
}

impl Header {
    /// Reads it from the beginning of the file.
    pub fn read<R: Read>(records: &mut Records<R>) -> Result<Self, HeaderError> {
        let names: Vec<String> = match records.next() {
            Ok(Some(record)) => {
                if record.fields().any(|field| field.contains(&0)) {
                    return Err(HeaderError::Utf16);
                }
                record.fields().map(|field| decode(field, false).0.trim().to_owned()).collect()
            }
            Ok(None) => return Err(HeaderError::Empty),
            Err(Broken::Input(error)) => return Err(HeaderError::Unreadable(error)),
            Err(Broken::Line { .. }) => return Err(HeaderError::TooLong),
        };
        Self::from_names(&names)
    }

    fn from_names(names: &[String]) -> Result<Self, HeaderError> {
        let layout = layout_of(names).ok_or(HeaderError::UnknownLayout)?;
        let columns: Vec<Option<Column>> = names.iter().map(|name| Column::named(layout, name)).collect();
        let count = |column| columns.iter().filter(|found| **found == Some(column)).count();
        let known = |wanted: &dyn Fn(Column) -> bool| -> Vec<&'static str> {
            Column::all().filter(|column| wanted(*column)).filter_map(|column| column.name_in(layout)).collect()
        };
        let missing = known(&|column| column.is_needed() && count(column) == 0);
        let repeated = known(&|column| count(column) > 1);
        let unknown: Vec<String> = names
            .iter()
            .zip(&columns)
            .filter(|(_, column)| layout == Layout::Cleaned && column.is_none())
            .map(|(name, _)| name.chars().take(100).collect())
            .take(MOST_NAMED)
            .collect();
        if missing.is_empty() && unknown.is_empty() && repeated.is_empty() {
            Ok(Self { layout, columns })
        } else {
            Err(HeaderError::Columns { missing, unknown, repeated })
        }
    }
}

/// By a column only one of the two has.
fn layout_of(names: &[String]) -> Option<Layout> {
    let has = |wanted: &[&str]| names.iter().any(|name| wanted.iter().any(|known| name.eq_ignore_ascii_case(known)));
    if has(&["FSCS_SEQ", "LIBNAME", "STABR"]) {
        Some(Layout::Published)
    } else if has(&["seq", "name", "outlet_type"]) {
        Some(Layout::Cleaned)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, HeaderError> {
        Header::read(&mut Records::new(text.as_bytes()))
    }

    #[test]
    fn the_order_is_free_and_the_published_form_may_have_more() {
        let header = header("LATITUDE,ZIP,SQ_FEET,CITY,C_OUT_TY,LIBNAME,STABR,FSCS_SEQ,FSCSKEY\n").unwrap();
        assert_eq!(header.layout, Layout::Published);
        assert_eq!(header.columns[..3], [Some(Column::Latitude), Some(Column::Zip), None]);
    }

    #[test]
    fn every_fault_of_the_cleaned_form_is_named_at_once() {
        match header("fscskey,seq,name,name,outlet_type,city,state,lattitude").err() {
            Some(HeaderError::Columns { missing, unknown, repeated }) => {
                assert_eq!((missing, unknown, repeated), (vec!["zip"], vec!["lattitude".to_owned()], vec!["name"]));
            }
            other => panic!("{other:?}"),
        }
        let error = header("fscskey,seq,name,name,outlet_type,city,state,lattitude").err().unwrap();
        let told: Vec<_> = error.faults().iter().map(|fault| (fault.column, fault.code, fault.value.clone())).collect();
        let expected =
            [("zip", "missing_column", ""), ("line", "unknown_column", "lattitude"), ("name", "repeated_column", "")];
        assert_eq!(told, expected.map(|(column, code, value)| (column, code, value.to_owned())));
        assert!(error.faults().iter().all(|fault| fault.line == 1 && fault.meaning().is_some()));
    }

    #[test]
    fn other_files_are_told_apart() {
        assert!(matches!(header(""), Err(HeaderError::Empty)));
        assert!(matches!(header("\n \n"), Err(HeaderError::Empty)));
        assert!(matches!(header("zip,lat,lon,state"), Err(HeaderError::UnknownLayout)));
        assert!(matches!(header("f\0s\0c\0s\0"), Err(HeaderError::Utf16)));
        assert!(matches!(header("\"fscskey,seq"), Err(HeaderError::TooLong)));
        match header("STABR,FSCSKEY,LIBID,LIBNAME,CITY,ZIP,POPU_LSA").err() {
            Some(HeaderError::Columns { missing, .. }) => assert_eq!(missing, ["FSCS_SEQ", "C_OUT_TY"]),
            other => panic!("{other:?}"),
        }
    }
}
