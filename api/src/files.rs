//! Uploaded files: in a directory, or in a bucket of a service that speaks S3. Each has a name by what is in it, and never changes.
//!
//! Source: Amazon S3 API, signature version 4 in the query; RFC 6266 (`Content-Disposition`), RFC 9530 (`Repr-Digest`).

use std::{fmt, fs, io, io::Write, path::PathBuf, time::Duration};

use packhorse_domain::material::{Material, MaterialFile};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
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

    /// Stores what is in a file. Blocks until it is there, and on the disk.
    ///
    /// # Errors
    /// [`Unstored`].
    pub fn put(&self, file: &MaterialFile, content: &[u8]) -> Result<(), Unstored> {
        match self {
            Self::Directory(root) => {
                let path = root.join(file.key());
                let directory = path.parent().unwrap_or(root);
                fs::create_dir_all(directory)?;
                // Whole under another name first: nobody reads a half.
                let part = directory.join(format!(
                    "{}-{}.part",
                    file.sha256,
                    packhorse_domain::id::TraceId::new(file.uploaded_at)
                ));
                let mut written = fs::File::create(&part)?;
                written.write_all(content)?;
                written.sync_all()?;
                fs::rename(&part, &path)?;
                Ok(fs::File::open(directory)?.sync_all()?)
            }
            Self::Bucket(bucket, keys, agent) => {
                let address = bucket.put_object(Some(keys), &file.key()).sign(GOOD_FOR);
                let sent = agent.put(address.as_str()).header("content-type", &file.media_type).send(content);
                sent.map(drop).map_err(|error| Box::new(error).into())
            }
        }
    }

    /// Forgets what is in a file. What cannot be forgotten is logged: nothing leads there any more.
    pub fn remove(&self, file: &MaterialFile) {
        let removed = match self {
            Self::Directory(root) => fs::remove_file(root.join(file.key())).map_err(Unstored::from),
            Self::Bucket(bucket, keys, agent) => {
                let address = bucket.delete_object(Some(keys), &file.key()).sign(GOOD_FOR);
                agent.delete(address.as_str()).call().map(drop).map_err(|error| Box::new(error).into())
            }
        };
        if let Err(error) = removed {
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
