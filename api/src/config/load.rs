//! The layers, put over one another.

use std::{collections::BTreeMap, env, ffi::OsString, fmt, fs, io, path::PathBuf};

use toml::{Table, Value};

use super::{
    Config, HttpConfig,
    settings::{OTHER_VARIABLES, SETTINGS, Setting, hides_secret},
};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.to_string_lossy().escape_debug()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A setting given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The flag as typed, `--bind`.
    pub flag: &'static str,
    /// The setting it gives.
    pub key: &'static str,
    /// Its value, as the file would spell it.
    pub value: String,
}

/// A configuration file, or why it could not be read.
#[derive(Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub text: io::Result<String>,
}

/// Everything that says something about the configuration.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file, when one is named.
    pub file: Option<File>,
    /// The environment; variables of others are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// The command line.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// Reads the environment and the file that `--config`, or else `PACKHORSE_CONFIG`, names.
    pub fn read(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let named = file.or_else(|| env::var_os("PACKHORSE_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from));
        let file = named.map(|path| File { text: fs::read_to_string(&path), path });
        Self { file, environment: env::vars_os().collect(), flags }
    }
}

/// One thing wrong with the configuration. Never shows a value, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting, or what else is meant.
    pub what: String,
    /// Where it was said.
    pub origin: Origin,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.what, self.origin, self.problem)
    }
}

/// All that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// The configuration that holds, and where each value came from.
#[derive(Debug, Clone)]
pub struct Effective {
    /// What holds.
    pub config: Config,
    /// What is allowed but probably not meant, in words.
    pub notices: Vec<String>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Effective {
    /// Puts flags over environment over file over defaults.
    ///
    /// # Errors
    /// Every fault of the values that hold, and every unknown key of the file.
    pub fn of(sources: Sources) -> Result<Self, Faults> {
        let mut layers = Layers::default();
        let keys = sources.file.as_ref().map(|file| layers.file(file)).unwrap_or_default();
        layers.environment(sources.environment);
        for flag in sources.flags {
            layers.put(flag.key, flag.value, Origin::Flag(flag.flag));
        }
        let Layers { values, mut faults, mut notices } = layers;
        faults.extend(keys);
        let mut config = Config::default();
        let mut origins = BTreeMap::new();
        for setting in SETTINGS {
            let Some((text, origin)) = values.get(setting.key) else { continue };
            match (setting.set)(&mut config, text) {
                Ok(()) => drop(origins.insert(setting.key, origin.clone())),
                Err(problem) => {
                    faults.push(Fault { what: setting.key.to_owned(), origin: origin.clone(), problem });
                }
            }
        }
        let origin = |key| origins.get(key).cloned().unwrap_or(Origin::Default);
        if !values.contains_key("public_url") {
            config.http.public_url = HttpConfig::url_of(config.http.bind);
            if !config.http.bind.ip().is_loopback() {
                notices.push(format!("bind is open to other machines, but public_url says {}", config.http.public_url));
            }
        }
        if config.metrics.bind == Some(config.http.bind) && config.http.bind.port() != 0 {
            let problem = "is the address of the API itself; leave it off, or take another port".to_owned();
            faults.push(Fault { what: "metrics_bind".to_owned(), origin: origin("metrics_bind"), problem });
        }
        if config.mail.smtp_url.is_some() && config.mail.from.is_none() {
            let problem = "must be set where smtp_url is".to_owned();
            faults.push(Fault { what: "mail_from".to_owned(), origin: origin("mail_from"), problem });
        }
        if faults.is_empty() { Ok(Self { config, notices, origins }) } else { Err(Faults(faults)) }
    }

    /// Where a setting came from; [`Origin::Default`] also for one that does not exist.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// The configuration as a file that would give it, with secrets left out; behind each value, where it came from.
    pub fn to_toml(&self) -> String {
        let entry = |setting: &Setting| {
            let hidden = hides_secret(setting.key, &self.config);
            let hidden = if hidden { ", secrets not shown" } else { "" };
            let (key, value, origin) = (setting.key, (setting.show)(&self.config), self.origin(setting.key));
            format!("# {}\n{key} = {value} # {origin}{hidden}\n", setting.about)
        };
        SETTINGS.iter().map(entry).collect::<Vec<_>>().join("\n")
    }
}

/// The layers so far: for each setting the text that holds.
#[derive(Default)]
struct Layers {
    values: BTreeMap<&'static str, (String, Origin)>,
    faults: Vec<Fault>,
    notices: Vec<String>,
}

impl Layers {
    fn put(&mut self, key: &'static str, text: String, origin: Origin) {
        self.values.insert(key, (text, origin));
    }

    /// Takes the file's values; gives back what is wrong with its keys.
    fn file(&mut self, file: &File) -> Vec<Fault> {
        let origin = Origin::File(file.path.clone());
        let fault = |what: &str, problem: String| Fault { what: what.to_owned(), origin: origin.clone(), problem };
        let text = match &file.text {
            Ok(text) => text,
            Err(error) => return vec![fault("the file", format!("cannot be read: {error}"))],
        };
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return vec![fault("the file", not_toml(text, &error))],
        };
        let mut faults = Vec::new();
        for (key, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                faults.push(fault(&key, "is no setting; packhorse check --print-config shows them all".to_owned()));
                continue;
            };
            match value {
                Value::String(text) => self.put(setting.key, text, origin.clone()),
                Value::Integer(_) | Value::Boolean(_) | Value::Float(_) => {
                    self.put(setting.key, value.to_string(), origin.clone());
                }
                Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    faults.push(fault(&key, "must be a text, a number, true or false".to_owned()));
                }
            }
        }
        faults
    }

    fn environment(&mut self, variables: Vec<(OsString, OsString)>) {
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("PACKHORSE_")) else { continue };
            match SETTINGS.iter().find(|setting| setting.variable() == name) {
                Some(_) if value.is_empty() => {}
                Some(setting) => match value.into_string() {
                    Ok(text) => self.put(setting.key, text, Origin::Environment(name.to_owned())),
                    Err(_) => self.faults.push(Fault {
                        what: setting.key.to_owned(),
                        origin: Origin::Environment(name.to_owned()),
                        problem: "is not UTF-8".to_owned(),
                    }),
                },
                // Kubernetes, for one, sets such variables for a service of this name: no reason to refuse.
                None if OTHER_VARIABLES.contains(&name) || name.starts_with("PACKHORSE_TEST_") => {}
                None => self.notices.push(format!("{name} is set, but is no setting")),
            }
        }
    }
}

/// What is wrong and in which line. The error's own text would quote the line, which may hold a password.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("is not TOML at line {line}: {}", error.message())
}
