//! What was probably meant by a word that does not exist.

/// The name that was probably meant: at most a third of it mistyped.
pub fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase().replace('-', "_");
    names
        .map(|name| (strsim::damerau_levenshtein(&typed, &name.replace('-', "_")), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
