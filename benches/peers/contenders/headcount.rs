//! headcount itself, through its public API.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use headcount::{Batch, Directory, License, NewUser, Op, Options, UserId, UserQuery, UserView};

use crate::peer::{
    Caches, Contender, Digest, Filling, Opening, PAGE_CACHE_BYTES, Peer, Session, Work,
};
use crate::people::{self, Profile, SEATS};

pub const HEADCOUNT: Contender = Contender {
    name: "headcount",
    setup: "a page cache and a cache of users of 1 GiB each; \"user not cached\" is without the \
            latter, loads have the default caches",
    folder: "headcount",
    works: &[
        Work::Get,
        Work::Many,
        Work::List,
        Work::Create,
        Work::Switch,
        Work::Load,
        Work::Open,
        Work::Tail,
        Work::Sustained,
        Work::Memory,
        Work::Backup,
        Work::Add,
    ],
    open: |opening| Box::new(Headcount(open(opening))),
    filling: Filling::Load(load),
    compact: Some(|opening| {
        options(opening.caches).compact(file(opening)).unwrap();
    }),
};

/// Enough for all users, as in the contenders that hold them all in a map.
const USER_CACHE_BYTES: usize = 1 << 30;

struct Headcount(Directory);

fn open(opening: &Opening) -> Directory {
    options(opening.caches).open(file(opening)).unwrap()
}

fn file(opening: &Opening) -> PathBuf {
    opening.folder.join("users.redb")
}

fn options(caches: Caches) -> Options {
    let options = Directory::options()
        .license_if_new(License::Seats(SEATS))
        .page_cache_bytes(PAGE_CACHE_BYTES as usize);
    match caches {
        Caches::All => options.user_cache_bytes(USER_CACHE_BYTES),
        Caches::Pages => options.user_cache_bytes(0),
    }
}

/// All users in one batch, with the usual caches.
fn load(opening: &Opening) {
    let options = Directory::options().license_if_new(License::Seats(SEATS));
    let directory = options.open(file(opening)).unwrap();
    let ops = people::shuffled(opening.users).map(|profile| Op::CreateUser(new_user(&profile)));
    directory.apply(ops.collect::<Batch>()).unwrap();
    directory.close().unwrap();
}

fn new_user(profile: &Profile) -> NewUser {
    NewUser::new(&profile.email)
        .username(&profile.username)
        .given_name(profile.given_name)
        .family_name(profile.family_name)
}

impl Peer for Headcount {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self.0.clone())
    }

    fn back_up(&self, to: &Path) {
        self.0.backup(to).unwrap();
    }

    fn verify(&self) -> bool {
        self.0.verify().is_ok()
    }

    fn close(self: Box<Self>) {
        self.0.close().unwrap();
    }
}

impl Session for Directory {
    fn get(&mut self, email: &str) -> Digest {
        let user = black_box(self.user_by_email(email).unwrap().unwrap());
        let mut digest = Digest::default();
        add(&mut digest, &UserView::from(&*user));
        digest
    }

    fn get_many(&mut self, emails: &[String]) -> Digest {
        let users = black_box(self.users_by_emails(emails).unwrap());
        let mut digest = Digest::default();
        for user in users.iter().flatten() {
            add(&mut digest, &UserView::from(&**user));
        }
        digest
    }

    fn id_of(&mut self, email: &str) -> [u8; 16] {
        let user = self.user_by_email(email).unwrap().unwrap();
        *user.id().as_bytes()
    }

    fn get_many_by_id(&mut self, ids: &[[u8; 16]]) -> Digest {
        let ids: Vec<UserId> = ids.iter().map(|id| UserId::from_bytes(*id)).collect();
        let users = black_box(self.users_by_ids(&ids).unwrap());
        let mut digest = Digest::default();
        for user in users.iter().flatten() {
            add(&mut digest, &UserView::from(&**user));
        }
        digest
    }

    fn list(&mut self) -> Digest {
        list_all(self)
    }

    fn page(&mut self, after: &str, limit: usize) -> Digest {
        page_by_email(self, after, limit)
    }

    fn create(&mut self, profile: Profile) {
        self.create_user(new_user(&profile)).unwrap();
    }

    fn create_all(&mut self, profiles: Vec<Profile>) {
        let ops = profiles
            .iter()
            .map(|profile| Op::CreateUser(new_user(profile)));
        self.apply(ops.collect::<Batch>()).unwrap();
    }

    fn set_active(&mut self, email: &str, active: bool) {
        if active {
            self.activate_user(email).unwrap();
        } else {
            self.deactivate_user(email).unwrap();
        }
    }
}

/// Reads all users, as views.
fn list_all(directory: &Directory) -> Digest {
    let mut digest = Digest::default();
    let visit = |user: UserView<'_>| {
        add(&mut digest, &user);
        ControlFlow::<()>::Continue(())
    };
    directory.for_each_user(visit).unwrap();
    digest
}

/// Reads a page of users, as views.
fn page_by_email(directory: &Directory, after: &str, limit: usize) -> Digest {
    let query = UserQuery::new()
        .after(&*format!("email:{after}"))
        .limit(limit);
    let mut digest = Digest::default();
    let visit = |user: UserView<'_>| {
        add(&mut digest, &user);
        ControlFlow::<()>::Continue(())
    };
    directory.for_each_in_page(&query, visit).unwrap();
    digest
}

fn add(digest: &mut Digest, user: &UserView<'_>) {
    let texts = [
        user.email(),
        user.username(),
        user.given_name().unwrap_or_default(),
        user.family_name().unwrap_or_default(),
    ];
    digest.add(texts, user.is_active());
    black_box((
        user.id(),
        user.created_at(),
        user.updated_at(),
        user.version(),
    ));
}
