//! Names that a user writes, and what is said about one that does not exist.

/// The one of `known` that is spelled most like `found`; the first of equals. `None` if nothing is known.
pub fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |it: &str| strsim::damerau_levenshtein(found, it);
    known.iter().copied().min_by_key(|it| distance(it))
}

/// That there is no `what` called `found`, and which there are.
pub fn unknown(what: &str, found: &str, known: &[&str]) -> String {
    let near = nearest(found, known).unwrap_or_default();
    format!(
        "there is no {what} `{found}`; the nearest is `{near}`, all are {}",
        known.join(", ")
    )
}
