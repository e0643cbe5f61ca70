//! Which batches are the same, and which differ.

use std::collections::HashMap;

use super::*;
use crate::model::UserUpdate;
use crate::model::{Timestamp, UserId};

const ANN: UserId = UserId::from_bytes([1; 16]);

fn moment(micros: u64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

fn batch() -> Batch {
    Batch::new().request_id([7; 16])
}

fn create(user: NewUser) -> Batch {
    batch().create_user(user)
}

fn ann() -> NewUser {
    NewUser::new("ann@ex.co")
}

fn update(update: UserUpdate) -> Batch {
    batch().update_user("ann@ex.co", update)
}

/// New users, each of which differs from the others in one part.
fn new_users() -> Vec<Batch> {
    let users = [
        ann(),
        NewUser::new("Ann@ex.co"),
        NewUser::new("bob@ex.co"),
        NewUser::new("no address"),
        ann().id(ANN),
        ann().id(UserId::from_bytes([2; 16])),
        ann().username("ann"),
        ann().username("Ann"),
        ann().given_name("Ann"),
        ann().family_name("Ann"),
        ann().active(false),
        ann().admin(true),
        ann().external_id("a", "b"),
        ann().external_id("ab", "b"),
        ann().attribute("a", "b"),
        ann().attribute("a", ""),
        ann().attribute("ab", ""),
        ann().attribute("a", "b").attribute("b", "a"),
        ann().created_at(moment(1)),
        ann().created_at(moment(2)),
    ];
    users.map(create).into()
}

/// Updates, each of which differs from the others in one part.
fn updates() -> Vec<Batch> {
    let of = UserUpdate::new;
    let updates = [
        of(),
        of().if_version(1),
        of().if_version(2),
        of().email("bob@ex.co"),
        of().username("bob"),
        of().username("ann@ex.co"),
        of().username(None),
        of().given_name("Bob"),
        of().given_name(None),
        of().family_name("Bob"),
        of().family_name(None),
        of().admin(true),
        of().admin(false),
        of().external_id("a", "b"),
        of().external_id("a", None),
        of().attribute("a", "b"),
        of().attribute("a", None),
        of().replace_attributes(true),
        of().given_name("a\nb"),
    ];
    updates.map(update).into()
}

/// Batches of other operations, or with settings for the whole batch.
fn others() -> Vec<Batch> {
    let team = || NewWorkspace::new("team");
    let id = crate::model::WorkspaceId::from_u64(1);
    vec![
        batch(),
        batch().allow_ownerless(true),
        batch().actor(ANN),
        Batch::new().request_id([8; 16]),
        batch().activate_user("bob@ex.co"),
        batch().activate_user("Bob@ex.co"),
        batch().activate_user("bob"),
        batch().activate_user(ANN),
        batch().activate_user(ANN).if_version(1),
        batch().activate_user(ANN).if_version(2),
        batch().activate_user(ANN).deactivate_user(ANN),
        batch().deactivate_user(ANN).activate_user(ANN),
        batch().deactivate_user(ANN),
        batch().delete_user(ANN),
        batch().default_workspace(ANN),
        batch().set_license(License::Community),
        batch().set_license(License::Enterprise),
        batch().set_license(License::Seats(5)),
        batch().set_license(License::Seats(6)),
        batch().create_workspace(team()),
        batch().create_workspace(NewWorkspace::new("Team")),
        batch().create_workspace(team().owner(ANN)),
        batch().rename_workspace("team", "b"),
        batch().rename_workspace("teamb", ""),
        batch().rename_workspace(id, "b"),
        batch().archive_workspace("team"),
        batch().restore_workspace("team"),
        batch().delete_workspace("team"),
        batch().add_member("team", ANN, Role::User),
        batch().add_member("team", ANN, Role::Owner),
        batch().set_role("team", ANN, Role::User),
        batch().set_role("team", ANN, Role::Owner),
        batch().remove_member("team", ANN),
    ]
}

fn all() -> Vec<Batch> {
    [new_users(), updates(), others()].concat()
}

#[test]
fn batches_that_differ_in_anything_have_different_digests() {
    let mut seen = HashMap::new();
    for batch in all() {
        let other = seen.insert(batch.digest(), format!("{batch:?}"));
        assert_eq!(other, None, "the same digest as {batch:?}");
    }
}

#[test]
fn a_batch_that_is_built_again_has_the_same_digest() {
    for (first, again) in std::iter::zip(all(), all()) {
        assert_eq!(first.digest(), again.digest(), "{first:?}");
    }
    let attributes = [("a", "1"), ("b", "2")];
    let of = |order: [usize; 2]| {
        let with = order.map(|at| attributes[at]);
        let user = with.iter().fold(ann(), |user, (name, value)| {
            user.attribute(name, value.to_owned())
        });
        create(user).digest()
    };
    assert_eq!(of([0, 1]), of([1, 0]));
}

#[test]
fn what_the_directory_draws_is_not_compared() {
    let prepared = || {
        let mut batch = create(ann());
        batch.prepare();
        batch.prepare();
        batch
    };
    let (first, again) = (prepared(), prepared());
    assert_ne!(format!("{first:?}"), format!("{again:?}"), "other ids");
    assert_eq!(first.request(), again.request());
    assert_eq!(
        first.request(),
        Some(([7; 16].into(), create(ann()).digest()))
    );
}

/// Whether the batch can be applied, so that its digest can be stored.
fn is_well_formed(batch: &Batch) -> bool {
    batch.steps().iter().all(|step| match &step.op {
        Op::CreateUser(user) => user.check().is_ok(),
        Op::UpdateUser(_, update) => update.check().is_ok(),
        _ => true,
    })
}

/// Digests are stored: a release that computed them differently would refuse retries of
/// batches that an earlier one applied.
#[test]
fn the_digest_stays_what_it_is() {
    let mut out = Digester::new();
    for batch in all().iter().filter(|batch| is_well_formed(batch)) {
        out.bytes(&batch.digest());
    }
    let digest = u128::from_le_bytes(out.finish());
    assert_eq!(format!("{digest:032x}"), "46072c4acc52971d7fcf4a6307377275");
}

#[test]
fn the_digest_stays_when_the_operations_are_taken() {
    let mut taken = create(ann());
    let request = taken.request();
    assert!(request.is_some());
    assert_eq!(taken.take_steps().len(), 1);
    assert!(taken.is_empty());
    assert_eq!(taken.request(), request);
}
