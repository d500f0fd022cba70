//! What requests, offers and bookings become, step by step: small enough to be read, so that it can be believed.

use packhorse_domain::policy::Policy;
use proptest::{prelude::*, sample::select};
use proptest_state_machine::ReferenceStateMachine;

/// Minutes from [`packhorse_tests::START`] to ten in the morning of the first day asked for, in Kansas.
const TEN: i64 = 57 * 24 * 60 + 60;
/// Starts of two hours each, in minutes from [`packhorse_tests::START`]: overlapping, adjacent, half an hour and three quarters
/// of an hour apart, the same day and the next.
pub const SLOTS: [i64; 7] = [TEN, TEN + 60, TEN + 120, TEN + 150, TEN + 165, TEN + 300, TEN + 24 * 60];
const LONG: i64 = 120;
/// When the last day asked for ends.
const CLOSES: i64 = TEN + 2 * 24 * 60 + 7 * 60;
/// The way between the library and the home of the second trainer; the first lives in the library's town.
const WAYS: [i64; 2] = [0, 35];
/// Most requests of a case.
const REQUESTS: usize = 4;

/// Where a workshop takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the library, in no room of its own.
    OnSite,
    /// In the one room that the library has.
    InRoom,
    /// At the trainer's home.
    Virtual,
}

/// What somebody does, to the request, offer or booking of a number.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Draft(Kind),
    Submit(usize),
    AskMore(usize),
    DeclineRequest(usize),
    WithdrawRequest(usize),
    Offer {
        request: usize,
        trainer: usize,
        slot: usize,
    },
    Accept(usize),
    AcceptStale(usize),
    Decline(usize),
    Counter(usize),
    Revise {
        offer: usize,
        slot: usize,
    },
    WithdrawOffer(usize),
    Confirm(usize),
    Reschedule {
        booking: usize,
        slot: usize,
    },
    Cancel {
        booking: usize,
        by_trainer: bool,
    },
    Deliver(usize),
    Close(usize),
    /// So many minutes pass; what is due is done then, or not yet.
    Wait {
        minutes: i64,
        swept: bool,
    },
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    pub kind: Kind,
    pub state: &'static str,
}

/// An offer.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    pub request: usize,
    pub trainer: usize,
    pub slot: usize,
    pub state: &'static str,
    pub expires: i64,
}

/// A booking.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    pub offer: usize,
    pub slot: usize,
    pub state: &'static str,
}

/// Everything there is, and the status that the last step is answered with.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub requests: Vec<Request>,
    pub offers: Vec<Offer>,
    pub bookings: Vec<Booking>,
    pub status: u16,
    now: i64,
}

/// Time that a trainer gives, and perhaps a room: at the start, at home or in the library.
#[derive(Clone, Copy)]
struct Taken {
    offer: usize,
    trainer: usize,
    start: i64,
    kind: Kind,
}

impl Taken {
    fn meets(&self, other: &Self) -> bool {
        let gap = (self.start - other.start).abs() - LONG;
        let at_home = |taken: &Self| taken.kind == Kind::Virtual;
        let way = if at_home(self) == at_home(other) { 0 } else { WAYS[self.trainer] };
        let one_room = self.kind == Kind::InRoom && other.kind == Kind::InRoom;
        self.trainer == other.trainer && gap < way || one_room && gap < 0
    }
}

fn is_out(state: &str) -> bool {
    ["pending", "countered"].contains(&state)
}

impl Model {
    fn taken(&self, offer: usize, slot: usize) -> Taken {
        let Offer { request, trainer, .. } = self.offers[offer];
        Taken { offer, trainer, start: SLOTS[slot], kind: self.requests[request].kind }
    }

    /// Offers whose hold has run out and whose time is wanted: they lapse now.
    fn overdue(&self, wanted: &Taken) -> Vec<usize> {
        let in_the_way = |number: &usize| {
            let offer = &self.offers[*number];
            let theirs = self.taken(*number, offer.slot);
            let same_room = theirs.kind == Kind::InRoom && wanted.kind == Kind::InRoom;
            is_out(offer.state) && offer.expires <= self.now && (theirs.trainer == wanted.trainer || same_room)
        };
        (0..self.offers.len()).filter(in_the_way).collect()
    }

