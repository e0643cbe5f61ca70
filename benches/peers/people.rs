//! The users that every contender holds: made from numbers, so that a child process and its parent
//! have the same ones, in an unsorted order.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

const GIVEN_NAMES: [&str; 20] = [
    "Ada", "Bela", "Chidi", "Dora", "Emeka", "Fatima", "Goran", "Hana", "Ines", "Jun", "Kofi",
    "Leila", "Mateo", "Noor", "Olga", "Pavel", "Quentin", "Rosa", "Stefan", "Tala",
];
const FAMILY_NAMES: [&str; 20] = [
    "Abara",
    "Becker",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Farouk",
    "Garcia",
    "Hansen",
    "Ito",
    "Jovanovic",
    "Kowalski",
    "Lindgren",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Rossi",
    "Suzuki",
    "Tanaka",
    "Ueda",
];
const DOMAINS: u64 = 50;

/// The seats of every directory here: a limit that is checked but never reached.
pub const SEATS: u64 = 1_000_000_000;

/// The fields of a user to create that the caller sets.
#[derive(Clone, Debug)]
pub struct Profile {
    /// In lower case, so that it is its own key.
    pub email: String,
    pub username: String,
    pub given_name: &'static str,
    pub family_name: &'static str,
}

impl Profile {
    /// The person with this number; different numbers are different people.
    pub fn numbered(number: u64) -> Self {
        let pick = |names: &[&'static str; 20], at: u64| names[(at % 20) as usize];
        let given_name = pick(&GIVEN_NAMES, number);
        let family_name = pick(&FAMILY_NAMES, number / 20);
        let username = format!("{given_name}.{family_name}.{number}").to_ascii_lowercase();
        Self {
            email: format!("{username}@ex{}.example", number % DOMAINS),
            username,
            given_name,
            family_name,
        }
    }
}

impl Profile {
    /// The same person with an address far from those of neighbouring numbers.
    pub fn scattered(self) -> Self {
        let mixed = self
            .username
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let username = format!("{mixed:016x}.{}", self.username);
        let (_, domain) = self.email.split_once('@').unwrap();
        Self {
            email: format!("{username}@{domain}"),
            username,
            ..self
        }
    }
}

/// The email of the person with this number.
pub fn email(number: u64) -> String {
    Profile::numbered(number).email
}

/// All people of a directory of `users`, in an order that differs from that of every key.
pub fn shuffled(users: u64) -> impl Iterator<Item = Profile> {
    numbers(users).map(Profile::numbered)
}

/// The numbers below `users`, each once, far apart from one to the next.
pub fn numbers(users: u64) -> impl Iterator<Item = u64> + Clone {
    let stride = if users.is_multiple_of(7919) {
        7907
    } else {
        7919
    };
    (0..users).map(move |at| at * stride % users)
}

/// A user as the peers store it, with the fields of headcount's own record.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: [u8; 16],
    pub email: String,
    pub username: String,
    pub given_name: String,
    pub family_name: String,
    pub active: bool,
    pub admin: bool,
    pub created_at: u64,
    pub updated_at: u64,
    pub version: u64,
}

impl From<Profile> for Person {
    /// Draws the id and the time, as headcount does when it creates a user.
    fn from(profile: Profile) -> Self {
        let now = now_micros();
        Self {
            id: Uuid::now_v7().into_bytes(),
            email: profile.email,
            username: profile.username,
            given_name: profile.given_name.to_owned(),
            family_name: profile.family_name.to_owned(),
            active: true,
            admin: false,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// The key by which an email is unique. Headcount does more to compute it; the other contenders do
/// the minimum that finds a user in whichever case the email is typed.
pub fn key_of(email: &str) -> Cow<'_, str> {
    if email.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(email.to_ascii_lowercase())
    } else {
        Cow::Borrowed(email)
    }
}

/// The domain of an email.
pub fn domain_of(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

pub fn now_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_micros()).unwrap()
}

impl Person {
    /// The texts that count in a digest.
    pub fn texts(&self) -> [&str; 4] {
        [
            &self.email,
            &self.username,
            &self.given_name,
            &self.family_name,
        ]
    }
}
