//! What one list has more of than another.

use std::collections::HashMap;
use std::hash::Hash;

/// The positions of those in `of` of which `others` has not as many; the first ones count as those it has.
pub(super) fn surplus<'t, T, K: Hash + Eq>(
    of: &'t [T],
    others: &'t [T],
    key: impl Fn(&'t T) -> K,
) -> Vec<usize> {
    let mut left: HashMap<K, usize> = HashMap::new();
    for other in others {
        *left.entry(key(other)).or_default() += 1;
    }
    let is_extra = |at: &usize| match left.get_mut(&key(&of[*at])) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    (0..of.len()).filter(is_extra).collect()
}

#[cfg(test)]
mod tests {
    use super::surplus;

    #[test]
    fn what_one_has_more_of() {
        let only = |of: &[u8], others: &[u8]| surplus(of, others, |item| *item);
        assert_eq!(only(&[1, 2, 1, 3, 1], &[1, 3, 1]), [1, 4]);
        assert_eq!(only(&[1, 3, 1], &[1, 2, 1, 3, 1]), [0; 0]);
    }
}
