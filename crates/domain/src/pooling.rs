//! Which requests are worth pooling: one library hosts, and the other drives there in place of a training of its own.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    geo::Km,
    id::{LibraryId, RequestId},
    money::Money,
    request::RequestDetails,
    text::Format,
    time::Minutes,
};

/// A request that another could join, with what that saves and asks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    /// The request that stays: its library hosts.
    pub request: RequestId,
    /// That library.
    pub library: LibraryId,
    /// Its name.
    pub library_name: String,
    /// The request that would join it.
    pub joining: RequestId,
    /// The library that would drive there.
    pub joining_library: LibraryId,
    /// Its name.
    pub joining_library_name: String,
    /// What the best trainer for the joining request alone would cost in all, which nobody pays then; `null` when no trainer can come
    /// there.
    pub saving: Option<Money>,
    /// How far the joining library drives, one way; nothing where it takes part online.
    pub drive_km: Km,
    /// How long that takes, one way.
    pub drive_minutes: Minutes,
    /// First of the days that suit both, those of the host's best choice that has any.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    pub from: Date,
    /// Last of them.
    #[schema(value_type = String, format = Date, example = "2027-03-05")]
    pub until: Date,
}

/// How people of a joining library take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// They drive to the host.
    OnSite,
    /// From where they are.
    Online,
}

impl RequestDetails {
    /// Whether training for `host` would be what this request asks for: the same workshop, or the same topic at the same level where
    /// neither names a workshop; in the same language.
    pub fn needs_the_same(&self, host: &Self) -> bool {
        let need = match (self.workshop, host.workshop) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.topic.is_some() && self.topic == host.topic && self.level == host.level,
            (Some(_), None) | (None, Some(_)) => false,
        };
        need && self.language.eq_ignore_ascii_case(&host.language)
    }

    /// How it would take part in training for `host`; not at all where one is online only and the other is not there.
    pub fn attends(&self, host: &Self) -> Option<Attendance> {
        match (self.format, host.format) {
            (Format::Virtual, Format::Virtual | Format::Hybrid) => Some(Attendance::Online),
            (Format::InPerson | Format::Hybrid, Format::InPerson | Format::Hybrid) => Some(Attendance::OnSite),
            (Format::Virtual, Format::InPerson) | (Format::InPerson | Format::Hybrid, Format::Virtual) => None,
        }
    }

    /// The first stretch of days that suits both, with hours enough for the longer of both; the choices of `host` count first. Hours
    /// are compared as they are told.
    pub fn days_shared_with(&self, host: &Self) -> Option<(Date, Date)> {
        let minutes = i64::from(self.duration_minutes.max(host.duration_minutes));
        let pairs = host.preferences.iter().flat_map(|theirs| self.preferences.iter().map(move |ours| (theirs, ours)));
        let mut shared = pairs.filter_map(|(theirs, ours)| {
            let (from, until) = (theirs.from.max(ours.from), theirs.until.min(ours.until));
            let (earliest, latest) = (theirs.earliest.max(ours.earliest), theirs.latest.min(ours.latest));
            let fits = latest.duration_since(earliest).as_mins() >= minutes;
            (from <= until && fits).then_some((from, until))
        });
        shared.next()
    }
}
