//! Passwords: Argon2id, slow on purpose, so never hashed on a database thread or an async one.
//!
//! Source: OWASP Password Storage Cheat Sheet (m = 19456 KiB, t = 2, p = 1); NIST SP 800-63B section 5.1.1.2 (length, common ones).

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::error::Fault;

/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most characters of a password.
pub const LONGEST: usize = 128;

/// Passwords of at least [`SHORTEST`] characters that head the lists of stolen ones.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "1q2w3e4r5t6y",
    "qwertyuiop123",
    "password1234",
    "passwordpassword",
    "administrator",
    "unbelievable",
    "iloveyouforever",
    "letmeinletmein",
    "qwertyqwerty",
    "abcdefghijkl",
    "111111111111",
    "000000000000",
    "changemechangeme",
    "welcome12345",
    "librarylibrary",
    "packhorsepackhorse",
];

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).unwrap_or_default())
}

/// In the place of a hash: no password fits.
pub(crate) const NONE: &str = "!";

/// Stands in for the hash of somebody who is not there, so that the time taken does not tell.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

/// Checks a new password.
///
/// # Errors
/// A fault at `/password` when it is too short, too long or too common.
pub fn check(password: &str) -> Result<(), Fault> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Fault::new("/password", "length", format!("a password has {SHORTEST} to {LONGEST} characters")));
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if COMMON.contains(&lower.as_str()) || lower.chars().all(|letter| Some(letter) == first) {
        return Err(Fault::new("/password", "too_common", "this password is among the first that are tried"));
    }
    Ok(())
}

/// Hashes a password, with a new salt, as a PHC string. Nothing when the machine has no randomness.
pub fn hash(password: &str) -> Option<String> {
    hasher().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

/// Whether a password belongs to a hash; `None` for somebody who is not there, which takes as long.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let known = hash.unwrap_or(&DUMMY);
    let right = PasswordHash::new(known).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery", Some(&kept)));
        assert!(!verify("correct horse batterz", Some(&kept)));
        assert!(!verify("nobody has this password", None));
    }

    #[test]
    fn short_long_and_common_ones_are_refused() {
        assert!(check("short").is_err() && check(&"x".repeat(129)).is_err());
        assert!(check("PasswordPassword").is_err() && check("aaaaaaaaaaaaaa").is_err());
        assert!(check("a quiet mule on a road").is_ok());
    }
}
