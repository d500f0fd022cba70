//! Workshops told of by catalogs elsewhere, on their way into that of a network.
//!
//! Where they speak they are followed; where they are silent what is known stays, or what is taken for that. The name a workshop has
//! there tells whether it is new, changed or as it was; what is as it was is not written and leaves no event.
//!
//! Invariant: the work of others is taken over only under a license that permits it, and names them.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use packhorse_db::{DbError, editions, events, topics, workshops};
use packhorse_domain::{
    Valid,
    event::Event,
    id::{HarvestId, NetworkId, TopicId, WorkshopId},
    license,
    origin::{Gaps, Origin, Told},
    reading::host,
    trainer::Visibility,
    workshop::{Attribution, CannotPublish, Edition, Workshop, WorkshopDetails},
};
use packhorse_publishing::{
    import::{Candidate, Fault as Misread},
    model::{CreditRole, WebAddress},
};

use crate::{Change, Context, Error, error::broken_rules, import::Counts, workshops::not_adaptable};

/// Workshops that are looked up at one time.
const BATCH: usize = 500;

/// How workshops are taken over.
pub(crate) struct Manner<'m> {
    /// Into whose catalog.
    pub network: NetworkId,
    /// Whose work they are; nothing for the network's own.
    pub catalog: Option<&'m str>,
    /// By which harvest they come.
    pub harvest: Option<HarvestId>,
    /// Whether they are published at once.
    pub publish: bool,
    /// Who finds those that are new.
    pub visibility: Visibility,
    /// What is taken for those that do not say it.
    pub gaps: &'m Gaps,
}

/// Something about one workshop of what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    /// Where it stands: `line 3`, `/items/0`, an identifier.
    pub place: String,
    /// Which column or property; empty when it is about the whole.
    pub field: Cow<'static, str>,
    /// Stable, machine-read.
    pub code: Cow<'static, str>,
    /// In words.
    pub detail: String,
}

impl From<&Misread> for Remark {
    fn from(fault: &Misread) -> Self {
        let Misread { place, field, code, detail } = fault;
        Self { place: place.clone(), field: (*field).into(), code: (*code).into(), detail: detail.clone() }
    }
}

/// What is to become of some workshops.
#[derive(Default)]
pub(crate) struct Intake {
    /// How many are of which kind.
    pub counts: Counts,
    /// Why some are left out.
    pub faults: Vec<Remark>,
    /// What looked wrong, but was taken.
    pub warnings: Vec<Remark>,
    put: Vec<Workshop>,
    editions: Vec<Edition>,
    events: Vec<Event>,
}

impl Intake {
    /// Looks at workshops. Nothing is written.
    ///
    /// # Errors
    /// Those of the database; what is wrong with a workshop is in the faults.
    pub fn of(ctx: &mut Context<'_>, manner: &Manner<'_>, candidates: &[Candidate]) -> Result<Self, Error> {
        let mut intake = Self::default();
        let vocabulary = Vocabulary::of(ctx, manner.network)?;
        let mut seen = HashSet::new();
        for candidates in candidates.chunks(BATCH) {
            let known = Known::of(ctx, manner, candidates)?;
            for candidate in candidates {
                let place = |field: &'static str, code: &'static str, detail: &str| Remark {
                    place: candidate.place.clone(),
                    field: field.into(),
                    code: code.into(),
                    detail: detail.to_owned(),
                };
                let before = known.find(manner, candidate);
                if !seen.insert(manner.origin(candidate).key()) {
                    intake.faults.push(place("id", "repeated", "the same workshop stands there twice"));
                } else if manner.harvest.is_none() && before.is_some_and(|before| before.harvest().is_some()) {
                    intake.faults.push(place("id", FOLLOWS, "the workshop follows another catalog"));
                } else {
                    intake.add(ctx, manner, &vocabulary, candidate, before)?;
                }
            }
        }
        Ok(intake)
    }

