//! Whatever a user chooses of a migration, what is left of it is a working program: every rule asked for alone, every
//! rule skipped, single uses declined, on the shipped backend.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use iomigrate::config::choice::Choice;
use iomigrate::plan::Level;
use iomigrate::rules::Meaning;
use iomigrate::{Analysis, analyze, apply, load, migrate, prove};

fn shipped() -> Analysis {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/isp-desk/before");
    analyze(&[root], &load::Options::default()).unwrap()
}

/// Why the plan that `choice` leads to leaves something; it has to stand its proof.
fn reasons(analysis: &mut Analysis, choice: Choice) -> BTreeSet<String> {
    analysis.loaded.settings.choice = choice;
    let plan = migrate(analysis, Level::Unsafe);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    assert_eq!(prove(analysis, &plan, &changed, Level::Unsafe), []);
    plan.stays.into_iter().map(|it| it.reason).collect()
}

#[test]
fn every_rule_alone_and_every_rule_skipped() {
    let mut analysis = shipped();
    let present: BTreeSet<String> = analysis.findings.iter().map(|it| it.rule.clone()).collect();
    for rule in present {
        let id = BTreeSet::from([rule.clone()]);
        let only = Choice {
            only: id.clone(),
            ..Choice::default()
        };
        let skipped = Choice {
            skipped: id,
            ..Choice::default()
        };
        let asked = format!("not asked for: `--rule {rule}`");
        assert_eq!(reasons(&mut analysis, only), BTreeSet::from([asked]));
        let asked = format!("not asked for: `--skip-rule {rule}`");
        assert_eq!(reasons(&mut analysis, skipped), BTreeSet::from([asked]));
    }
}

#[test]
fn uses_declined() {
    let mut analysis = shipped();
    let mut uses = analysis.uses.clone();
    // A guard goes with what it guards; nobody is asked about it alone.
    uses.retain(|it| it.inside.is_none() && it.meaning != Meaning::Guard);
    let places: BTreeSet<_> = uses.iter().map(|it| it.place(&analysis.project)).collect();
    // Every third: a proof of this back end takes a while.
    for place in places.into_iter().step_by(3) {
        let choice = Choice {
            declined: BTreeSet::from([place]),
            ..Choice::default()
        };
        let declined = BTreeSet::from(["declined".to_owned()]);
        assert_eq!(reasons(&mut analysis, choice), declined);
    }
}
