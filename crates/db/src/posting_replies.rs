//! Replies to postings.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{PostingId, ReplyId, UserId},
    posting::{PostingReply, ReplyDetails},
};

use crate::{
    Conn, DbError, entity::owned, postings::of_postings_seen, schema::posting_replies, scope::seen, types::Spelled,
};

// Those to postings they see.
seen!(
    posting_replies,
    concat!("posting_replies.posting_id IN (SELECT id FROM postings WHERE ", of_postings_seen!(), ")")
);

owned! {
    posting_replies: PostingReply, ReplyId, of posting: PostingId, in posting_id, ReplyDetails,
    author_id: Spelled<UserId> = |reply: &PostingReply| Spelled(reply.details.author),
}

/// What somebody replied.
///
/// # Errors
/// Those of the database.
pub fn by(conn: &mut Conn, author: UserId) -> Result<Vec<PostingReply>, DbError> {
    let own = posting_replies::table.filter(posting_replies::author_id.eq(Spelled(author))).order(posting_replies::id);
    let rows: Vec<Row> = own.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(PostingReply::from).collect())
}
