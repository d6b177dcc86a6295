//! Tests of publishing: who may, in which state, and what is in force when.

use super::*;
use crate::catalogue::tests::shipped_files;
use crate::change::Context;
use crate::code::{Because, Code};
use crate::id::{Ids, Kind};
use crate::party::{Environment, Partner};
use crate::programme::Programmes;

const NOW: Moment = Moment::from_ms(1_790_000_000_000);
const HOUR: i64 = 3_600_000;

/// One of two people, so many hours later.
fn ctx(person: u32, hours: i64) -> Context {
    let now = NOW.plus_ms(hours * HOUR);
    let credential = Id::new(Kind::Credential, 0, person);
    let actor = Actor::Operations { name: format!("person {person}"), credential };
    Context { now, ids: Ids::new(now.ms(), person), actor, request: None, clock: None }
}

/// What is shipped, under another label.
fn labelled(label: &str) -> Catalogue {
    let mut files = shipped_files();
    for (_, text) in &mut files {
        *text = text.replace("2026.1-sample", label);
    }
    Catalogue::parse(&files).expect("sound")
}

/// An environment, and what its store has published.
struct World {
    configured: Catalogue,
    programmes: Programmes,
    partners: Vec<Partner>,
    published: Vec<CatalogueVersion>,
}

impl World {
    fn new() -> Self {
        Self {
            configured: Catalogue::shipped().expect("sound"),
            programmes: Programmes::shipped().expect("sound"),
            partners: Vec::new(),
            published: Vec::new(),
        }
    }

    fn carrier(&self) -> Carrier<'_> {
        let shelf = Shelf { published: &self.published, configured: &self.configured };
        Carrier { shelf, programmes: &self.programmes, partners: &self.partners }
    }

    fn propose(&self, label: &str) -> (CatalogueVersion, Catalogue) {
        let catalogue = labelled(label);
        let (at, carrier) = (Environment::Test, self.carrier());
        // Each with an id of its own.
        let seed = 10 + u32::try_from(self.published.len()).expect("few");
        let mut ctx = Context { ids: Ids::new(NOW.ms(), seed), ..ctx(1, 0) };
        let decided = catalogue_propose(&mut ctx, at, &catalogue, carrier, None);
        (decided.expect("it is proposed").view, catalogue)
    }

    /// Publishes a version at an hour, for an hour.
    fn publish(&mut self, label: &str, at: i64, effective: i64) -> Id {
        let (version, catalogue) = self.propose(label);
        let effective = NOW.plus_ms(effective * HOUR);
        let decided = catalogue_publish(
            &mut ctx(2, at),
            version,
            &catalogue,
            self.carrier(),
            Some(effective),
        );
        let published = decided.expect("it is published").view;
        let id = published.id;
        self.published.push(published);
        id
    }

    fn in_force(&self, hours: i64) -> Option<&str> {
        let version = self.carrier().shelf.in_force(NOW.plus_ms(hours * HOUR));
        version.map(|version| version.label.as_str())
    }
}

#[test]
fn every_move_of_a_catalogue_is_as_designed() {
    use CataloguePhase::*;
    let may = |from: CataloguePhase, to: CataloguePhase| match from {
        Proposed => matches!(to, Published | Refused | Withdrawn),
        Published => matches!(to, Superseded | Withdrawn),
        Superseded | Refused | Withdrawn => false,
    };
    for from in CataloguePhase::ALL {
        for to in CataloguePhase::ALL {
            let allowed = from.guard(*to, "moved").is_ok();
            assert_eq!(allowed, may(*from, *to), "{} → {}", from.word(), to.word());
        }
    }
}

#[test]
fn a_version_is_in_force_from_its_millisecond_until_the_next_ones() {
    let mut world = World::new();
    assert_eq!(world.in_force(0), None);
    // Published in another order than they take effect in.
    world.publish("2026.3", 0, 20);
    let first = world.publish("2026.2", 0, 10);
    let just_before = |hours: i64| NOW.plus_ms(hours * HOUR - 1);
    let shelf = world.carrier().shelf;
    assert!(shelf.in_force(just_before(10)).is_none());
    assert_eq!(world.in_force(10), Some("2026.2"));
    assert_eq!(shelf.in_force(just_before(20)).map(|v| v.id), Some(first));
    assert_eq!(world.in_force(20), Some("2026.3"));
    let version = &world.published[1];
    assert_eq!(shelf.phase(version, just_before(20)), CataloguePhase::Published);
    assert_eq!(shelf.phase(version, NOW.plus_ms(20 * HOUR)), CataloguePhase::Superseded);
}

