//! How well a workshop answers: BM25F.
//!
//! Source: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and
//! Trends in Information Retrieval 3 (2009), sections 3.5 and 3.6.
//!
//! Invariant: frequencies are added as whole numbers, so that no order of putting workshops in changes a rank.

use super::lexicon::Counts;

/// Fields of a workshop, as they are weighed: title, topics and competencies, objectives, abstract, audience, authors and
/// trainers, network.
pub(super) const FIELDS: usize = 7;
/// What a word in each counts.
const WEIGHTS: [f64; FIELDS] = [5.0, 3.0, 1.5, 1.0, 0.8, 2.0, 0.7];
/// How much the length of each tells against it, 0 to 1: a name or a topic is no worse for having neighbors.
const SLOPES: [f64; FIELDS] = [0.4, 0.3, 0.7, 0.75, 0.6, 0.2, 0.2];
/// Frequency at which a word has half of its effect.
const HALF: f64 = 1.2;
/// Longest field that is told apart, in words.
const LONGEST: u16 = 400;
/// One whole occurrence of weight one, in the unit of frequencies: sixteenths of 1/64.
const UNIT: f64 = 1024.0;

/// How many words each field has.
pub(super) type Lengths = [u16; FIELDS];

/// What an occurrence counts, by field and its length.
pub(super) struct Scale([Vec<u32>; FIELDS]);

impl Scale {
    /// For a catalog whose fields have so many words in all.
    pub(super) fn new(totals: &[u64; FIELDS], workshops: u64) -> Self {
        Self(std::array::from_fn(|field| {
            let mean = (count(totals[field]) / count(workshops.max(1))).max(1.0);
            let each = |length| {
                let slope = SLOPES[field];
                whole(UNIT / 16.0 * WEIGHTS[field] / (1.0 - slope + slope * f64::from(length) / mean))
            };
            (0..=LONGEST).map(each).collect()
        }))
    }

    /// The weighted frequency of a form in a workshop; `answer` tells in sixteenths how well it answers.
    pub(super) fn frequency(&self, counts: Counts, lengths: &Lengths, answer: u32) -> u32 {
        counts
            .iter()
            .map(|(field, count)| {
                let length = usize::from(lengths[field].min(LONGEST));
                self.0[field][length] * count * answer
            })
            .fold(0, u32::saturating_add)
    }
}

/// What a word counts that so many of all workshops have.
pub(super) fn rarity(having: u64, workshops: u64) -> f64 {
    ((count(workshops) - count(having) + 0.5) / (count(having) + 0.5) + 1.0).ln()
}

/// How much of a word's count a weighted frequency is worth, 0 to 1.
pub(super) fn saturated(frequency: u32) -> f64 {
    let frequency = f64::from(frequency) / UNIT;
    frequency / (HALF + frequency)
}

/// A rank in millionths, so that it can be compared and written.
pub(super) fn score(rank: f64) -> i64 {
    i64::from(whole(rank * 1e6))
}

#[expect(clippy::cast_precision_loss, reason = "counts of workshops and words stay far below 2^52")]
fn count(n: u64) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast keeps to the range")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_short_fields_and_rare_words_count_more() {
        let scale = Scale::new(&[600, 200, 4_000, 8_000, 500, 200, 400], 100);
        let frequency = |field, length, answer| {
            let (mut counts, mut lengths) = (Counts::default(), Lengths::default());
            counts.add(field);
            lengths[field] = length;
            scale.frequency(counts, &lengths, answer)
        };
        assert!(frequency(0, 6, 16) > frequency(1, 2, 16));
        assert!(frequency(3, 40, 16) > frequency(3, 80, 16));
        assert!(frequency(3, 80, 16) > frequency(3, 80, 6));
        // A field of mean length counts as it is weighed.
        assert_eq!(frequency(3, 80, 16), whole(UNIT));
        assert!(rarity(3, 100) > rarity(50, 100) && rarity(100, 100) > 0.0);
        assert!(saturated(1024) < saturated(2048) && saturated(u32::MAX) < 1.0);
    }
}
