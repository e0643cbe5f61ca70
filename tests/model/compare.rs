//! Plays a script to the model and to directories, and compares what they say.

use headcount::{
    Applied, Batch, Change, Directory, NewUser, Op, Result, Subject as About, User, UserRef,
    UserUpdate,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tempfile::TempDir;

use crate::alphabet::{EMAILS, IDS, USERNAMES};
use crate::model::{Accepted, Account, Answer, Model, Refused, user_id};
use crate::script::{Act, Create, NewName, Script, Step, Update, Who};

type Checked = std::result::Result<(), TestCaseError>;

/// A directory under test.
pub struct Subject {
    directory: Directory,
    /// Where its file is, if it has one.
    folder: Option<TempDir>,
}

impl Subject {
    pub fn in_memory() -> Self {
        Self {
            directory: Directory::in_memory().unwrap(),
            folder: None,
        }
    }

    pub fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            directory: Directory::open(folder.path().join("users.redb")).unwrap(),
            folder: Some(folder),
        }
    }

    fn reopen(&mut self) {
        if let Some(folder) = &self.folder {
            self.directory.clone().close().unwrap();
            self.directory = Directory::open(folder.path().join("users.redb")).unwrap();
        }
    }

    fn acting_as(&self, actor: Option<u8>) -> Directory {
        match actor {
            Some(actor) => self.directory.acting_as(user_id(actor)),
            None => self.directory.clone(),
        }
    }
}

/// Plays `script` to the model and to every subject.
pub fn play(script: &Script, mut subjects: Vec<Subject>) -> Checked {
    let mut model = Model::new();
    for (number, step) in script.0.iter().enumerate() {
        let told = |error: TestCaseError| {
            TestCaseError::fail(format!("step {} ({step:?}): {error}", number + 1))
        };
        take(&mut model, &mut subjects, step).map_err(told)?;
    }
    for subject in &mut subjects {
        same_look_ups(&model, &subject.directory)?;
        subject.reopen();
        same_state(&model, 0, &subject.directory)?;
        same_look_ups(&model, &subject.directory)?;
        if let Err(error) = subject.directory.verify() {
            return Err(TestCaseError::fail(error.to_string()));
        }
    }
    Ok(())
}

fn take(model: &mut Model, subjects: &mut [Subject], step: &Step) -> Checked {
    let was_active = model.active();
    let changes_before = model.changes.len();
    let (actor, acts) = match step {
        Step::Call(actor, act) => (*actor, std::slice::from_ref(act)),
        Step::Batch(actor, acts) => (*actor, acts.as_slice()),
        Step::Reopen => {
            subjects.iter_mut().for_each(Subject::reopen);
            (None, [].as_slice())
        }
    };
    let expected = model.request(actor, acts);
    // The one promise that all others serve, said once more.
    let limit = model.limit().unwrap_or(u64::MAX);
    prop_assert!(model.active() <= limit.max(was_active));

    let mut messages = Vec::new();
    for subject in subjects {
        let directory = subject.acting_as(actor);
        let previewed = directory.refusals(batch(acts)).unwrap();
        let dry = directory.dry_run(batch(acts));
        let dry = dry
            .map(|applied| accepted(&applied))
            .map_err(|error| refused(&error));
        prop_assert_eq!(&dry, &expected);
        let answer = match step {
            Step::Call(_, act) => call(&directory, act, model, &expected)?,
            Step::Batch(..) | Step::Reopen => directory.apply(batch(acts)).map(Some),
        };
        prop_assert_eq!(
            previewed.is_empty(),
            answer.is_ok(),
            "the preview says {:?}",
            previewed
        );
        match &answer {
            Ok(Some(applied)) => prop_assert_eq!(Ok(&accepted(applied)), expected.as_ref()),
            Ok(None) => prop_assert!(expected.is_ok(), "accepted, for {:?}", expected),
            Err(error) => {
                let refused = refused(error);
                prop_assert!(
                    previewed
                        .iter()
                        .any(|error| self::refused(error) == refused)
                );
                prop_assert_eq!(
                    Err(refused),
                    expected.as_ref().map(|_| ()).map_err(Clone::clone)
                );
                messages.push(error.to_string());
            }
        }
        same_state(model, changes_before, &subject.directory)?;
        if model.changes.len() > changes_before {
            same_look_ups(model, &subject.directory)?;
        }
    }
    messages.dedup();
    prop_assert!(messages.len() < 2, "two wordings: {:?}", messages);
    Ok(())
}

