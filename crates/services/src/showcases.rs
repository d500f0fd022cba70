//! Showcases, and "bring this to us".

use packhorse_db::{Found, Page, libraries, materials, showcases, workshops};
use packhorse_domain::{
    Action, DatePreference, Format, Level, Money, Record, Resource, Valid,
    id::{LibraryId, NetworkId, RoomId, ShowcaseId, TopicId, VenueId},
    request::{RequestDetails, TrainingRequest},
    showcase::{Showcase, ShowcaseDetails},
    workshop::WorkshopDetails,
};

use crate::{Change, Context, Error, Expected, Fault, networks, requests};

/// What a library says to have a table brought to it; the rest comes from the workshop that the table shows.
#[derive(Debug, Clone)]
pub struct Bring {
    /// The library.
    pub library: LibraryId,
    /// How many people are expected.
    pub expected_attendance: u32,
    /// When, first choice first.
    pub preferences: Vec<DatePreference>,
    /// Where; needed unless it is virtual.
    pub venue: Option<VenueId>,
    /// In which room of the venue.
    pub room: Option<RoomId>,
    /// What it is about, where the table shows no workshop that the library sees.
    pub topic: Option<TopicId>,
    /// How deep it should go.
    pub level: Option<Level>,
    /// How long it should take, in minutes.
    pub duration_minutes: Option<u32>,
    /// How it should be delivered.
    pub format: Option<Format>,
    /// In what language.
    pub language: Option<String>,
    /// What the library can pay in all.
    pub budget: Option<Money>,
    /// Anything else.
    pub notes: String,
}

/// The showcase with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: ShowcaseId) -> Result<Showcase, Error> {
    let scope = ctx.scope();
    Ok(showcases::find(ctx.conn, scope, id)?)
}

/// One page of showcases.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, network: Option<NetworkId>, page: &Page) -> Result<Vec<Showcase>, Error> {
    let scope = ctx.scope();
    Ok(showcases::list(ctx.conn, scope, network, page)?)
}

/// Drafts a showcase.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] naming every workshop and handout that is not there.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<ShowcaseDetails>) -> Result<Showcase, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageShowcases, &Resource::of(network))?;
    check(ctx, "/details", &details, None)?;
    let showcase = Showcase {
        id: ShowcaseId::new(ctx.now),
        network,
        details: details.into_inner(),
        published_at: None,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", showcase.id, network), showcases::insert, None, showcase)
}

/// Changes what is said of a showcase.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::Invalid`] naming every new workshop
/// and handout that is not there.
pub fn update(
    ctx: &mut Context<'_>,
    id: ShowcaseId,
    expected: &Expected,
    change: impl FnOnce(&ShowcaseDetails) -> Result<Valid<ShowcaseDetails>, Error>,
) -> Result<Showcase, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let details = change(&before.details)?;
    check(ctx, "", &details, Some(&before.details))?;
    let details = details.into_inner();
    let after = Showcase { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, before.network), showcases::update, Some(&before), after)
}

/// Shows a showcase to everybody.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when it is shown already.
pub fn publish(ctx: &mut Context<'_>, id: ShowcaseId, expected: &Expected) -> Result<Showcase, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().publish(ctx.now)?;
    ctx.keep(Change::new("publish", id, before.network), showcases::update, Some(&before), after)
}

/// Takes a showcase away.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn delete(ctx: &mut Context<'_>, id: ShowcaseId, expected: &Expected) -> Result<(), Error> {
    let before = find_to_change(ctx, id, expected)?;
    showcases::delete(ctx.conn, &before)?;
    ctx.record(Change::new("delete", id, before.network), Some(&before), None)
}

