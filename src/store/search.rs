//! What the stores have in common in a search by tokens.

use super::Probe;

/// A search, cut to one stretch of time.
pub(super) struct Part {
    /// A record has one of these,
    pub(super) first: Vec<Probe>,
    /// and one of each of these lists.
    pub(super) others: Vec<Vec<Probe>>,
}

/// Cuts lists of probes to the time from the second `from` to the one before `until`. `None` if nothing can be found then, as a list has no
/// probe of that time.
pub(super) fn part(lists: &[Vec<Probe>], from: i64, until: i64) -> Option<Part> {
    let cut = |list: &Vec<Probe>| -> Option<Vec<Probe>> {
        let cut = list.iter().map(|p| Probe { from: p.from.max(from), until: p.until.min(until), token: p.token });
        let cut: Vec<Probe> = cut.filter(|p| p.from < p.until).collect();
        (!cut.is_empty()).then_some(cut)
    };
    let mut cut = lists.iter().map(cut).collect::<Option<Vec<_>>>()?.into_iter();
    Some(Part { first: cut.next()?, others: cut.collect() })
}
