//! Sets of places as bitmaps.

/// A set of small numbers, one bit each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// Puts a number in, or takes it out.
    pub(crate) fn put(&mut self, n: usize, on: bool) {
        let (word, bit) = (n / 64, 1 << (n % 64));
        if on {
            if self.0.len() <= word {
                self.0.resize(word + 1, 0);
            }
            self.0[word] |= bit;
        } else if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Leaves what both hold.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Adds what the other holds.
    pub(crate) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// The numbers, smallest first.
    pub(crate) fn ones(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(n, word)| {
            let rest = std::iter::successors((*word != 0).then_some(*word), |word| {
                let rest = word & (word - 1);
                (rest != 0).then_some(rest)
            });
            rest.map(move |word| n * 64 + word.trailing_zeros() as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_a_set(
            first in prop::collection::btree_set(0usize..300, 0..60),
            second in prop::collection::btree_set(0usize..300, 0..60),
            gone in prop::collection::btree_set(0usize..400, 0..60),
        ) {
            let bits = |set: &BTreeSet<usize>| {
                let mut bits = Bits::default();
                for n in set {
                    bits.put(*n, true);
                }
                bits
            };
            let (mut both, mut either, mut left) = (bits(&first), bits(&first), bits(&first));
            both.keep(&bits(&second));
            either.join(&bits(&second));
            for n in &gone {
                left.put(*n, false);
            }
            prop_assert!(both.ones().eq(first.intersection(&second).copied()));
            prop_assert!(either.ones().eq(first.union(&second).copied()));
            prop_assert!(left.ones().eq(first.difference(&gone).copied()));
        }
    }
}
