//! Trainers as the catalog tells of them: those with a public profile.

use std::collections::HashMap;

use packhorse_db::{Conn, trainers as rows, workshops};
use packhorse_domain::{
    id::{NetworkId, TrainerId, WorkshopId},
    trainer,
    workshop::Workshop,
};
use packhorse_publishing::model::{Title, Trainer};

use super::{courses, unique};
use crate::Error;

/// A trainer with a public profile.
///
/// # Errors
/// [`Error::NotFound`] when they have none.
pub fn trainer(conn: &mut Conn, id: TrainerId) -> Result<Trainer, Error> {
    let found = rows::public(conn, &[id])?;
    told(conn, found)?.pop().ok_or(Error::NotFound)
}

/// Trainers with a public profile, of one network or of all, behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn trainers(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<TrainerId>,
    limit: u16,
) -> Result<Vec<Trainer>, Error> {
    let found = rows::list_public(conn, network, after, limit.into())?;
    told(conn, found)
}

fn told(conn: &mut Conn, found: Vec<trainer::Trainer>) -> Result<Vec<Trainer>, Error> {
    let taught = unique(found.iter().flat_map(|trainer| trainer.details.workshops.iter().copied()));
    let public = workshops::with_ids(conn, &taught)?.into_iter().filter(Workshop::is_public);
    let titles: HashMap<WorkshopId, String> = public.map(|workshop| (workshop.id, workshop.details.title)).collect();
    let named = unique(found.iter().flat_map(|trainer| trainer.details.topics.iter().map(|skill| skill.topic)));
    let subjects: HashMap<_, _> =
        courses::subjects(conn, &named)?.into_iter().map(|subject| (subject.id, subject)).collect();
    let trainer = |trainer: trainer::Trainer| {
        let details = trainer.details;
        let title = |id: &WorkshopId| Some(Title { id: *id, title: titles.get(id)?.clone() });
        let mut workshops: Vec<_> = details.workshops.iter().filter_map(title).collect();
        workshops.sort_by(|left, right| left.title.cmp(&right.title));
        Trainer {
            id: trainer.id,
            network: trainer.network,
            topics: details.topics.iter().filter_map(|skill| subjects.get(&skill.topic).cloned()).collect(),
            workshops,
            name: details.name,
            profile: details.biography,
            home: details.home_base.place,
            languages: details.languages,
            updated_at: trainer.record.updated_at,
        }
    };
    Ok(found.into_iter().map(trainer).collect())
}
