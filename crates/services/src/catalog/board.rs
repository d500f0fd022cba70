//! The needs board as everybody sees it: public postings under the name of a library, or of a trainer with a public profile.

use std::collections::HashMap;

use jiff::{SignedDuration, civil::Date};
use packhorse_db::{Conn, postings, trainers};
use packhorse_domain::{
    Timestamp,
    id::{NetworkId, PostingId},
    posting::{Posting, PostingKind},
};
use packhorse_publishing::model::{Contact, Need, NeedKind, WebAddress};

use super::{BoardFilter, library_names, unique};
use crate::Error;

/// How far back the digest goes.
const DIGEST: SignedDuration = SignedDuration::from_hours(12 * 7 * 24);
/// Most postings of the digest.
const MOST: i64 = 1000;

/// Postings of the board, newest first, at most so many.
///
/// # Errors
/// Those of the database.
pub fn needs(conn: &mut Conn, filter: &BoardFilter, limit: u16) -> Result<Vec<Need>, Error> {
    let found = postings::public(conn, filter, limit.into())?;
    told(conn, found)
}

/// A posting that stands on a day, by itself.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn need(conn: &mut Conn, id: PostingId, on: Date) -> Result<Need, Error> {
    let filter = BoardFilter { on: Some(on), only: Some(id), ..BoardFilter::default() };
    needs(conn, &filter, 1)?.pop().ok_or(Error::NotFound)
}

/// What was posted in the last twelve weeks, newest first.
///
/// # Errors
/// Those of the database.
pub fn digest(conn: &mut Conn, network: Option<NetworkId>, now: Timestamp) -> Result<Vec<Need>, Error> {
    let filter = BoardFilter { network, since: Some(now - DIGEST), ..BoardFilter::default() };
    let found = postings::public(conn, &filter, MOST)?;
    told(conn, found)
}

fn told(conn: &mut Conn, found: Vec<Posting>) -> Result<Vec<Need>, Error> {
    let libraries = library_names(conn, found.iter().filter_map(|one| one.details.library))?;
    let teachers = trainers::public(conn, &unique(found.iter().filter_map(|one| one.details.trainer)))?;
    let teachers: HashMap<_, _> = teachers.into_iter().map(|trainer| (trainer.id, trainer.details)).collect();
    let need = |posting: Posting| {
        let details = posting.details;
        let library = details.library.and_then(|id| libraries.get(&id)).map(|name| (name.clone(), String::new()));
        let trainer = details.trainer.and_then(|id| teachers.get(&id));
        let trainer = trainer.map(|trainer| (trainer.name.clone(), trainer.home_base.place.clone()));
        let (by, place) = library.or(trainer)?;
        let address = details.answer_address.and_then(|address| WebAddress::new(&address).ok());
        Some(Need {
            id: posting.id,
            network: posting.network,
            kind: match details.kind {
                PostingKind::Need => NeedKind::Need,
                PostingKind::Offer => NeedKind::Offer,
            },
            title: details.title,
            text: details.text,
            by,
            place,
            contact: address.map(|address| Contact { address, replies: posting.replies }),
            posted_at: posting.record.created_at,
        })
    };
    Ok(found.into_iter().filter_map(need).collect())
}
