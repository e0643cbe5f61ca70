//! Draws random requests and scripts; nothing else does.
//!
//! A request is drawn from a seed, so that two processes can draw the same one, and within
//! microseconds, so that a process that lives for milliseconds can make many. For proptest, a
//! script is a list of seeds, which it shrinks by leaving out turns; for a fuzzer, it is the bytes
//! from which the choices are made.

use std::ops::Range;

use headcount::{License, Role};
use proptest::collection;
use proptest::prelude::*;

use super::choices::Choices;
use super::script::{
    Act, Create, Edit, ExternalId, Request, Script, Step, Turn, Where, Who, user_id,
};
use super::texts::{
    ATTRIBUTES, DOORS, EMAILS, EXTERNAL_IDS, GIVEN_NAMES, PROVISIONERS, USERNAMES, WORKSPACES,
};

/// How many users are created or deleted together, in one large batch.
const CROWD: u32 = 24;

/// The values from which requests are drawn.
#[derive(Clone)]
pub struct Profile {
    emails: Texts,
    usernames: Texts,
    workspaces: Texts,
    given_names: Texts,
    /// The ids of new users.
    ids: Range<u32>,
    /// More ids by which existing users are named.
    known_ids: Range<u32>,
    seats: Range<u64>,
    /// Whether there are long attributes and large batches.
    is_bulky: bool,
}

/// Valid and invalid texts.
#[derive(Clone)]
struct Texts {
    valid: Vec<String>,
    refused: Vec<String>,
}

impl Profile {
    /// A few names of each kind, so that requests conflict, in every form in which a name can be
    /// typed.
    pub fn few_names() -> Self {
        let mut workspaces = Texts::of(WORKSPACES.map(|(text, key)| (text, key.is_some())));
        // The name of user 0's default workspace, if it is free.
        let default = format!("default-{}", user_id(0));
        workspaces.valid.push(default);
        Self {
            emails: Texts::of(EMAILS.map(|(text, key)| (text, key.is_ok()))),
            usernames: Texts::of(USERNAMES.map(|(text, key)| (text, key.is_some()))),
            workspaces,
            given_names: Texts::of(GIVEN_NAMES.map(|(text, stored)| (text, stored.is_some()))),
            ids: 0..16,
            known_ids: 0..5,
            seats: 0..7,
            is_bulky: false,
        }
    }

    /// `people` users with plain emails, and unlimited new ids: most requests are accepted.
    /// Licenses have a number of seats in `seats`.
    pub fn people(people: u32, seats: Range<u64>) -> Self {
        Self {
            emails: Texts::numbered(people, |n| format!("p{n}@ex.co")),
            usernames: Texts::numbered(people / 2, |n| format!("n{n}")),
            workspaces: Texts::numbered(6, |n| format!("team {n}")),
            given_names: Texts::numbered(9, |n| format!("Name {n}")),
            ids: 0..u32::MAX - CROWD,
            known_ids: 0..0,
            seats,
            is_bulky: true,
        }
    }
}

impl Texts {
    fn of<const N: usize>(texts: [(&str, bool); N]) -> Self {
        let of_kind = |wanted| {
            let texts = texts.iter().filter(|(_, is_valid)| *is_valid == wanted);
            texts.map(|(text, _)| (*text).to_owned()).collect()
        };
        Self {
            valid: of_kind(true),
            refused: of_kind(false),
        }
    }

    fn numbered(count: u32, text: impl Fn(u32) -> String) -> Self {
        Self {
            valid: (0..count).map(text).collect(),
            refused: Vec::new(),
        }
    }
}

/// Scripts of fewer than `turns_max` turns.
pub fn scripts(turns_max: usize) -> impl Strategy<Value = Script> {
    let seeds = collection::vec(any::<u64>().no_shrink(), 1..turns_max);
    (prop::bool::weighted(0.9), seeds).prop_map(|(begins_at_work, seeds)| {
        let profile = Profile::few_names();
        let turns = seeds
            .into_iter()
            .map(|seed| Draw::new(&profile, Choices::of_seed(seed)).turn());
        Script {
            begins_at_work,
            turns: turns.collect(),
        }
    })
}

