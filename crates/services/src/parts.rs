//! What the parts of a calendar have alike: each belongs to a trainer or a library, and whoever may change that may add,
//! change and take back its parts.

/// Writes `get`, `list`, `create`, `update` and `delete` for parts of a calendar: they differ in nothing but names.
///
/// `reading` is the action that shows them all, where seeing the owner is not enough.
macro_rules! parts {
    (
        $rows:ident: $part:ident, $id:ty, $details:ty, of $owner:ident: $owner_id:ty, in $owners:ident,
        changing $changing:ident $(, reading $reading:ident)?
    ) => {
        use packhorse_db::{Page, $rows as rows};
        use packhorse_domain::{Action, Record, Resource, Valid};

        use crate::{Change, Context, Error, Expected, $owners};

        /// The one with this id.
        ///
        /// # Errors
        /// [`Error::NotFound`].
        pub fn get(ctx: &mut Context<'_>, id: $id) -> Result<$part, Error> {
            let scope = ctx.scope();
            Ok(rows::find(ctx.conn, scope, id)?)
        }

        /// One page of those of one owner.
        ///
        /// # Errors
        /// [`Error::NotFound`] for the owner, [`Error::Forbidden`] when they are not for the actor.
        pub fn list(ctx: &mut Context<'_>, $owner: $owner_id, page: &Page) -> Result<Vec<$part>, Error> {
            let _owner = $owners::get(ctx, $owner)?;
            $(ctx.authorize(Action::$reading, &$owners::resource(&_owner))?;)?
            let scope = ctx.scope();
            Ok(rows::list(ctx.conn, scope, Some($owner), page)?)
        }

        /// Adds one.
        ///
        /// # Errors
        /// [`Error::NotFound`] for the owner, [`Error::Forbidden`].
        pub fn create(ctx: &mut Context<'_>, $owner: $owner_id, details: Valid<$details>) -> Result<$part, Error> {
            let owner = $owners::resource(&$owners::get(ctx, $owner)?);
            ctx.authorize(Action::$changing, &owner)?;
            let part =
                $part { id: <$id>::new(ctx.now), $owner, details: details.into_inner(), record: Record::new(ctx.now) };
            ctx.keep(Change::new("create", part.id, owner.network), rows::insert, None, part)
        }

        /// Changes one. Bookings made under it stand.
        ///
        /// # Errors
        /// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
        pub fn update(
            ctx: &mut Context<'_>,
            id: $id,
            expected: &Expected,
            change: impl FnOnce(&$details) -> Result<Valid<$details>, Error>,
        ) -> Result<$part, Error> {
            let (before, owner) = find_to_change(ctx, id, expected)?;
            let details = change(&before.details)?.into_inner();
            let after = $part { details, record: before.record.changed(ctx.now), ..before.clone() };
            ctx.keep(Change::new("update", id, owner.network), rows::update, Some(&before), after)
        }

        /// Takes one back. Bookings made under it stand.
        ///
        /// # Errors
        /// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
        pub fn delete(ctx: &mut Context<'_>, id: $id, expected: &Expected) -> Result<(), Error> {
            let (before, owner) = find_to_change(ctx, id, expected)?;
            rows::delete(ctx.conn, &before)?;
            ctx.record(Change::new("delete", id, owner.network), Some(&before), None)
        }

        fn find_to_change(ctx: &mut Context<'_>, id: $id, expected: &Expected) -> Result<($part, Resource), Error> {
            let part = get(ctx, id)?;
            let owner = $owners::resource(&$owners::get(ctx, part.$owner)?);
            ctx.authorize_change(Action::$changing, &owner, expected, &part.record)?;
            Ok((part, owner))
        }
    };
}
pub(crate) use parts;
