//! The rules once more, as plainly as they can be put: accounts in a list, which
//! is searched from end to end, and a copy of everything for each request.

use headcount::{ErrorKind, Event, Field, License, UserId};

use crate::alphabet::{Name, Text, any_key, email_key, name};
use crate::script::{Act, Create, NewName, Update, Who};

/// The whole directory.
#[derive(Clone)]
pub struct Model {
    pub accounts: Vec<Account>,
    pub license: License,
    license_version: u64,
    /// Ids that were ever given to somebody.
    given_ids: Vec<u8>,
    /// Who did what, in each request that changed something.
    pub changes: Vec<(Option<u8>, Vec<Event>)>,
}

/// One user.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: u8,
    pub email: String,
    pub email_key: String,
    /// `None` where it is the email.
    own_username: Option<(String, String)>,
    pub given_name: Option<String>,
    pub active: bool,
    pub admin: bool,
    /// Sorted by name.
    pub attributes: Vec<(String, String)>,
    pub version: u64,
    /// The operation of this request that gave the email or the username;
    /// `None` for one from before.
    email_since: Option<usize>,
    username_since: Option<usize>,
}

/// What became of a request.
pub type Answer = Result<Accepted, Refused>;

/// The answer to a request that was accepted.
#[derive(Debug, PartialEq)]
pub struct Accepted {
    /// The number of the change, if anything changed.
    pub sequence: Option<u64>,
    /// Of each operation: whose, whether it changed anything, the version.
    pub outcomes: Vec<Outcome>,
}

/// Whose (`None` is the license), whether anything changed, the version.
pub type Outcome = (Option<u8>, bool, u64);

/// The answer to a request that was not.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub kind: ErrorKind,
    pub op_index: Option<usize>,
}

/// An id as scripts write it.
pub fn user_id(id: u8) -> UserId {
    UserId::from_bytes([id; 16])
}

impl Account {
    pub fn username(&self) -> &str {
        self.own_username
            .as_ref()
            .map_or(&self.email, |(typed, _)| typed)
    }

    fn username_key(&self) -> Option<&String> {
        self.own_username.as_ref().map(|(_, key)| key)
    }

    /// The names, the operation that gave each, and how a clash is called.
    fn names(&self) -> impl Iterator<Item = (&str, Option<usize>, ErrorKind)> {
        let email = (&*self.email_key, self.email_since, ErrorKind::EmailTaken);
        let username = self.username_key().map(|key| {
            let kind = ErrorKind::UsernameTaken;
            (key.as_str(), self.username_since, kind)
        });
        [email].into_iter().chain(username)
    }

    /// Whether this is the key of the email or of the username.
    fn has(&self, key: &str) -> bool {
        self.email_key == key || self.username_key().is_some_and(|own| own == key)
    }
}

impl Model {
    pub fn new() -> Self {
        Self {
            accounts: Vec::new(),
            license: License::Community,
            license_version: 1,
            given_ids: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub fn active(&self) -> u64 {
        self.accounts
            .iter()
            .filter(|account| account.active)
            .count() as u64
    }

    fn active_admins(&self) -> usize {
        self.accounts
            .iter()
            .filter(|account| account.active && account.admin)
            .count()
    }

    pub fn limit(&self) -> Option<u64> {
        match self.license {
            License::Community => Some(5),
            License::Enterprise => None,
            License::Seats(seats) => Some(seats),
            other => panic!("{other:?} has no limit here"),
        }
    }

    pub fn by_id(&self, id: u8) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub fn by_email(&self, email: Text) -> Option<&Account> {
        let key = email_key(email).ok()?;
        self.accounts
            .iter()
            .find(|account| account.email_key == key)
    }

    pub fn by_username(&self, username: Text) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| match (name(username), account.username_key()) {
                (Name::Own(key) | Name::Address(key), Some(own)) => own == key,
                (Name::Address(key), None) => account.email_key == key,
                _ => false,
            })
    }

    /// Nobody has a name of two.
    pub fn by_text(&self, text: Text) -> Option<&Account> {
        let key = any_key(text)?;
        let mut found = self.accounts.iter().filter(|account| account.has(key));
        let first = found.next();
        assert!(found.next().is_none(), "{text:?} names two");
        first
    }

