//! Uploaded files: in a directory, or in a bucket of a service that speaks S3. Each has a name by what is in it, and never changes.
//!
//! Source: Amazon S3 API, signature version 4 in the query; RFC 6266 (`Content-Disposition`), RFC 9530 (`Repr-Digest`).

use std::{
    fmt, fs, io,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use packhorse_domain::{
    Timestamp,
    material::{Material, MaterialFile},
};
use packhorse_services::tokens::Digested;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle, actions::ListObjectsV2};
use tempfile::NamedTempFile;
use ureq::Agent;
use url::Url;

use crate::config::FilesConfig;

/// Longest that storing a file takes.
const LONGEST: Duration = Duration::from_secs(12);
/// How long the address of a file in a bucket is good.
const GOOD_FOR: Duration = Duration::from_secs(300);

/// A bucket with the keys to it.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketConfig {
    /// As it was written.
    pub url: String,
    endpoint: Url,
    name: String,
    region: String,
    key: String,
    secret: String,
}

impl fmt::Debug for BucketConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.endpoint, self.name)
    }
}

impl BucketConfig {
    /// Reads `https://KEY:SECRET@HOST/BUCKET?region=REGION`; nothing when it is none, or would send keys in the clear to another machine.
    pub fn read(text: &str) -> Option<Self> {
        let mut endpoint = Url::parse(text).ok()?;
        let near = endpoint.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        let decoded = |text: &str| {
            let pair = format!("k={}", text.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
        };
        let (key, secret) = (decoded(endpoint.username())?, decoded(endpoint.password()?)?);
        let name = endpoint.path().trim_matches('/').to_owned();
        let region = endpoint.query_pairs().find(|(name, _)| name == "region").map(|(_, region)| region.into_owned());
        let good = !key.is_empty() && !secret.is_empty() && !name.is_empty() && !name.contains('/');
        if !good || endpoint.scheme() != "https" && !near {
            return None;
        }
        endpoint.set_username("").ok()?;
        endpoint.set_password(None).ok()?;
        endpoint.set_path("/");
        endpoint.set_query(None);
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        Some(Self { url: text.to_owned(), endpoint, name, region, key, secret })
    }
}

/// Where uploaded files are.
pub enum Files {
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket.
    Bucket(Box<Bucket>, Credentials, Agent),
}

/// Where the content of a file is.
pub enum Content {
    /// In a file of this machine.
    File(PathBuf),
    /// At an address that is good for a while.
    Address(String),
}

/// How files end that are not whole yet.
const PART: &str = ".part";

/// A file that comes in piece by piece. It goes away unless it is stored.
pub struct Upload {
    file: NamedTempFile,
    digest: Digested,
    bytes: u64,
}

impl Upload {
    /// Takes the next piece. Blocks until it is written.
    ///
    /// # Errors
    /// When the disk is full, for one.
    pub fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        self.digest.add(piece);
        self.bytes += piece.len() as u64;
        self.file.write_all(piece)
    }

    /// What came in.
    pub fn end(self) -> Uploaded {
        Uploaded { file: self.file, sha256: self.digest.end(), bytes: self.bytes }
    }
}