#[test]
fn who_proposed_it_neither_publishes_nor_refuses_it_but_may_withdraw_it() {
    let world = World::new();
    let (version, catalogue) = world.propose("2026.2");
    let (carrier, own) = (world.carrier(), || version.clone());
    let published = catalogue_publish(&mut ctx(1, 0), own(), &catalogue, carrier, None);
    assert_eq!(published.unwrap_err().code, Code::SecondPersonRequired);
    let refused = catalogue_refuse(&mut ctx(1, 0), own(), carrier.shelf, "No.".to_owned());
    assert_eq!(refused.unwrap_err().code, Code::SecondPersonRequired);
    let mut system = Context { actor: Actor::System, ..ctx(2, 0) };
    let published = catalogue_publish(&mut system, own(), &catalogue, carrier, None);
    assert_eq!(published.unwrap_err().code, Code::SecondPersonRequired);
    let withdrawn = catalogue_withdraw(&mut ctx(1, 0), own(), carrier.shelf, "A slip.".to_owned());
    assert_eq!(withdrawn.unwrap().view.state.word(), "withdrawn");
    let refused = catalogue_refuse(&mut ctx(2, 0), own(), carrier.shelf, "No.".to_owned());
    assert_eq!(refused.unwrap().view.state.word(), "refused");
}

#[test]
fn a_moment_that_is_past_taken_or_too_early_for_the_prices_is_refused() {
    let mut world = World::new();
    world.publish("2026.2", 0, 10);
    let (version, catalogue) = world.propose("2026.3");
    let because = |catalogue: &Catalogue, at: Moment| {
        let carrier = world.carrier();
        let decided =
            catalogue_publish(&mut ctx(2, 1), version.clone(), catalogue, carrier, Some(at));
        decided.unwrap_err().faults[0].because
    };
    assert_eq!(because(&catalogue, NOW), Because::OutOfRange);
    assert_eq!(because(&catalogue, NOW.plus_ms(10 * HOUR)), Because::Duplicate);
    let later = |(name, text): (String, String)| {
        (name, text.replace("effective_from = 2026-01-01", "effective_from = 2031-01-01"))
    };
    let files: Vec<_> = catalogue.files().iter().cloned().map(later).collect();
    let later = Catalogue::parse(&files).expect("sound");
    assert_eq!(because(&later, NOW.plus_ms(11 * HOUR)), Because::CatalogueNotInForce);
}

#[test]
fn a_label_is_one_catalogues_only() {
    let mut world = World::new();
    let dearer = |label: &str| {
        let text = |t: &str| t.replace("offer_days = 60", "offer_days = 61");
        let files = labelled(label).files().to_vec();
        let files: Vec<_> = files.into_iter().map(|(name, t)| (name, text(&t))).collect();
        Catalogue::parse(&files).expect("sound")
    };
    let propose = |world: &World, catalogue: &Catalogue| {
        let (at, carrier) = (Environment::Test, world.carrier());
        catalogue_propose(&mut ctx(1, 0), at, catalogue, carrier, None).map_err(|r| r.code)
    };
    assert!(propose(&world, &labelled("2026.1-sample")).is_ok(), "the same files are the same");
    assert_eq!(propose(&world, &dearer("2026.1-sample")).unwrap_err(), Code::AlreadyExists);
    let (version, catalogue) = (propose(&world, &dearer("2026.2")).unwrap().view, dearer("2026.2"));
    world.publish("2026.2", 0, 10);
    assert_eq!(propose(&world, &dearer("2026.2")).unwrap_err(), Code::AlreadyExists);
    let carrier = world.carrier();
    let late = catalogue_publish(&mut ctx(2, 0), version, &catalogue, carrier, None);
    assert_eq!(late.unwrap_err().code, Code::AlreadyExists, "it was free when it was proposed");
}

