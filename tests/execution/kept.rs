//! Programs that were migrated wrongly once: the name of what went wrong, and the statements of a handler with `io`.

pub(crate) const PROGRAMS: [(&str, &str); 1] = [(
    "rooms-of-a-union",
    "io.to(t(1)).in(t(2, ['a', 'b'])).emit(t(3), t(4));",
)];