/// The script of these bytes, of at most `turns_max` turns.
pub fn script(bytes: &[u8], turns_max: usize) -> Script {
    let profile = Profile::few_names();
    let mut draw = Draw::new(&profile, Choices::Bytes(bytes));
    let begins_at_work = draw.percent(90);
    let mut turns = Vec::new();
    while !draw.choices.is_over() && turns.len() < turns_max {
        turns.push(draw.turn());
    }
    Script {
        begins_at_work,
        turns,
    }
}

/// The request of this seed.
pub fn request(profile: &Profile, seed: u64) -> Request {
    Draw::new(profile, Choices::of_seed(seed)).request()
}

struct Draw<'a> {
    profile: &'a Profile,
    choices: Choices<'a>,
}

impl<'a> Draw<'a> {
    fn new(profile: &'a Profile, choices: Choices<'a>) -> Self {
        Self { profile, choices }
    }

    fn turn(&mut self) -> Turn {
        match self.choices.u8(40) {
            0 => Turn::Reopen,
            1 => Turn::Trim {
                before: self.choices.u64(1..40),
            },
            2..4 => Turn::Touch(self.who()),
            4..16 => Turn::Call(Request {
                actor: self.maybe(30, Self::known_id),
                door: self.maybe(20, |draw| draw.one_of(&DOORS)),
                ..Request::of(vec![self.act()])
            }),
            _ => Turn::Apply(self.request()),
        }
    }

    fn request(&mut self) -> Request {
        if self.profile.is_bulky && self.percent(4) {
            return self.crowd();
        }
        // Most batches are short, because a long one is likely to contain an operation that is
        // refused.
        let steps = match self.choices.u8(40) {
            0 => 0,
            1..20 => 1,
            20..30 => 2,
            _ => 1 + self.choices.index(4),
        };
        Request {
            steps: (0..steps).map(|_| self.step()).collect(),
            actor: self.maybe(15, Self::known_id),
            door: self.maybe(20, |draw| draw.one_of(&DOORS)),
            allow_ownerless: self.percent(25),
            id: self.maybe(15, |draw| [draw.choices.u8(4); 16]),
        }
    }

    /// Creates or deletes the whole crowd.
    fn crowd(&mut self) -> Request {
        let (come, first) = (
            self.choices.bool(),
            self.choices.u32(self.profile.ids.clone()),
        );
        let act = |n| {
            let email = format!("crowd{n}@ex.co");
            if !come {
                return Act::DeleteUser(Who::Text(email));
            }
            Act::CreateUser(Create {
                active: false,
                attribute: Some(("note", "x".repeat(300))),
                ..Create::new(first + n, &email)
            })
        };
        Request::of((0..CROWD).map(act).collect())
    }

    fn step(&mut self) -> Step {
        Step {
            act: self.act(),
            if_version: self.maybe(10, |draw| draw.choices.u64(1..4)),
        }
    }

    fn act(&mut self) -> Act {
        match self.choices.u8(42) {
            0..5 => Act::CreateUser(self.create()),
            5..11 => Act::UpdateUser(self.who(), self.edit()),
            11..14 => Act::Activate(self.who()),
            14..17 => Act::Deactivate(self.who()),
            17 => Act::DeleteUser(self.who()),
            18 => Act::SetLicense(self.license()),
            19..23 => {
                let name = self.workspace_name();
                let owner = self.maybe(90, Self::who);
                let external_id = self.maybe(20, Self::given_id);
                Act::CreateWorkspace(name, owner, external_id)
            }
            23..25 => Act::DefaultWorkspace(self.who()),
            25..27 => Act::Rename(self.place(), self.workspace_name()),
            27..29 => Act::SetExternalId(self.place(), self.external_id()),
            29 => Act::Archive(self.place()),
            30 => Act::Restore(self.place()),
            31 => Act::DeleteWorkspace(self.place()),
            32..37 => Act::Add(self.place(), self.who(), self.role()),
            37..40 => Act::SetRole(self.place(), self.who(), self.role()),
            _ => Act::Remove(self.place(), self.who()),
        }
    }