#[test]
fn what_programmes_and_partners_need_must_be_in_it() {
    let mut world = World::new();
    let tenant = Tenant::carrier(Environment::Test);
    world.partners = vec![Partner {
        id: Id::new(Kind::Partner, 0, 1),
        tenant,
        version: 1,
        name: "Sample".to_owned(),
        programme: "apex".to_owned(),
        tier: "platinum".to_owned(),
        distributor: None,
        sp_id: None,
        legal: None,
        created_at: NOW,
    }];
    let mut files = shipped_files();
    for (_, text) in &mut files {
        *text = text.replace("2026.1-sample", "2026.2").replace("OFF_AIAB", "OFF_AIAC");
    }
    let catalogue = Catalogue::parse(&files).expect("sound");
    let (at, carrier) = (Environment::Test, world.carrier());
    let refused = catalogue_propose(&mut ctx(1, 0), at, &catalogue, carrier, None).unwrap_err();
    assert_eq!(refused.code, Code::InvalidCatalogue);
    let told: Vec<_> = refused.faults.iter().map(|f| f.detail.as_str()).collect();
    assert!(told[0].contains("programme aiab sells OFF_AIAB, which no file offers"), "{told:?}");
    assert!(told[1].contains("there is no tier platinum"), "{told:?}");
}

#[test]
fn a_roll_back_puts_what_was_before_in_force_at_once() {
    let mut world = World::new();
    let bad = world.publish("2026.2", 0, 1);
    let later = world.publish("2026.3", 0, 100);
    let back = |world: &World, id: Id, hours: i64| {
        let version = world.published.iter().find(|v| v.id == id).unwrap().clone();
        let at = Environment::Test;
        let (previous, carrier) = (&world.configured, world.carrier());
        let reason = "Wrong prices.".to_owned();
        catalogue_roll_back(&mut ctx(1, hours), at, version, previous, carrier, reason)
    };
    assert!(world.carrier().shelf.before(&world.published[0]).is_none(), "the configuration's");
    let early = back(&world, later, 2).unwrap_err();
    assert_eq!(early.detail, "the catalogue is not in force yet: it cannot be rolled back");
    let decided = back(&world, bad, 1).expect("it is rolled back");
    assert_eq!(decided.change.events.len(), 2);
    let (version, rolled) = (decided.view, bad);
    assert_eq!((version.rolls_back, version.label.as_str()), (Some(rolled), "2026.1-sample"));
    assert_eq!(version.digest, world.configured.digest());
    world.published.push(version);
    // At the very millisecond at which the bad one took effect.
    assert_eq!(world.in_force(1), Some("2026.1-sample"));
    assert_eq!(world.in_force(100), Some("2026.3"), "what is to come still comes");
    assert_eq!(back(&world, bad, 2).unwrap_err().code, Code::StateConflict);
}

#[test]
fn under_a_clock_that_was_set_back_nothing_is_rolled_back_twice() {
    let mut world = World::new();
    world.publish("2026.2", 0, 1);
    let back = |world: &World, hours: i64| {
        let (version, previous) = (world.published[0].clone(), &world.configured);
        let (at, reason) = (Environment::Test, "Wrong prices.".to_owned());
        catalogue_roll_back(&mut ctx(1, hours), at, version, previous, world.carrier(), reason)
    };
    let again = back(&world, 3).expect("it is rolled back").view;
    world.published[0].rolled_back_by = Some(again.id);
    world.published.push(again);
    assert_eq!(world.in_force(2), Some("2026.2"), "an hour before, it still is");
    let refused = back(&world, 2).unwrap_err();
    assert_eq!(refused.detail, "the catalogue is rolled back: it cannot be rolled back again");
}

#[test]
fn what_is_in_force_is_not_withdrawn() {
    let mut world = World::new();
    world.publish("2026.2", 0, 1);
    let shelf = world.carrier().shelf;
    let withdraw = |hours: i64| {
        let version = world.published[0].clone();
        catalogue_withdraw(&mut ctx(1, hours), version, shelf, "A slip.".to_owned())
    };
    assert_eq!(withdraw(0).unwrap().view.phase(NOW, None), CataloguePhase::Withdrawn);
    let late = withdraw(1).unwrap_err();
    assert_eq!(late.detail, "the catalogue is in force: it cannot be withdrawn");
}
