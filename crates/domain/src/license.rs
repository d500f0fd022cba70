//! Licenses of workshops and materials, and what may be made of licensed things.
//!
//! Source: Creative Commons, "Can I combine material under different licenses?" and the adapter's license chart (FAQ); SPDX
//! License List.

use validator::ValidationError;

/// Checks that a text is an SPDX license expression.
///
/// # Errors
/// `bad_license` when it is not.
pub fn spdx_expression(license: &str) -> Result<(), ValidationError> {
    spdx::Expression::parse(license).map(drop).map_err(|_| ValidationError::new("bad_license"))
}

/// What the license of a thing says of things made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Terms {
    /// Nothing: given to the public.
    Free,
    /// Whoever made it is named.
    Attribution {
        /// Nobody may earn money by it.
        noncommercial: bool,
        /// What is made of it has the same license.
        same: bool,
    },
}

/// Licenses of software and data that let anybody change the work, as long as its author is named.
const PERMISSIVE: &[&str] = &["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "ODC-By-1.0"];
/// What gives a work to the public.
const PUBLIC: &[&str] = &["0BSD", "CC0-1.0", "CC-PDDC", "CC-PDM-1.0", "PDDL-1.0", "Unlicense"];

/// The terms of one license; nothing where it permits no adaptation, or is not known to.
fn terms(id: &str) -> Option<Terms> {
    if PUBLIC.contains(&id) {
        return Some(Terms::Free);
    }
    if PERMISSIVE.contains(&id) {
        return Some(Terms::Attribution { noncommercial: false, same: false });
    }
    let elements = id.strip_prefix("CC-BY-")?;
    let has = |element: &str| elements.split('-').any(|part| part == element);
    if has("ND") { None } else { Some(Terms::Attribution { noncommercial: has("NC"), same: has("SA") }) }
}

/// Why nothing may be made of a thing under a license.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdapt {
    /// All rights are reserved.
    #[error("nothing says under which license it may be adapted")]
    Unlicensed,
    /// The license forbids it, or is none of those known to permit it.
    #[error("{0} does not permit adaptations")]
    Forbidden(String),
    /// The license asks for another one than the adaptation is to have.
    #[error("what is made of a work under {from} cannot be licensed as {to}")]
    Incompatible {
        /// The license of the original.
        from: String,
        /// The license that the adaptation is to have.
        to: String,
    },
}

/// Whether a thing under the license `from` may be made into one under `to`. Of `A OR B` either may be chosen.
///
/// # Errors
/// [`CannotAdapt`] with the reason.
pub fn adaptable(from: Option<&str>, to: Option<&str>) -> Result<(), CannotAdapt> {
    let from = from.ok_or(CannotAdapt::Unlicensed)?;
    let choices = || from.split(" OR ").map(|id| id.trim_matches(['(', ')', ' ']));
    let granted: Vec<(&str, Terms)> = choices().filter_map(|id| Some((id, terms(id)?))).collect();
    if granted.is_empty() {
        return Err(CannotAdapt::Forbidden(from.to_owned()));
    }
    if granted.iter().any(|(id, terms)| permits(id, *terms, to)) {
        return Ok(());
    }
    Err(CannotAdapt::Incompatible { from: from.to_owned(), to: to.unwrap_or("all rights reserved").to_owned() })
}

/// Whether an adaptation may have the license `to`, none for all rights reserved.
fn permits(id: &str, from: Terms, to: Option<&str>) -> bool {
    match from {
        Terms::Free => true,
        // A later version of the same license counts as the same.
        Terms::Attribution { same: true, .. } => to.is_some_and(|to| unversioned(to) == unversioned(id)),
        Terms::Attribution { noncommercial: true, same: false } => {
            to.and_then(terms).is_some_and(|to| matches!(to, Terms::Attribution { noncommercial: true, .. }))
        }
        // Attribution goes on; giving the whole to the public would drop it.
        Terms::Attribution { noncommercial: false, same: false } => to.and_then(terms) != Some(Terms::Free),
    }
}

fn unversioned(id: &str) -> &str {
    id.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_work_follows_the_chart_of_creative_commons() {
        let licenses = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"];
        // Rows: the original; columns: the adaptation.
        let chart = ["yyyyy", "nyyyy", "nnynn", "nnnyy", "nnnny"];
        for (from, row) in licenses.iter().zip(chart) {
            for (to, may) in licenses.iter().zip(row.chars()) {
                assert_eq!(adaptable(Some(from), Some(to)).is_ok(), may == 'y', "{from} into {to}");
            }
            assert_eq!(adaptable(Some("CC-BY-ND-4.0"), Some(from)), Err(CannotAdapt::Forbidden("CC-BY-ND-4.0".into())));
            assert_eq!(adaptable(None, Some(from)), Err(CannotAdapt::Unlicensed));
        }
        assert_eq!(adaptable(Some("CC-BY-ND-4.0 OR CC-BY-SA-3.0"), Some("CC-BY-SA-4.0")), Ok(()));
        assert_eq!(adaptable(Some("CC-BY-4.0"), None), Ok(()), "all rights reserved in what is new");
        assert!(adaptable(Some("CC-BY-SA-4.0"), None).is_err());
    }

    #[test]
    fn only_spdx_expressions_are_licenses() {
        for good in ["CC-BY-4.0", "MIT OR Apache-2.0", "CC-BY-NC-SA-4.0", "LicenseRef-Own"] {
            assert!(spdx_expression(good).is_ok(), "{good}");
        }
        for bad in ["", "free", "CC BY 4.0", "CC-BY-4.0 and others"] {
            assert!(spdx_expression(bad).is_err(), "{bad}");
        }
    }
}