    fn add(
        &mut self,
        ctx: &Context<'_>,
        manner: &Manner<'_>,
        vocabulary: &Vocabulary,
        candidate: &Candidate,
        before: Option<&Workshop>,
    ) -> Result<(), Error> {
        let mut remarks = Remarks { place: &candidate.place, all: Vec::new() };
        let topics = vocabulary.topics(candidate, &mut self.warnings);
        let Some(told) = manner.told(candidate, topics, before, &mut remarks) else {
            self.faults.extend(remarks.all);
            return Ok(());
        };
        let after = match before {
            Some(before) => before.follow(told, manner.publish, ctx.now),
            None => Workshop::taken_over(WorkshopId::new(ctx.now), manner.network, told, manner.publish, ctx.now),
        };
        match after {
            Ok(after) => self.keep(ctx, "import", before, after),
            Err(CannotPublish::NoObjectives) => {
                remarks.add("objectives", "required", "one is needed to publish it");
                self.faults.extend(remarks.all);
                Ok(())
            }
            Err(CannotPublish::State(transition)) => Err(transition.into()),
        }
    }

    /// Takes workshops out of the catalog that were withdrawn at their origin, by what they are called there. How many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn withdraw(&mut self, ctx: &mut Context<'_>, network: NetworkId, keys: &[String]) -> Result<u64, Error> {
        let mut withdrawn = 0;
        for keys in keys.chunks(BATCH) {
            for before in workshops::by_origins(ctx.conn, network, keys)? {
                if let Some(after) = before.withdraw(ctx.now) {
                    withdrawn += 1;
                    self.put(ctx, "withdraw", Some(&before), after)?;
                }
            }
        }
        Ok(withdrawn)
    }

    fn keep(
        &mut self,
        ctx: &Context<'_>,
        action: &'static str,
        before: Option<&Workshop>,
        after: Workshop,
    ) -> Result<(), Error> {
        match before {
            Some(before) if !after.differs(before) => {
                self.counts.unchanged += 1;
                return Ok(());
            }
            Some(_) => self.counts.updated += 1,
            None => self.counts.created += 1,
        }
        self.put(ctx, action, before, after)
    }

    fn put(
        &mut self,
        ctx: &Context<'_>,
        action: &'static str,
        before: Option<&Workshop>,
        after: Workshop,
    ) -> Result<(), Error> {
        if before.is_none_or(|before| before.edition != after.edition) {
            self.editions.extend(after.published(ctx.now));
        }
        self.events.push(ctx.event(Change::new(action, after.id, after.network), before, Some(&after))?);
        self.put.push(after);
        Ok(())
    }

    /// Writes what is new or changed, with an event for each.
    ///
    /// # Errors
    /// [`DbError::Contention`] when somebody else writes the same workshops at this moment; those of the database.
    pub fn write(self, ctx: &mut Context<'_>) -> Result<(), Error> {
        workshops::put_all(ctx.conn, &self.put).map_err(|error| match error {
            // When the whole transaction runs again, it is there.
            DbError::Conflict(constraint) if constraint == "workshops_origin" => {
                DbError::Contention("made by somebody else".to_owned())
            }
            other => other,
        })?;
        editions::insert_all(ctx.conn, &self.editions)?;
        Ok(events::append_all(ctx.conn, self.events)?)
    }
}

/// Code of what is refused to a workshop that follows another catalog.
pub(crate) const FOLLOWS: &str = "follows_another_catalog";

/// Remarks about one workshop.
struct Remarks<'p> {
    place: &'p str,
    all: Vec<Remark>,
}

impl Remarks<'_> {
    fn add(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) {
        let (field, code, detail) = (field.into(), code.into(), detail.into());
        self.all.push(Remark { place: self.place.to_owned(), field, code, detail });
    }

    /// What is there, or a remark that it is wanting.
    fn wanted<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(field, "missing", "it is not said, and nothing is to be taken for it");
        }
        value
    }
}

/// Topics that a network can name, by their names.
struct Vocabulary(HashMap<String, TopicId>);

impl Vocabulary {
    fn of(ctx: &mut Context<'_>, network: NetworkId) -> Result<Self, Error> {
        let mut known = topics::of_network(ctx.conn, network)?;
        // Those of its own come last, and count.
        known.sort_by_key(|topic| topic.network.is_some());
        Ok(Self(known.into_iter().map(|topic| (topic.details.name.to_lowercase(), topic.id)).collect()))
    }

