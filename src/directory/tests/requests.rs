//! Requests of all sorts, drawn at random: most are accepted, and some are refused.

use fastrand::Rng;

use crate::directory::Directory;
use crate::error::Result;
use crate::model::{Applied, Batch, License, NewUser, NewWorkspace, Role, UserId, UserUpdate};
use crate::rules::read;

/// The license of a new directory.
pub(super) const LICENSE: License = License::Seats(8);

/// People that come and go one by one; few, so that requests meet.
const PEOPLE: u8 = 14;
/// Those that come and go together, in batches too large for a small log.
const CROWD: u8 = 24;
const TEAMS: u8 = 3;

/// What a caller asks for.
#[derive(Clone, Debug)]
pub(super) enum Request {
    /// A batch, with the ids of its new users.
    Batch(Batch),
    /// To forget the changes below this number.
    Trim(u64),
}

impl Request {
    /// Makes it.
    pub(super) fn make(&self, directory: &Directory) -> Result<Option<Applied>> {
        match self {
            Self::Batch(batch) => directory.apply(batch.clone()).map(Some),
            Self::Trim(before) => directory.trim_changes(*before).map(|_| None),
        }
    }
}

/// Draws requests.
#[derive(Default)]
pub(super) struct Requests {
    /// Tells request ids apart.
    count: u64,
}

impl Requests {
    /// A request that may have a sense in the state of `model`.
    pub(super) fn draw(&mut self, random: &mut Rng, model: &Directory) -> Request {
        self.count += 1;
        if random.u8(..30) == 0 {
            let last = read::totals(&model.snapshot().unwrap())
                .unwrap()
                .last_change;
            return Request::Trim(last.saturating_sub(random.u64(..12)));
        }
        let mut batch = if random.u8(..25) == 0 {
            crowd(model)
        } else {
            let several = random.u8(..4) == 0;
            let ops = if several { random.usize(2..5) } else { 1 };
            (0..ops).fold(Batch::new(), |batch, _| draw_op(random, model, batch))
        };
        if random.bool() {
            let mut id = [9; 16];
            id[..8].copy_from_slice(&self.count.to_le_bytes());
            batch = batch.request_id(id);
        }
        Request::Batch(batch)
    }
}

fn email(random: &mut Rng) -> String {
    format!("p{}@ex.co", random.u8(..PEOPLE))
}

fn exists(model: &Directory, email: &str) -> bool {
    model.user_by_email(email).unwrap().is_some()
}

/// Adds an operation, on somebody who is there unless somebody is to be created.
fn draw_op(random: &mut Rng, model: &Directory, batch: Batch) -> Batch {
    let person = email(random);
    if !exists(model, &person) && random.u8(..6) > 0 {
        let user = NewUser::new(&person).id(UserId::generate());
        return batch.create_user(user.active(random.u8(..3) > 0));
    }
    let team = format!("team {}", random.u8(..TEAMS));
    let has_team = model.workspace(team.as_str()).unwrap().is_some();
    let role = *random.choice(&[Role::Owner, Role::User]).unwrap();
    match random.u8(..16) {
        0..2 => batch.activate_user(person.as_str()),
        2..4 => batch.deactivate_user(person.as_str()),
        4..6 => batch.delete_user(person.as_str()),
        6 => batch.set_license(License::Seats(random.u64(2..10))),
        7..11 => {
            let bytes = *random.choice(&[0, 40, 700, 12_000]).unwrap();
            let note = "x".repeat(bytes);
            let name = format!("N{}", random.u8(..));
            let update = UserUpdate::new().given_name(name.as_str());
            batch.update_user(person.as_str(), update.attribute("note", note.as_str()))
        }
        _ if !has_team => batch.create_workspace(NewWorkspace::new(team).owner(person.as_str())),
        11..13 => batch.add_member(team.as_str(), person.as_str(), role),
        13..15 => batch.set_role(team.as_str(), person.as_str(), role),
        _ => batch.remove_member(team.as_str(), person.as_str()),
    }
}

/// All of the crowd come, or go.
fn crowd(model: &Directory) -> Batch {
    let emails = (0..CROWD).map(|number| format!("crowd{number}@ex.co"));
    let is_there = exists(model, "crowd0@ex.co");
    emails.fold(Batch::new(), |batch, email| {
        if is_there {
            return batch.delete_user(email.as_str());
        }
        let user = NewUser::new(&email).id(UserId::generate()).active(false);
        batch.create_user(user.attribute("note", "x".repeat(300)))
    })
}