/// A file that came in whole.
pub struct Uploaded {
    /// What is in it.
    pub file: NamedTempFile,
    /// SHA-256 of that, hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Files of a directory that were written before an instant; none where there is no such directory.
fn older(directory: &Path, before: Timestamp) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let before = SystemTime::from(before);
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        // One may go while others are looked at.
        let written = entry.metadata().and_then(|data| if data.is_file() { data.modified() } else { Ok(before) });
        if written.is_ok_and(|at| at < before) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum Unstored {
    /// The directory.
    #[error("the directory of files: {0}")]
    Directory(#[from] io::Error),
    /// The bucket.
    #[error("the bucket of files: {0}")]
    Bucket(#[from] Box<ureq::Error>),
}

impl Files {
    /// Those of an installation. Nothing is made or called yet.
    pub fn new(config: &FilesConfig) -> Self {
        match config {
            FilesConfig::Directory(path) => Self::Directory(path.clone()),
            FilesConfig::Bucket(bucket) => {
                let BucketConfig { endpoint, name, region, key, secret, .. } = bucket.clone();
                let settings = Agent::config_builder().proxy(None).max_redirects(0).timeout_global(Some(LONGEST));
                match Bucket::new(endpoint, UrlStyle::Path, name, region) {
                    Ok(bucket) => {
                        Self::Bucket(Box::new(bucket), Credentials::new(key, secret), settings.build().into())
                    }
                    // The name was read out of an address.
                    Err(_) => Self::Directory(PathBuf::new()),
                }
            }
        }
    }

    /// A file to upload into, beside where it will be stored.
    ///
    /// # Errors
    /// When none can be made.
    pub fn begin(&self) -> io::Result<Upload> {
        let file = match self {
            Self::Directory(root) => {
                fs::create_dir_all(root)?;
                NamedTempFile::with_suffix_in(PART, root)?
            }
            Self::Bucket(..) => NamedTempFile::with_suffix(PART)?,
        };
        Ok(Upload { file, digest: Digested::default(), bytes: 0 })
    }

    /// Stores what was uploaded. Blocks until it is there, and on the disk.
    ///
    /// # Errors
    /// [`Unstored`].
    pub fn put(&self, file: &MaterialFile, content: NamedTempFile) -> Result<(), Unstored> {
        match self {
            Self::Directory(root) => {
                let path = root.join(file.key());
                let directory = path.parent().unwrap_or(root);
                fs::create_dir_all(directory)?;
                content.as_file().sync_all()?;
                // Whole under another name first: nobody reads a half.
                content.persist(&path).map_err(|failed| failed.error)?;
                Ok(fs::File::open(directory)?.sync_all()?)
            }
            Self::Bucket(bucket, keys, agent) => {
                let address = bucket.put_object(Some(keys), &file.key()).sign(GOOD_FOR);
                let sent =
                    agent.put(address.as_str()).header("content-type", &file.media_type).send(&content.reopen()?);
                sent.map(drop).map_err(|error| Box::new(error).into())
            }
        }
    }

    /// Forgets what was stored under a name.
    ///
    /// # Errors
    /// [`Unstored`].
    pub fn discard(&self, key: &str) -> Result<(), Unstored> {
        match self {
            Self::Directory(root) => Ok(fs::remove_file(root.join(key))?),
            Self::Bucket(bucket, keys, agent) => {
                let address = bucket.delete_object(Some(keys), key).sign(GOOD_FOR);
                agent.delete(address.as_str()).call().map(drop).map_err(|error| Box::new(error).into())
            }
        }
    }

    /// Names of what was stored before an instant, as far as they begin so: two hexadecimal digits.
    ///
    /// # Errors
    /// [`Unstored`].
    pub fn stored(&self, digits: &str, before: Timestamp) -> Result<Vec<String>, Unstored> {
        match self {
            Self::Directory(root) => {
                let named = older(&root.join(digits), before)?.into_iter().filter_map(|path| {
                    let name = path.file_name()?.to_str()?;
                    Some(format!("{digits}/{name}"))
                });
                Ok(named.collect())
            }
            Self::Bucket(bucket, keys, agent) => {
                let (mut found, mut more) = (Vec::new(), None::<String>);
                loop {
                    let mut action = bucket.list_objects_v2(Some(keys));
                    action.with_prefix(format!("{digits}/"));
                    if let Some(token) = more {
                        action.with_continuation_token(token);
                    }
                    let called = agent.get(action.sign(GOOD_FOR).as_str()).call();
                    let text = called.and_then(|mut answer| answer.body_mut().read_to_string()).map_err(Box::new)?;
                    let list = ListObjectsV2::parse_response(&text).map_err(io::Error::other)?;
                    let was = |text: &str| text.parse::<Timestamp>().is_ok_and(|at| at < before);
                    let old = list.contents.into_iter().filter(|one| one.last_modified.as_deref().is_some_and(was));
                    found.extend(old.map(|one| one.key));
                    more = list.next_continuation_token;
                    if more.is_none() {
                        return Ok(found);
                    }
                }
            }
        }
    }

    /// Removes what uploads that broke off before an instant have left. How many.
    ///
    /// # Errors
    /// [`Unstored`].
    pub fn remove_parts(&self, before: Timestamp) -> Result<usize, Unstored> {
        // Those for a bucket are where the system keeps what may go.
        let Self::Directory(root) = self else { return Ok(0) };
        let parts = older(root, before)?;
        let parts = parts.iter().filter(|path| path.extension().is_some_and(|end| end == &PART[1..]));
        parts.map(|path| Ok(fs::remove_file(path)?)).collect::<Result<Vec<()>, _>>().map(|removed| removed.len())
    }

    /// Forgets what is in a file. What cannot be forgotten is logged: nothing leads there any more.
    pub fn remove(&self, file: &MaterialFile) {
        if let Err(error) = self.discard(&file.key()) {
            tracing::warn!(%error, material = %file.material, "a file was not removed");
        }
    }

    /// Where the content of a file is, to be saved under the title of its material.
    pub fn content(&self, material: &Material, file: &MaterialFile) -> Content {
        match self {
            Self::Directory(root) => Content::File(root.join(file.key())),
            Self::Bucket(bucket, keys, _) => {
                let key = file.key();
                let mut action = bucket.get_object(Some(keys), &key);
                action.query_mut().insert("response-content-disposition", disposition(&material.details.title));
                action.query_mut().insert("response-content-type", file.media_type.clone());
                Content::Address(action.sign(GOOD_FOR).to_string())
            }
        }
    }
}

/// To be saved, under a name made of a title.
pub fn disposition(title: &str) -> String {
    let plain: String = title
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " .-_".contains(letter) { letter } else { '_' })
        .collect();
    let whole: String = url::form_urlencoded::byte_serialize(title.as_bytes()).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", whole.replace('+', "%20").replace('*', "%2A"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_keys_and_sends_them_to_nobody_in_the_clear() {
        let read = BucketConfig::read("https://AKIA:a%2Fb+c@s3.example.org/handouts?region=eu-west-1").unwrap();
        assert_eq!((read.endpoint.as_str(), read.name.as_str()), ("https://s3.example.org/", "handouts"));
        assert_eq!((read.key.as_str(), read.secret.as_str(), read.region.as_str()), ("AKIA", "a/b+c", "eu-west-1"));
        assert!(!format!("{read:?}").contains("a/b"));
        for text in [
            "https://s3.example.org/handouts",
            "https://AKIA@s3.example.org/handouts",
            "https://AKIA:s@s3.example.org/",
            "https://AKIA:s@s3.example.org/a/b",
            "http://AKIA:s@s3.example.org/handouts",
        ] {
            assert!(BucketConfig::read(text).is_none(), "{text}");
        }
        assert!(BucketConfig::read("http://AKIA:s@127.0.0.1:9000/handouts").is_some());
    }

    #[test]
    fn a_title_makes_a_name_that_breaks_no_header() {
        let name = disposition("Ten \"questions\"\r\nX: y — ü");
        assert!(name.is_ascii() && !name.contains(['\r', '\n']), "{name}");
        assert!(
            name.starts_with("attachment; filename=\"Ten _questions___X_ y _ _\"; filename*=UTF-8''Ten%20%22"),
            "{name}"
        );
    }
}
