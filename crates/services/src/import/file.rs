//! A file of outlets, read and checked, its outlets put together by system.

use std::{collections::BTreeMap, io::Read};

use packhorse_outlets::{LineFault, Outlet, OutletReader};

/// Most outlets of one file, some six times those of the United States: memory and the time that others wait are bounded by it.
const MOST_OUTLETS: usize = 100_000;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, as IMLS publishes it or in the cleaned form; the header tells which.
    Csv,
    /// One JSON object a line, with the names of the cleaned form.
    JsonLines,
}

/// A file of outlets in memory.
pub struct OutletFile {
    /// In the order of their keys, so that two imports at one time wait for each other rather than block each other.
    pub(super) systems: Vec<System>,
    pub(super) lines: u64,
    pub(super) faults: Notes,
    pub(super) warnings: Notes,
    /// Whether it was read to its end. Of a file that was not, nothing is kept, whatever was asked.
    pub(super) whole: bool,
    key_column: &'static str,
}

/// The outlets of one administrative entity, in the order of the file; at least one.
pub(super) struct System {
    pub key: String,
    pub outlets: Vec<Outlet>,
}

impl OutletFile {
    /// Reads a file. Whatever is wrong with it is kept with it, and told by the import.
    pub fn read(format: Format, input: impl Read) -> Self {
        match format {
            Format::JsonLines => Self::of(OutletReader::json_lines(input)),
            Format::Csv => match OutletReader::new(input) {
                Ok(reader) => Self::of(reader),
                Err(error) => {
                    let mut file = Self::empty("line");
                    file.whole = false;
                    error.faults().into_iter().for_each(|fault| file.faults.add(fault));
                    file
                }
            },
        }
    }

    fn empty(key_column: &'static str) -> Self {
        let (faults, warnings) = (Notes::default(), Notes::default());
        Self { systems: Vec::new(), lines: 0, faults, warnings, whole: true, key_column }
    }

    fn of<R: Read>(reader: OutletReader<R>) -> Self {
        let mut file = Self::empty(reader.key_column());
        let mut systems: BTreeMap<String, Vec<Outlet>> = BTreeMap::new();
        let mut good = 0;
        for line in reader {
            file.lines += 1;
            match line {
                Ok(outlet) if good == MOST_OUTLETS => {
                    file.faults.add(file.key_fault(&outlet, super::TOO_MANY_OUTLETS));
                    file.whole = false;
                    break;
                }
                Ok(mut outlet) => {
                    good += 1;
                    outlet.warnings.drain(..).for_each(|warning| file.warnings.add(warning));
                    match systems.get_mut(&outlet.fscs_key) {
                        Some(outlets) => outlets.push(outlet),
                        None => drop(systems.insert(outlet.fscs_key.clone(), vec![outlet])),
                    }
                }
                Err(faults) => {
                    file.whole &= faults.iter().all(|fault| fault.code != "unreadable");
                    for fault in faults {
                        file.faults.add(fault);
                    }
                }
            }
        }
        file.systems = systems.into_iter().map(|(key, outlets)| System { key, outlets }).collect();
        file
    }

    /// A fault of an outlet's key.
    pub(super) fn key_fault(&self, outlet: &Outlet, code: &'static str) -> LineFault {
        LineFault { line: outlet.line, column: self.key_column, code, value: outlet.fscs_key.clone() }
    }
}

/// Faults or warnings: all are counted, the first are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// The first [`Notes::MOST`].
    pub first: Vec<LineFault>,
    /// How many there are.
    pub count: u64,
}

impl Notes {
    /// Most that are kept.
    pub const MOST: usize = 10_000;

    pub(super) fn add(&mut self, fault: LineFault) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(fault);
        }
    }

    pub(super) fn sort(&mut self) {
        self.first.sort_by_key(|fault| fault.line);
    }
}
