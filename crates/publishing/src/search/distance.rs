//! How far apart two spellings are.

/// Mistakes that make one word of the other: a letter left out, put in, changed, or swapped with its neighbor. Nothing
/// when there are more than `most`.
///
/// Source: F. Damerau, "A technique for computer detection and correction of spelling errors", Communications of the ACM
/// 7 (1964); the restricted distance (optimal string alignment), in which no part is changed twice.
pub(super) fn mistakes(one: &[char], other: &[char], most: usize) -> Option<usize> {
    let mut before = vec![0; other.len() + 1];
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut row = vec![0; other.len() + 1];
    for (i, a) in one.iter().enumerate() {
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = above[j] + usize::from(a != b);
            let mut least = changed.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        if row.iter().all(|so_far| *so_far > most) {
            return None;
        }
        (before, above, row) = (above, row, before);
    }
    above.last().copied().filter(|found| *found <= most)
}

/// Which letters a word has, a bit for each of 32 classes: words that are `n` mistakes apart differ in `2 n` at most.
pub(super) fn letters(word: &str) -> u32 {
    word.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_counts_once() {
        let of = |one: &str, other: &str| {
            let (a, b): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
            let found = mistakes(&a, &b, 2);
            assert_eq!(found, mistakes(&b, &a, 2));
            if let Some(found) = found {
                assert!((letters(one) ^ letters(other)).count_ones() as usize <= 2 * found, "{one} {other}");
            }
            found
        };
        for (one, other, distance) in [
            ("polcy", "policy", Some(1)),
            ("plocy", "policy", Some(2)),
            ("storytmie", "storytime", Some(1)),
            ("budget", "budget", Some(0)),
            ("budget", "gadget", Some(2)),
            ("", "ab", Some(2)),
            ("grant", "trainer", None),
        ] {
            assert_eq!(of(one, other), distance, "{one} {other}");
        }
    }
}
