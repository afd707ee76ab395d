//! What a user chose of one migration: which rules' rewrites are wanted, at which places they are not, and which files
//! besides.
//! Leaving the rest, so that the program still works, is `plan`'s work.

use std::collections::BTreeSet;

use super::manifest::Manifest;

/// The place of a use: the path of its file, and the byte at which the expression starts that holds the server.
pub type UsePlace = (String, u32);

/// What is rewritten and what is left. By default everything is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only the rewrites of these rules; empty for those of every rule.
    pub only: BTreeSet<String>,
    /// Not the rewrites of these rules, even if they are in `only`.
    pub skipped: BTreeSet<String>,
    /// Uses whose rewrite was shown and declined.
    pub declined: BTreeSet<UsePlace>,
    /// Whose files are written beside those of PM2 and nginx.
    pub with: BTreeSet<Manifest>,
    /// A dedicated server that was made by hand is one of the runtime's now, and what the API has left is to reach that.
    pub adopts: bool,
    /// The API can be started with the server in its own process again.
    pub roll_back_switch: bool,
}

impl Choice {
    /// Why the rewrites of the rule `id` are not wanted. `is_plumbing`: it only hands the server on or obtains it, and
    /// goes with the rewrites that it serves.
    pub fn refuses(&self, id: &str, is_plumbing: bool) -> Option<String> {
        if self.skipped.contains(id) {
            return Some(format!("not asked for: `--skip-rule {id}`"));
        }
        if is_plumbing || self.only.is_empty() || self.only.contains(id) {
            return None;
        }
        let asked: Vec<String> = self.only.iter().map(|it| format!("--rule {it}")).collect();
        Some(format!("not asked for: `{}`", asked.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;

    fn choice(only: &[&str], skipped: &[&str]) -> Choice {
        let owned = |it: &[&str]| it.iter().map(ToString::to_string).collect();
        Choice {
            only: owned(only),
            skipped: owned(skipped),
            ..Choice::default()
        }
    }

    #[test]
    fn by_default_everything_is_wanted() {
        assert_eq!(Choice::default().refuses("emit-to-all", false), None);
    }

    #[test]
    fn only_what_was_asked_for_and_its_plumbing_is_wanted() {
        let choice = choice(&["emit-to-room", "emit-to-all"], &[]);
        assert_eq!(choice.refuses("emit-to-all", false), None);
        assert_eq!(choice.refuses("setting-access", true), None);
        assert_eq!(
            choice.refuses("room-size", false).as_deref(),
            Some("not asked for: `--rule emit-to-all --rule emit-to-room`")
        );
    }

    #[test]
    fn what_is_skipped_is_not_wanted_whatever_else_was_asked_for() {
        let choice = choice(&["emit-to-all"], &["emit-to-all", "setting-access"]);
        for (id, is_plumbing) in [("emit-to-all", false), ("setting-access", true)] {
            let expected = format!("not asked for: `--skip-rule {id}`");
            assert_eq!(choice.refuses(id, is_plumbing), Some(expected));
        }
    }
}