    /// Whether time can be had: the status if not, else the offers that lapse for it.
    fn place(&self, wanted: &Taken) -> Result<Vec<usize>, u16> {
        let lapsing = self.overdue(wanted);
        let held = self.offers.iter().enumerate().filter(|(_, offer)| is_out(offer.state));
        let held =
            held.filter(|(number, _)| !lapsing.contains(number)).map(|(number, offer)| self.taken(number, offer.slot));
        let booked = self.bookings.iter().filter(|booking| booking.state != "canceled");
        let booked = booked.map(|booking| self.taken(booking.offer, booking.slot));
        if held.chain(booked).any(|taken| taken.offer != wanted.offer && taken.meets(wanted)) {
            return Err(409);
        }
        if wanted.start <= self.now { Err(422) } else { Ok(lapsing) }
    }

    fn expires(&self, slot: usize) -> i64 {
        (self.now + i64::from(Policy::default().hold_minutes)).min(SLOTS[slot])
    }

    fn lapse(&mut self, offers: &[usize]) {
        for offer in offers {
            self.offers[*offer].state = "lapsed";
        }
    }

    /// Ends every offer of a request that is out.
    fn end_offers(&mut self, request: usize, state: &'static str) {
        self.offers
            .iter_mut()
            .filter(|offer| offer.request == request && is_out(offer.state))
            .for_each(|offer| offer.state = state);
    }

    fn offer(&mut self, request: usize, trainer: usize, slot: usize) -> Result<(), u16> {
        let Request { kind, state } = self.requests[request];
        if state != "open" {
            return Err(409);
        }
        let lapsing = self.place(&Taken { offer: self.offers.len(), trainer, start: SLOTS[slot], kind })?;
        let asked = |(number, offer): (usize, &Offer)| {
            offer.request == request && offer.trainer == trainer && is_out(offer.state) && !lapsing.contains(&number)
        };
        if self.offers.iter().enumerate().any(asked) {
            return Err(409);
        }
        self.lapse(&lapsing);
        self.offers.push(Offer { request, trainer, slot, state: "pending", expires: self.expires(slot) });
        Ok(())
    }

    fn accept(&mut self, number: usize) -> Result<(), u16> {
        let Offer { request, slot, .. } = self.answerable(number)?;
        self.offers[number].state = "accepted";
        self.end_offers(request, "superseded");
        self.requests[request].state = "booked";
        self.bookings.push(Booking { offer: number, slot, state: "tentative" });
        Ok(())
    }

    /// An offer that its trainer may still accept.
    fn answerable(&self, number: usize) -> Result<Offer, u16> {
        let offer = self.offers[number];
        if offer.state == "pending" && self.now < offer.expires { Ok(offer) } else { Err(409) }
    }

    fn revise(&mut self, number: usize, slot: usize) -> Result<(), u16> {
        let offer = self.offers[number];
        // Its own hold runs out like any other.
        if !is_out(offer.state) || offer.expires <= self.now {
            return Err(409);
        }
        let lapsing = self.place(&self.taken(number, slot))?;
        self.lapse(&lapsing);
        self.offers[number] = Offer { slot, state: "pending", expires: self.expires(slot), ..offer };
        Ok(())
    }

    fn reschedule(&mut self, number: usize, slot: usize) -> Result<(), u16> {
        let booking = self.bookings[number];
        if !["tentative", "confirmed"].contains(&booking.state) {
            return Err(409);
        }
        let lapsing = self.place(&self.taken(booking.offer, slot))?;
        self.lapse(&lapsing);
        self.bookings[number].slot = slot;
        Ok(())
    }

    /// Moves a request, whose offers go with it.
    fn leave(&mut self, number: usize, from: &[&str], to: &'static str) -> Result<(), u16> {
        go(&mut self.requests[number].state, from, to)?;
        self.end_offers(number, "withdrawn");
        Ok(())
    }