/// Makes a draft of a request of a table: "bring this to us". What the library does not say comes from the workshop that the table
/// shows.
///
/// # Errors
/// [`Error::NotFound`] for the showcase or the table, [`Error::Invalid`] for a library that is not there or in no network, and for what
/// nobody says, and as [`requests::create`].
pub fn bring(ctx: &mut Context<'_>, id: ShowcaseId, number: u32, wish: Bring) -> Result<TrainingRequest, Error> {
    let showcase = get(ctx, id)?;
    let table = showcase.table(number).ok_or(Error::NotFound)?;
    let scope = ctx.scope();
    let library = libraries::find(ctx.conn, scope, wish.library).found()?;
    let network = library.and_then(|library| library.network);
    let network = network.ok_or_else(|| Fault::absent("/library", "library of a network"))?;
    ctx.authorize(Action::CreateRequest, &Resource { library: Some(wish.library), ..Resource::of(network) })?;
    let workshop = match table.workshop {
        Some(workshop) => workshops::find(ctx.conn, scope, workshop).found()?,
        None => None,
    };
    let notes =
        format!("Seen at {}, table {}: {} ({}).", showcase.details.title, table.number, table.title, table.host);
    let shown = workshop.as_ref().map(|workshop| &workshop.details);
    let mut faults = Vec::new();
    let mut wanted = |place: &str| faults.push(Fault::new(place, "missing", "the table does not say it"));
    if workshop.is_none() && wish.topic.is_none() {
        wanted("/topic");
    }
    let level = wish.level.or(shown.map(|shown| shown.level));
    let duration = wish.duration_minutes.or(shown.map(|shown| shown.duration_minutes));
    let format = wish.format.or(shown.and_then(|shown| shown.formats.first().copied()));
    let language = wish.language.or(shown.and_then(|shown| shown.languages.first().cloned()));
    let given = [level.is_some(), duration.is_some(), format.is_some(), language.is_some()];
    ["/level", "/duration_minutes", "/format", "/language"]
        .iter()
        .zip(given)
        .filter(|(_, given)| !given)
        .for_each(|(place, _)| wanted(place));
    let (Some(level), Some(duration_minutes), Some(format), Some(language), []) =
        (level, duration, format, language, faults.as_slice())
    else {
        return Err(Error::Invalid(faults));
    };
    let details = RequestDetails {
        topic: if workshop.is_some() { None } else { wish.topic },
        workshop: workshop.as_ref().map(|workshop| workshop.id),
        level,
        outcomes: shown.map(outcomes).unwrap_or_default(),
        audience: shown.map(|shown| shown.audience.clone()).unwrap_or_default(),
        expected_attendance: wish.expected_attendance,
        duration_minutes,
        preferences: wish.preferences,
        format,
        language,
        venue: wish.venue,
        room: wish.room,
        budget: wish.budget,
        budget_is_ceiling: false,
        backfill: false,
        co_hosts: Vec::new(),
        notes: [notes, wish.notes].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n"),
    };
    requests::create(ctx, network, wish.library, Valid::new(details).map_err(|errors| Error::of_rules("", &errors))?)
}

/// What learners can do afterwards, as far as there is room for it.
fn outcomes(shown: &WorkshopDetails) -> String {
    let mut text = String::new();
    for objective in &shown.objectives {
        if text.chars().count() + objective.chars().count() + 1 > 2000 {
            break;
        }
        text.push_str(objective);
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn find_to_change(ctx: &mut Context<'_>, id: ShowcaseId, expected: &Expected) -> Result<Showcase, Error> {
    let showcase = get(ctx, id)?;
    ctx.authorize_change(Action::ManageShowcases, &Resource::of(showcase.network), expected, &showcase.record)?;
    Ok(showcase)
}

/// Workshops and handouts named for the first time must be there for whoever names them; `at` is where the input holds the details.
fn check(
    ctx: &mut Context<'_>,
    at: &str,
    named: &ShowcaseDetails,
    known: Option<&ShowcaseDetails>,
) -> Result<(), Error> {
    let tables = || named.tables.iter().enumerate();
    let known = || known.into_iter().flat_map(|known| &known.tables);
    let is_new = |(_, workshop): &(String, _)| !known().any(|table| table.workshop == Some(*workshop));
    let shown = tables().filter_map(|(n, table)| Some((format!("{at}/tables/{n}/workshop"), table.workshop?)));
    let mut faults = ctx.absent_faults(workshops::existing, shown.filter(is_new))?;
    let handouts = tables().flat_map(|(n, table)| {
        table.handouts.iter().enumerate().map(move |(m, handout)| (format!("{at}/tables/{n}/handouts/{m}"), *handout))
    });
    let is_new = |(_, handout): &(String, _)| !known().any(|table| table.handouts.contains(handout));
    faults.extend(ctx.absent_faults(materials::existing, handouts.filter(is_new))?);
    Error::unless_none(faults)
}