    fn create(&mut self) -> Create {
        Create {
            id: self.choices.u32(self.profile.ids.clone()),
            email: self.email(),
            username: self.maybe(30, Self::username),
            given_name: self.maybe(10, Self::given_name),
            active: self.percent(80),
            admin: self.percent(25),
            attribute: self.maybe(20, Self::attribute),
            external_id: self.maybe(10, Self::given_id),
        }
    }

    fn edit(&mut self) -> Edit {
        Edit {
            email: self.maybe(40, Self::email),
            username: self.maybe(30, |draw| draw.maybe(70, Self::username)),
            given_name: self.maybe(20, Self::given_name),
            admin: self.maybe(30, |draw| draw.choices.bool()),
            attribute: self.maybe(20, |draw| {
                let (name, value) = draw.attribute();
                (name, draw.percent(70).then_some(value))
            }),
            external_id: self.maybe(30, Self::external_id),
        }
    }

    fn attribute(&mut self) -> (&'static str, String) {
        if self.profile.is_bulky && self.choices.bool() {
            // Some attributes are too large for a small log.
            let length = self.one_of(&[40, 700, 12_000]);
            return ("note", "x".repeat(length));
        }
        let value = self.one_of(&["a", "b"]);
        (self.one_of(&ATTRIBUTES), value.to_owned())
    }

    fn who(&mut self) -> Who {
        match self.choices.u8(10) {
            0..6 if !self.profile.known_ids.is_empty() => Who::Id(self.known_id()),
            6 if !self.profile.known_ids.is_empty() => {
                Who::Id(self.choices.u32(self.profile.ids.clone()))
            }
            n if n % 3 == 0 => Who::Text(self.username()),
            _ => Who::Text(self.email()),
        }
    }

    fn known_id(&mut self) -> u32 {
        let known = self.profile.known_ids.clone();
        if known.is_empty() {
            return 0;
        }
        self.choices.u32(known)
    }

    fn place(&mut self) -> Where {
        match self.choices.u8(11) {
            0..6 => Where::Id(self.choices.u64(1..4)),
            6..10 => Where::Name(self.workspace_name()),
            _ => Where::Id(self.choices.u64(1..9)),
        }
    }

    fn email(&mut self) -> String {
        let texts = &self.profile.emails;
        self.text(texts)
    }

    fn username(&mut self) -> String {
        let texts = &self.profile.usernames;
        self.text(texts)
    }

    fn workspace_name(&mut self) -> String {
        let texts = &self.profile.workspaces;
        self.text(texts)
    }

    fn given_name(&mut self) -> String {
        let texts = &self.profile.given_names;
        self.text(texts)
    }

    /// One of the valid texts, or rarely an invalid one.
    fn text(&mut self, texts: &Texts) -> String {
        let is_refused = !texts.refused.is_empty() && self.percent(3);
        let texts = if is_refused {
            &texts.refused
        } else {
            &texts.valid
        };
        texts[self.choices.index(texts.len())].clone()
    }

    fn external_id(&mut self) -> ExternalId {
        let (by, id) = self.given_id();
        (by, self.percent(80).then_some(id))
    }

    fn given_id(&mut self) -> (&'static str, &'static str) {
        (self.one_of(&PROVISIONERS), self.one_of(&EXTERNAL_IDS))
    }

    fn role(&mut self) -> Role {
        self.one_of(&[Role::Owner, Role::User])
    }

    fn license(&mut self) -> License {
        let seats = License::Seats(self.choices.u64(self.profile.seats.clone()));
        if self.profile.is_bulky {
            return seats;
        }
        self.one_of(&[License::Community, License::Enterprise, seats, seats])
    }

    fn percent(&mut self, chance: u8) -> bool {
        self.choices.u8(100) < chance
    }

    fn maybe<T>(&mut self, percent: u8, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.percent(percent).then(|| draw(self))
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.choices.index(values.len())]
    }
}