    /// Moves a booking, and its request where that follows.
    fn turn(
        &mut self,
        number: usize,
        from: &[&str],
        to: &'static str,
        request: Option<&'static str>,
    ) -> Result<(), u16> {
        go(&mut self.bookings[number].state, from, to)?;
        let host = self.offers[self.bookings[number].offer].request;
        self.requests[host].state = request.unwrap_or(self.requests[host].state);
        Ok(())
    }

    fn deliver(&mut self, number: usize) -> Result<(), u16> {
        if self.now < SLOTS[self.bookings[number].slot] + LONG {
            return Err(409);
        }
        self.turn(number, &["confirmed"], "delivered", Some("fulfilled"))
    }

    fn wait(&mut self, minutes: i64, swept: bool) {
        self.now += minutes;
        if !swept {
            return;
        }
        let now = self.now;
        self.offers
            .iter_mut()
            .filter(|offer| is_out(offer.state) && offer.expires <= now)
            .for_each(|offer| offer.state = "lapsed");
        for number in (0..self.requests.len()).filter(|_| now >= CLOSES) {
            let _ = self.leave(number, &["draft", "needs_information", "open"], "expired");
        }
    }

    /// Does one step; the status when it is refused.
    fn step(&mut self, step: &Step) -> Result<(), u16> {
        match *step {
            Step::Draft(kind) => {
                self.requests.push(Request { kind, state: "draft" });
                Ok(())
            }
            Step::Submit(at) => go(&mut self.requests[at].state, &["draft", "needs_information"], "open"),
            Step::AskMore(at) => self.leave(at, &["open"], "needs_information"),
            Step::DeclineRequest(at) => self.leave(at, &["needs_information", "open"], "declined"),
            Step::WithdrawRequest(at) => self.leave(at, &["draft", "needs_information", "open"], "withdrawn"),
            Step::Offer { request, trainer, slot } => self.offer(request, trainer, slot),
            Step::Accept(at) => self.accept(at),
            Step::AcceptStale(_) => Err(412),
            Step::Decline(at) => go(&mut self.offers[at].state, &["pending", "countered"], "declined"),
            Step::Counter(at) => {
                self.answerable(at)?;
                self.offers[at].state = "countered";
                Ok(())
            }
            Step::Revise { offer, slot } => self.revise(offer, slot),
            Step::WithdrawOffer(at) => go(&mut self.offers[at].state, &["pending", "countered"], "withdrawn"),
            Step::Confirm(at) => self.turn(at, &["tentative"], "confirmed", None),
            Step::Reschedule { booking, slot } => self.reschedule(booking, slot),
            Step::Cancel { booking, .. } => self.turn(booking, &["tentative", "confirmed"], "canceled", Some("open")),
            Step::Deliver(at) => self.deliver(at),
            Step::Close(at) => self.turn(at, &["delivered"], "closed", None),
            Step::Wait { minutes, swept } => {
                self.wait(minutes, swept);
                Ok(())
            }
        }
    }
}

fn go(state: &mut &'static str, from: &[&str], to: &'static str) -> Result<(), u16> {
    if !from.contains(state) {
        return Err(409);
    }
    *state = to;
    Ok(())
}

/// The number of one of many: mostly of those in the states for which a step is meant, at times of any.
fn mostly<'a>(states: impl Iterator<Item = &'a str>, wanted: &[&str]) -> BoxedStrategy<usize> {
    let states: Vec<_> = states.collect();
    let fitting: Vec<_> = (0..states.len()).filter(|number| wanted.contains(&states[*number])).collect();
    let any = 0..states.len();
    if fitting.is_empty() { any.boxed() } else { prop_oneof![5 => select(fitting), 1 => any].boxed() }
}