    /// All or nothing.
    pub fn request(&mut self, actor: Option<u8>, acts: &[Act]) -> Answer {
        let mut next = self.clone();
        for account in &mut next.accounts {
            (account.email_since, account.username_since) = (None, None);
        }
        let mut events = Vec::new();
        let mut outcomes = Vec::new();
        for (index, act) in acts.iter().enumerate() {
            let outcome = next.perform(index, actor, act, &mut events);
            outcomes.push(outcome.map_err(|kind| Refused {
                kind,
                op_index: Some(index),
            })?);
        }
        next.judge(self)?;
        let sequence = (!events.is_empty()).then(|| {
            next.changes.push((actor, events));
            next.changes.len() as u64
        });
        *self = next;
        Ok(Accepted { sequence, outcomes })
    }

    fn perform(
        &mut self,
        index: usize,
        actor: Option<u8>,
        act: &Act,
        events: &mut Vec<Event>,
    ) -> Result<Outcome, ErrorKind> {
        match act {
            Act::Create(create) => self.create(index, create, events),
            Act::Update(who, update) => self.update(index, *who, update, events),
            Act::Activate(who) => {
                let at = self.find(*who)?;
                let account = &mut self.accounts[at];
                let user = user_id(account.id);
                Ok(switch(account, true, events, Event::UserActivated { user }))
            }
            Act::Deactivate(who) => {
                let at = self.find(*who)?;
                let account = &mut self.accounts[at];
                if account.active && actor == Some(account.id) {
                    return Err(ErrorKind::OwnAccount);
                }
                let user = user_id(account.id);
                Ok(switch(
                    account,
                    false,
                    events,
                    Event::UserDeactivated { user },
                ))
            }
            Act::Delete(who) => {
                let at = self.find(*who)?;
                if actor == Some(self.accounts[at].id) {
                    return Err(ErrorKind::OwnAccount);
                }
                let id = self.accounts.remove(at).id;
                events.push(Event::UserDeleted { user: user_id(id) });
                Ok((Some(id), true, 0))
            }
            Act::License(license) => {
                let changed = *license != self.license;
                if changed {
                    self.license = *license;
                    self.license_version += 1;
                    events.push(Event::LicenseSet { license: *license });
                }
                Ok((None, changed, self.license_version))
            }
        }
    }

    fn create(
        &mut self,
        index: usize,
        create: &Create,
        events: &mut Vec<Event>,
    ) -> Result<Outcome, ErrorKind> {
        let key = email_key(create.email)?;
        let own_username = match create.username {
            Some(username) => own_username(username, key)?,
            None => None,
        };
        let given_name = create.given_name.map_or(Ok(None), given_name)?;
        if self.given_ids.contains(&create.id) {
            return Err(ErrorKind::IdTaken);
        }
        self.given_ids.push(create.id);
        self.accounts.push(Account {
            id: create.id,
            email: create.email.trim().to_owned(),
            email_key: key.to_owned(),
            own_username,
            given_name,
            active: create.active,
            admin: create.admin,
            attributes: Vec::new(),
            version: 1,
            email_since: Some(index),
            username_since: Some(index),
        });
        let user = user_id(create.id);
        events.push(Event::UserCreated {
            user,
            active: create.active,
        });
        Ok((Some(create.id), true, 1))
    }

    fn update(
        &mut self,
        index: usize,
        who: Who,
        update: &Update,
        events: &mut Vec<Event>,
    ) -> Result<Outcome, ErrorKind> {
        // What is malformed is refused before anybody is looked for.
        let new_key = update.email.map(email_key).transpose()?;
        if let Some(NewName::Text(username)) = update.username
            && matches!(name(username), Name::Invalid)
        {
            return Err(ErrorKind::InvalidUsername);
        }
        let new_given_name = update.given_name.map(given_name).transpose()?;

        let at = self.find(who)?;
        let account = &mut self.accounts[at];
        let before = account.clone();
        if let Some(expected) = update.if_version
            && expected != before.version
        {
            return Err(ErrorKind::Conflict {
                expected,
                found: before.version,
            });
        }
        if let (Some(email), Some(key)) = (update.email, new_key) {
            (account.email, account.email_key) = (email.trim().to_owned(), key.to_owned());
        }
        match update.username {
            Some(NewName::Text(username)) => {
                let key = account.email_key.clone();
                account.own_username = own_username(username, &key)?;
            }
            Some(NewName::TheEmail) => account.own_username = None,
            None => {
                let key = &account.email_key;
                account.own_username.take_if(|(_, own)| own == key);
            }
        }
        if let Some(name) = new_given_name {
            account.given_name = name;
        }
        account.admin = update.admin.unwrap_or(before.admin);
        if let Some((name, value)) = update.attribute {
            account.attributes.retain(|(other, _)| other != name);
            account
                .attributes
                .extend(value.map(|value| (name.to_owned(), value.to_owned())));
            account.attributes.sort();
        }

        let fields = differing_fields(&before, account);
        let changed = !fields.is_empty();
        if changed {
            account.version += 1;
            if account.email_key != before.email_key {
                account.email_since = Some(index);
            }
            if account.username_key() != before.username_key() {
                account.username_since = Some(index);
            }
            events.push(Event::UserUpdated {
                user: user_id(before.id),
                fields,
            });
        }
        Ok((Some(account.id), changed, account.version))
    }