    fn topics(&self, candidate: &Candidate, warnings: &mut Vec<Remark>) -> Vec<TopicId> {
        let mut found = Vec::new();
        let mut remarks = Remarks { place: &candidate.place, all: Vec::new() };
        for name in &candidate.topics {
            match self.0.get(&name.to_lowercase()) {
                Some(topic) if found.contains(topic) => {}
                Some(topic) => found.push(*topic),
                None => remarks.add("topics", "unknown_topic", format!("\"{name}\" is no topic of the network")),
            }
        }
        warnings.append(&mut remarks.all);
        found
    }
}

/// Workshops that are there already.
struct Known {
    by_key: HashMap<String, Workshop>,
    by_id: HashMap<WorkshopId, Workshop>,
}

impl Known {
    fn of(ctx: &mut Context<'_>, manner: &Manner<'_>, candidates: &[Candidate]) -> Result<Self, Error> {
        let keys: Vec<_> = candidates.iter().map(|candidate| manner.origin(candidate).key()).collect();
        let found = workshops::by_origins(ctx.conn, manner.network, &keys)?;
        let by_key = found.into_iter().filter_map(|workshop| Some((workshop.origin.as_ref()?.key(), workshop)));
        let own: Vec<_> = candidates.iter().filter_map(|candidate| manner.own(candidate)).collect();
        let own = workshops::with_ids(ctx.conn, &own)?.into_iter().filter(|one| one.network == manner.network);
        Ok(Self { by_key: by_key.collect(), by_id: own.map(|workshop| (workshop.id, workshop)).collect() })
    }

    fn find(&self, manner: &Manner<'_>, candidate: &Candidate) -> Option<&Workshop> {
        let own = manner.own(candidate).and_then(|id| self.by_id.get(&id));
        own.or_else(|| self.by_key.get(&manner.origin(candidate).key()))
    }
}