/// One of some steps, to the thing of a number.
fn turn(turns: &[fn(usize) -> Step], number: BoxedStrategy<usize>) -> BoxedStrategy<Step> {
    (select(turns.to_vec()), number).prop_map(|(turn, number)| turn(number)).boxed()
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let kinds = select(&[Kind::OnSite, Kind::InRoom, Kind::Virtual]);
        let waits = select(&[30, 24 * 60, 73 * 60, TEN, CLOSES]);
        let wait = (waits, any::<bool>()).prop_map(|(minutes, swept)| Step::Wait { minutes, swept });
        let mut steps = Vec::new();
        if !state.requests.is_empty() && state.now < CLOSES {
            // Only time shows whether what was confirmed takes place.
            let confirmed = state.bookings.iter().any(|booking| booking.state == "confirmed");
            steps.push((if confirmed { 5 } else { 1 }, wait.boxed()));
        }
        if state.requests.len() < REQUESTS && state.now < TEN {
            steps.push((2, kinds.prop_map(Step::Draft).boxed()));
        }
        let slots = || 0..SLOTS.len();
        if !state.requests.is_empty() {
            let request = |wanted: &[&str]| mostly(state.requests.iter().map(|request| request.state), wanted);
            let offer = (request(&["open"]), 0..WAYS.len(), slots());
            let turns: [fn(usize) -> Step; 3] = [Step::AskMore, Step::DeclineRequest, Step::WithdrawRequest];
            steps.push((4, request(&["draft", "needs_information"]).prop_map(Step::Submit).boxed()));
            steps.push((8, offer.prop_map(|(request, trainer, slot)| Step::Offer { request, trainer, slot }).boxed()));
            steps.push((1, turn(&turns, request(&["open"]))));
        }
        if !state.offers.is_empty() {
            let offer = || mostly(state.offers.iter().map(|offer| offer.state), &["pending"]);
            let turns: [fn(usize) -> Step; 4] = [Step::AcceptStale, Step::Decline, Step::Counter, Step::WithdrawOffer];
            steps.push((4, offer().prop_map(Step::Accept).boxed()));
            steps.push((3, turn(&turns, offer())));
            steps.push((2, (offer(), slots()).prop_map(|(offer, slot)| Step::Revise { offer, slot }).boxed()));
        }
        if !state.bookings.is_empty() {
            let booking = |wanted: &[&str]| mostly(state.bookings.iter().map(|booking| booking.state), wanted);
            let moved = (booking(&["tentative", "confirmed"]), slots());
            let cancel = (booking(&["tentative", "confirmed"]), any::<bool>());
            steps.push((2, booking(&["tentative"]).prop_map(Step::Confirm).boxed()));
            steps.push((2, booking(&["confirmed"]).prop_map(Step::Deliver).boxed()));
            steps.push((1, booking(&["delivered"]).prop_map(Step::Close).boxed()));
            steps.push((3, moved.prop_map(|(booking, slot)| Step::Reschedule { booking, slot }).boxed()));
            steps.push((1, cancel.prop_map(|(booking, by_trainer)| Step::Cancel { booking, by_trainer }).boxed()));
        }
        proptest::strategy::Union::new_weighted(steps).boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        match *step {
            Step::Draft(_) => state.requests.len() < REQUESTS && state.now < TEN,
            Step::Submit(at) | Step::AskMore(at) | Step::DeclineRequest(at) | Step::WithdrawRequest(at) => {
                at < state.requests.len()
            }
            Step::Offer { request, .. } => request < state.requests.len(),
            Step::Accept(at)
            | Step::AcceptStale(at)
            | Step::Decline(at)
            | Step::Counter(at)
            | Step::WithdrawOffer(at) => at < state.offers.len(),
            Step::Revise { offer, .. } => offer < state.offers.len(),
            Step::Confirm(at) | Step::Deliver(at) | Step::Close(at) => at < state.bookings.len(),
            Step::Reschedule { booking, .. } | Step::Cancel { booking, .. } => booking < state.bookings.len(),
            // Long enough: sign-ins end as well.
            Step::Wait { .. } => state.now < CLOSES,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        let made = matches!(step, Step::Draft(_) | Step::Offer { .. });
        state.status = match state.step(step) {
            Ok(()) if made => 201,
            Ok(()) => 200,
            Err(status) => status,
        };
        state
    }
}
