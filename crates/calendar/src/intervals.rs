//! Sets of instants, each kept as intervals that are sorted and share no instant.
//!
//! Invariant: what these functions return is sorted by start, and no two intervals overlap or touch.

use packhorse_domain::Interval;

/// Sorts intervals and joins those that overlap or touch.
#[must_use]
pub fn normalize(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match joined.last_mut() {
            Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
            Some(_) | None => joined.push(next),
        }
    }
    joined
}

/// What both sets hold. Both must be normalized; linear in their sizes.
#[must_use]
pub fn intersect(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let (mut common, mut i, mut j) = (Vec::new(), 0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        common.extend(a.intersection(b));
        if a.end <= b.end {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

/// What `from` holds and `taken` does not. Both must be normalized; linear in their sizes.
#[must_use]
pub fn subtract(from: &[Interval], taken: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(from.len());
    let mut first = 0;
    for whole in from {
        // What ends before this one begins cannot touch a later one either.
        while taken.get(first).is_some_and(|hole| hole.end <= whole.start) {
            first += 1;
        }
        let mut start = whole.start;
        for hole in taken[first..].iter().take_while(|hole| hole.start < whole.end) {
            left.extend(Interval::new(start, hole.start));
            start = start.max(hole.end);
        }
        left.extend(Interval::new(start, whole.end));
    }
    left
}

/// Whether one interval of a normalized set holds all of `time`.
#[must_use]
pub fn covers(set: &[Interval], time: &Interval) -> bool {
    let after = set.partition_point(|interval| interval.start <= time.start);
    after.checked_sub(1).and_then(|last| set.get(last)).is_some_and(|interval| interval.contains(time))
}

/// Whether a normalized set shares an instant with `time`.
#[must_use]
pub fn touches(set: &[Interval], time: &Interval) -> bool {
    let next = set.partition_point(|interval| interval.end <= time.start);
    set.get(next).is_some_and(|interval| interval.overlaps(time))
}

#[cfg(test)]
mod tests {
    use packhorse_domain::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    fn interval(start: i64, end: i64) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    fn some() -> impl Strategy<Value = Vec<Interval>> {
        prop::collection::vec((0i64..60, 1i64..20), 0..12)
            .prop_map(|pairs| pairs.into_iter().map(|(start, length)| interval(start, start + length)).collect())
    }

    fn holds(set: &[Interval], minute: i64) -> bool {
        set.iter().any(|interval| interval.start <= at(minute) && at(minute) < interval.end)
    }

    fn is_normal(set: &[Interval]) -> bool {
        set.windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    #[test]
    fn touching_intervals_are_one() {
        assert_eq!(normalize(vec![interval(5, 9), interval(0, 5)]), [interval(0, 9)]);
    }

    #[test]
    fn a_hole_splits() {
        assert_eq!(subtract(&[interval(0, 10)], &[interval(3, 4)]), [interval(0, 3), interval(4, 10)]);
        assert_eq!(subtract(&[interval(0, 10)], &[interval(0, 10)]), []);
    }

    proptest! {
        #[test]
        fn each_minute_is_where_set_theory_says(a in some(), b in some(), time in (0i64..60, 1i64..20)) {
            let (left, right) = (normalize(a.clone()), normalize(b.clone()));
            let (both, rest) = (intersect(&left, &right), subtract(&left, &right));
            for set in [&left, &right, &both, &rest] {
                prop_assert!(is_normal(set));
            }
            for minute in 0..80 {
                prop_assert_eq!(holds(&left, minute), holds(&a, minute));
                prop_assert_eq!(holds(&both, minute), holds(&a, minute) && holds(&b, minute));
                prop_assert_eq!(holds(&rest, minute), holds(&a, minute) && !holds(&b, minute));
            }
            let (start, length) = time;
            let inside = (start..start + length).all(|minute| holds(&a, minute));
            prop_assert_eq!(covers(&left, &interval(start, start + length)), inside);
        }
    }
}