/// Makes one operation through its own method, and checks what that returns.
fn call(
    directory: &Directory,
    act: &Act,
    model: &Model,
    expected: &Answer,
) -> std::result::Result<Result<Option<Applied>>, TestCaseError> {
    let user = match act {
        Act::Create(create) => directory.create_user(new_user(create)),
        Act::Update(who, update) => directory.update_user(*who, user_update(update)),
        Act::Activate(who) => directory.activate_user(*who),
        Act::Deactivate(who) => directory.deactivate_user(*who),
        Act::Delete(who) => {
            let deleted = directory.delete_user(*who);
            if let (Ok(id), Ok(accepted)) = (&deleted, expected) {
                prop_assert_eq!(Some(*id), accepted.outcomes[0].0.map(user_id));
            }
            return Ok(deleted.map(|_| None));
        }
        Act::License(license) => {
            let seats = directory.set_license(*license);
            if let Ok(seats) = &seats {
                prop_assert_eq!(seats.license, model.license);
            }
            return Ok(seats.map(|_| None));
        }
    };
    if let (Ok(user), Ok(accepted)) = (&user, expected) {
        let id = accepted.outcomes[0].0.unwrap();
        prop_assert_eq!(view(user), view_of(model.by_id(id).unwrap()));
    }
    Ok(user.map(|_| None))
}

/// Listing, seats and the changes with numbers above `changes_before`.
fn same_state(model: &Model, changes_before: usize, directory: &Directory) -> Checked {
    let users: Result<Vec<_>> = directory.users().unwrap().collect();
    let users: Vec<View> = users.unwrap().iter().map(|user| view(user)).collect();
    let mut accounts: Vec<&Account> = model.accounts.iter().collect();
    accounts.sort_by_key(|account| account.email_key.clone());
    let accounts: Vec<View> = accounts.into_iter().map(view_of).collect();
    prop_assert_eq!(users, accounts);

    let seats = directory.seats().unwrap();
    let (active, total) = (model.active(), model.accounts.len() as u64);
    prop_assert_eq!((seats.active, seats.inactive), (active, total - active));
    prop_assert_eq!(
        (seats.license, seats.limit()),
        (model.license, model.limit())
    );
    let free = model.limit().map(|limit| limit.saturating_sub(active));
    let over_by = model
        .limit()
        .map_or(0, |limit| active.saturating_sub(limit));
    prop_assert_eq!((seats.free(), seats.over_by()), (free, over_by));
    prop_assert_eq!(directory.len().unwrap(), total);
    prop_assert_eq!(directory.is_empty().unwrap(), total == 0);

    let changes: Result<Vec<Change>> = directory.changes(changes_before as u64).unwrap().collect();
    let changes: Vec<_> = changes
        .unwrap()
        .into_iter()
        .map(|change| (change.sequence, change.actor, change.events))
        .collect();
    let expected: Vec<_> = (1..)
        .zip(model.changes.iter().cloned())
        .skip(changes_before)
        .map(|(sequence, (actor, events))| (sequence, actor.map(user_id), events))
        .collect();
    prop_assert_eq!(changes, expected);
    Ok(())
}