    /// Where the account is that `who` names; a text that two have for the moment
    /// names neither.
    fn find(&self, who: Who) -> Result<usize, ErrorKind> {
        let is_meant = |account: &Account| match who {
            Who::Id(id) => account.id == id,
            Who::Text(text) => any_key(text).is_some_and(|key| account.has(key)),
        };
        let found = (0..self.accounts.len()).filter(|at| is_meant(&self.accounts[*at]));
        let found: Vec<_> = found.collect();
        match found[..] {
            [] => Err(ErrorKind::UserNotFound),
            [one] => Ok(one),
            _ => {
                let key = match who {
                    Who::Text(text) => any_key(text),
                    Who::Id(_) => None,
                };
                let has_email = |account: &Account| Some(&*account.email_key) == key;
                Err(if self.accounts.iter().any(has_email) {
                    ErrorKind::EmailTaken
                } else {
                    ErrorKind::UsernameTaken
                })
            }
        }
    }

    /// Whether this state may follow `before`.
    fn judge(&self, before: &Self) -> Result<(), Refused> {
        let mut taken: Vec<(usize, ErrorKind)> = Vec::new();
        for a in &self.accounts {
            for b in self.accounts.iter().filter(|b| b.id != a.id) {
                for (name, since, kind) in a.names() {
                    let clash = b.names().find(|(other, ..)| *other == name);
                    if let Some((_, other_since, _)) = clash
                        && since > other_since
                    {
                        taken.extend(since.map(|index| (index, kind)));
                    }
                }
            }
        }
        // An operation that takes both is told of the email.
        taken.sort_by_key(|(index, kind)| (*index, *kind != ErrorKind::EmailTaken));
        if let Some((index, kind)) = taken.first() {
            return Err(Refused {
                kind: *kind,
                op_index: Some(*index),
            });
        }

        let (was_active, active) = (before.active(), self.active());
        if let Some(limit) = self.limit()
            && active > was_active
            && active > limit
        {
            let requested = active - was_active;
            let kind = ErrorKind::NoFreeSeat {
                limit,
                active: was_active,
                requested,
            };
            return Err(Refused {
                kind,
                op_index: None,
            });
        }
        if before.active_admins() > 0 && self.active_admins() == 0 {
            return Err(Refused {
                kind: ErrorKind::LastAdmin,
                op_index: None,
            });
        }
        Ok(())
    }
}

fn switch(account: &mut Account, active: bool, events: &mut Vec<Event>, event: Event) -> Outcome {
    let changed = account.active != active;
    if changed {
        account.active = active;
        account.version += 1;
        events.push(event);
    }
    (Some(account.id), changed, account.version)
}

fn own_username(text: Text, email_key: &str) -> Result<Option<(String, String)>, ErrorKind> {
    match name(text) {
        Name::Own(key) | Name::Address(key) => {
            let own = Some((text.trim().to_owned(), key.to_owned()));
            Ok(own.filter(|_| key != email_key))
        }
        Name::Invalid => Err(ErrorKind::InvalidUsername),
    }
}

fn given_name(text: Text) -> Result<Option<String>, ErrorKind> {
    match text.trim() {
        "" => Ok(None),
        name if name.contains('\n') => Err(ErrorKind::InvalidArgument),
        name => Ok(Some(name.to_owned())),
    }
}

fn differing_fields(before: &Account, after: &Account) -> Vec<Field> {
    let typed = |account: &Account| account.own_username.clone().map(|(typed, _)| typed);
    let mut fields = Vec::new();
    if before.email != after.email {
        fields.push(Field::Email);
    }
    if typed(before) != typed(after) {
        fields.push(Field::Username);
    }
    if before.given_name != after.given_name {
        fields.push(Field::GivenName);
    }
    if before.admin != after.admin {
        fields.push(Field::Admin);
    }
    if before.attributes != after.attributes {
        fields.push(Field::Attributes);
    }
    fields
}