impl Manner<'_> {
    /// The workshop of the network itself that is meant, where it is one: what was written out comes back.
    fn own(&self, candidate: &Candidate) -> Option<WorkshopId> {
        let theirs = self.catalog.is_some() || self.harvest.is_some();
        if theirs { None } else { candidate.identifier.parse().ok() }
    }

    fn origin(&self, candidate: &Candidate) -> Origin {
        let named = Some(&candidate.identifier).filter(|identifier| !identifier.is_empty());
        let address = candidate.address.as_ref().map(|address| address.as_str().to_owned());
        Origin {
            identifier: named.cloned().or(address.clone()).unwrap_or_else(|| candidate.title.to_lowercase()),
            address,
            changed_at: candidate.updated_at,
            catalog: self.catalog.map(str::to_owned),
            harvest: self.harvest,
            withdrawn: false,
        }
    }

    /// What is told of a workshop; nothing where that is not enough, or nobody may take it over.
    fn told(
        &self,
        candidate: &Candidate,
        topics: Vec<TopicId>,
        before: Option<&Workshop>,
        remarks: &mut Remarks<'_>,
    ) -> Option<Told> {
        let details = self.details(candidate, topics, before.map(|before| &before.details), remarks)?;
        if let Err(errors) = Valid::new(details.clone()) {
            for (field, code) in broken_rules(&errors) {
                remarks.add(field.trim_start_matches('/').to_owned(), code.clone(), code.replace('_', " "));
            }
        }
        let license = details.license.as_deref();
        if self.catalog.is_some()
            && let Err(error) = license::adaptable(license, license)
        {
            remarks.add("license", not_adaptable(&error), error.to_string());
        }
        let own = self.own(candidate).is_some_and(|id| before.is_some_and(|before| before.id == id));
        let silent = candidate.based_on.is_empty() && self.catalog.is_none();
        let adapted_from = match before {
            Some(before) if own || silent => before.adapted_from.clone(),
            Some(_) | None => self.chain(candidate, &details),
        };
        let origin = (!own).then(|| self.origin(candidate));
        remarks.all.is_empty().then_some(Told { details, adapted_from, origin })
    }

    fn details(
        &self,
        candidate: &Candidate,
        topics: Vec<TopicId>,
        before: Option<&WorkshopDetails>,
        remarks: &mut Remarks<'_>,
    ) -> Option<WorkshopDetails> {
        let gaps = self.gaps;
        let list = |told: &[String], known: fn(&WorkshopDetails) -> &Vec<String>| {
            if told.is_empty() { before.map(known).cloned().unwrap_or_default() } else { told.to_vec() }
        };
        let text = |told: &str, known: fn(&WorkshopDetails) -> &String| {
            if told.is_empty() { before.map(known).cloned().unwrap_or_default() } else { told.to_owned() }
        };
        let level = candidate.level.or(before.map(|before| before.level)).or(gaps.level);
        let minutes = candidate.duration.map(|duration| duration.0).or(before.map(|before| before.duration_minutes));
        let formats = [candidate.formats.clone(), before.map(|before| before.formats.clone()).unwrap_or_default()];
        let formats = formats.into_iter().chain(gaps.format.map(|format| vec![format])).find(|all| !all.is_empty());
        let languages = list(&candidate.languages, |before| &before.languages);
        let languages = if languages.is_empty() { gaps.language.clone().map(|one| vec![one]) } else { Some(languages) };
        let level = remarks.wanted("level", level);
        let minutes = remarks.wanted("duration_minutes", minutes.or(gaps.duration_minutes));
        let (formats, languages) = (remarks.wanted("formats", formats), remarks.wanted("languages", languages));
        let (authors, funders) = (credited(candidate, CreditRole::Author), credited(candidate, CreditRole::Funder));
        let funder = (!funders.is_empty()).then(|| funders.join(", "));
        let said = before.cloned();
        Some(WorkshopDetails {
            title: candidate.title.clone(),
            summary: text(&candidate.summary, |before| &before.summary),
            objectives: list(&candidate.objectives, |before| &before.objectives),
            level: level?,
            audience: text(&candidate.audience, |before| &before.audience),
            duration_minutes: minutes?,
            formats: formats?,
            languages: languages?,
            topics: if candidate.topics.is_empty() {
                before.map(|before| before.topics.clone()).unwrap_or_default()
            } else {
                topics
            },
            authors: list(&authors, |before| &before.authors),
            funder: funder.or_else(|| before?.funder.clone()),
            visibility: before.map_or(self.visibility, |before| before.visibility),
            minimum_attendance: candidate.minimum_attendance.or_else(|| before?.minimum_attendance),
            maximum_attendance: candidate.maximum_attendance.or_else(|| before?.maximum_attendance),
            needs_computers: before.map_or(0, |before| before.needs_computers),
            needs_projector: before.is_some_and(|before| before.needs_projector),
            license: candidate.license.clone().or_else(|| before?.license.clone()),
            competencies: said.as_ref().map(|before| before.competencies.clone()).unwrap_or_default(),
            continuing_education: said.as_ref().map(|before| before.continuing_education.clone()).unwrap_or_default(),
            fees: said.map(|before| before.fees).unwrap_or_default(),
        })
    }

    /// What it was made of, the first original first; itself at the end when it is the work of others.
    fn chain(&self, candidate: &Candidate, details: &WorkshopDetails) -> Vec<Attribution> {
        let step = |text: &String| {
            let address = WebAddress::new(text).ok().map(|address| address.as_str().to_owned());
            Attribution {
                workshop: None,
                edition: 0,
                title: text.clone(),
                authors: Vec::new(),
                funder: None,
                network: address.as_deref().map(host).unwrap_or_default().to_owned(),
                license: None,
                address,
            }
        };
        let itself = self.catalog.map(|catalog| Attribution {
            workshop: None,
            edition: 0,
            title: details.title.clone(),
            authors: details.authors.clone(),
            funder: details.funder.clone(),
            network: catalog.to_owned(),
            license: details.license.clone(),
            address: candidate.address.as_ref().map(|address| address.as_str().to_owned()),
        });
        candidate.based_on.iter().rev().map(step).chain(itself).collect()
    }
}

fn credited(candidate: &Candidate, role: CreditRole) -> Vec<String> {
    candidate.credits.iter().filter(|credit| credit.role == role).map(|credit| credit.name.clone()).collect()
}