/// Who is found by every id and every text there is.
fn same_look_ups(model: &Model, directory: &Directory) -> Checked {
    for id in 0..IDS {
        let expected = model.by_id(id).map(view_of);
        let found = directory.user_by_id(user_id(id)).unwrap();
        prop_assert_eq!(found.as_deref().map(view), expected, "by id #{}", id);
    }
    for (email, _) in EMAILS {
        let expected = model.by_email(email).map(view_of);
        let found = directory.user_by_email(email).unwrap();
        prop_assert_eq!(found.as_deref().map(view), expected, "by email {:?}", email);
    }
    for (username, _) in USERNAMES {
        let expected = model.by_username(username).map(view_of);
        let found = directory.user_by_username(username).unwrap();
        prop_assert_eq!(
            found.as_deref().map(view),
            expected,
            "by username {:?}",
            username
        );
    }
    let texts = EMAILS.iter().map(|(text, _)| *text);
    for text in texts.chain(USERNAMES.iter().map(|(text, _)| *text)) {
        let expected = model.by_text(text).map(view_of);
        let found = directory.user(text).unwrap();
        prop_assert_eq!(found.as_deref().map(view), expected, "by {:?}", text);
    }
    Ok(())
}

/// All that is compared of a user: id, email and its key, username, given name,
/// active, admin, attributes, version.
type View = (
    headcount::UserId,
    (String, String, String),
    Option<String>,
    (bool, bool),
    Vec<(String, String)>,
    u64,
);

fn view(user: &User) -> View {
    let email = user.email();
    (
        user.id(),
        (
            email.to_string(),
            email.key().to_owned(),
            user.username().to_owned(),
        ),
        user.given_name().map(str::to_owned),
        (user.is_active(), user.is_admin()),
        user.attributes()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        user.version(),
    )
}

fn view_of(account: &Account) -> View {
    (
        user_id(account.id),
        (
            account.email.clone(),
            account.email_key.clone(),
            account.username().to_owned(),
        ),
        account.given_name.clone(),
        (account.active, account.admin),
        account.attributes.clone(),
        account.version,
    )
}

fn accepted(applied: &Applied) -> Accepted {
    let outcomes = applied.outcomes.iter().map(|outcome| {
        let id = match outcome.subject {
            About::User(id) => Some(id.as_bytes()[0]),
            _ => None,
        };
        (id, outcome.changed, outcome.version)
    });
    Accepted {
        sequence: applied.sequence,
        outcomes: outcomes.collect(),
    }
}

fn refused(error: &headcount::Error) -> Refused {
    Refused {
        kind: error.kind(),
        op_index: error.op_index(),
    }
}

fn batch(acts: &[Act]) -> Batch {
    let op = |act: &Act| match act {
        Act::Create(create) => Op::CreateUser(new_user(create)),
        Act::Update(who, update) => Op::UpdateUser((*who).into(), user_update(update)),
        Act::Activate(who) => Op::ActivateUser((*who).into()),
        Act::Deactivate(who) => Op::DeactivateUser((*who).into()),
        Act::Delete(who) => Op::DeleteUser((*who).into()),
        Act::License(license) => Op::SetLicense(*license),
    };
    acts.iter().map(op).collect()
}

impl From<Who> for UserRef {
    fn from(who: Who) -> Self {
        match who {
            Who::Id(id) => user_id(id).into(),
            Who::Text(text) => text.into(),
        }
    }
}

fn new_user(create: &Create) -> NewUser {
    let mut user = NewUser::new(create.email)
        .id(user_id(create.id))
        .active(create.active)
        .admin(create.admin);
    if let Some(username) = create.username {
        user = user.username(username);
    }
    if let Some(name) = create.given_name {
        user = user.given_name(name);
    }
    user
}

fn user_update(update: &Update) -> UserUpdate {
    let mut parts = UserUpdate::new();
    if let Some(version) = update.if_version {
        parts = parts.if_version(version);
    }
    if let Some(email) = update.email {
        parts = parts.email(email);
    }
    parts = match update.username {
        Some(NewName::Text(username)) => parts.username(username),
        Some(NewName::TheEmail) => parts.username(None),
        None => parts,
    };
    if let Some(name) = update.given_name {
        parts = parts.given_name(name);
    }
    if let Some(admin) = update.admin {
        parts = parts.admin(admin);
    }
    if let Some((name, value)) = update.attribute {
        parts = parts.attribute(name, value);
    }
    parts
}
