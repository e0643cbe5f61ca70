//! Draws requests and scripts at random. This is the only place that does.

use std::ops::Range;

use headcount::{License, Role};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::script::{Act, Create, Edit, ExternalId, Request, Script, Step, Turn, Where, Who};
use super::texts::{
    ATTRIBUTES, DOORS, EMAILS, EXTERNAL_IDS, GIVEN_NAMES, PROVISIONERS, USERNAMES, WORKSPACES,
};

/// Users that come and go together, in one large batch.
const CROWD: u32 = 24;

/// What requests are about.
#[derive(Clone)]
pub struct Profile {
    /// Texts that are accepted, and texts that are refused, of each kind.
    emails: [Vec<String>; 2],
    usernames: [Vec<String>; 2],
    workspaces: [Vec<String>; 2],
    given_names: Vec<String>,
    /// New users have one of these ids.
    ids: Range<u32>,
    /// Existing users are also named by one of these.
    known_ids: Option<Range<u32>>,
    seats: Range<u64>,
    /// Whether there are long attributes and large batches.
    is_bulky: bool,
}

impl Profile {
    /// A few names of each kind, so that requests get in each other's way, and every form
    /// that a name can be typed in.
    pub fn few_names() -> Self {
        let default = default_name();
        let workspaces = table(WORKSPACES.map(|(text, key)| (text, key.is_some())));
        let [mut valid, refused] = workspaces;
        valid.push(default);
        Self {
            emails: table(EMAILS.map(|(text, key)| (text, key.is_ok()))),
            usernames: table(USERNAMES.map(|(text, key)| (text, key.is_some()))),
            workspaces: [valid, refused],
            given_names: GIVEN_NAMES.map(|(text, _)| text.to_owned()).to_vec(),
            ids: 0..16,
            known_ids: Some(0..5),
            seats: 0..7,
            is_bulky: false,
        }
    }

    /// `people` plain emails and new ids without end: most requests are accepted. `seats`
    /// are what licenses have.
    pub fn people(people: u32, seats: Range<u64>) -> Self {
        let named = |kind: &'static str, count: u32| {
            let texts = (0..count).map(move |n| format!("{kind}{n}"));
            texts.collect::<Vec<_>>()
        };
        let emails = (0..people).map(|n| format!("p{n}@ex.co")).collect();
        Self {
            emails: [emails, Vec::new()],
            usernames: [named("n", people / 2), Vec::new()],
            workspaces: [named("team", 6), Vec::new()],
            given_names: named("Name", 9),
            ids: 0..u32::MAX - CROWD,
            known_ids: None,
            seats,
            is_bulky: true,
        }
    }
}

/// The name that the default workspace of user 0 would like to have.
fn default_name() -> String {
    format!("default-{}", super::script::user_id(0))
}

fn table<const N: usize>(texts: [(&str, bool); N]) -> [Vec<String>; 2] {
    let (valid, refused): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(_, valid)| *valid);
    let owned = |texts: Vec<(&str, bool)>| texts.iter().map(|(t, _)| (*t).to_owned()).collect();
    [owned(valid), owned(refused)]
}

/// The same request for the same seed.
pub struct Requests(BoxedStrategy<Request>);

impl Requests {
    pub fn new(profile: &Profile) -> Self {
        Self(request(profile))
    }

    pub fn draw(&self, seed: u64) -> Request {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        self.0.new_tree(&mut runner).unwrap().current()
    }
}

pub fn scripts(turns_max: usize) -> BoxedStrategy<Script> {
    let profile = Profile::few_names();
    let call = (act(&profile), option::weighted(0.3, 0..5_u32), door());
    let turn = prop_oneof![
        20 => request(&profile).prop_map(Turn::Apply),
        12 => call.prop_map(|(act, actor, door)| Turn::Call(Request {
            actor,
            door,
            ..Request::of(vec![act])
        })),
        2 => who(&profile).prop_map(Turn::Touch),
        1 => (1..40_u64).prop_map(|before| Turn::Trim { before }),
        1 => Just(Turn::Reopen),
    ];
    let parts = (prop::bool::weighted(0.9), vec(turn, 1..turns_max));
    let script = parts.prop_map(|(begins_at_work, turns)| Script {
        begins_at_work,
        turns,
    });
    script.boxed()
}

fn request(profile: &Profile) -> BoxedStrategy<Request> {
    // Most batches are short: a long one is likely to be refused for something in it.
    let steps = prop_oneof![
        1 => Just(Vec::new()),
        30 => vec(step(profile), 1..=1),
        30 => vec(step(profile), 1..=2),
        20 => vec(step(profile), 1..=4),
    ];
    let actors = profile.known_ids.clone().unwrap_or(0..1);
    let parts = (
        steps,
        option::weighted(0.15, actors),
        door(),
        prop::bool::weighted(0.25),
        option::weighted(0.15, 0..4_u8),
    );
    let request = parts.prop_map(|(steps, actor, door, allow_ownerless, id)| Request {
        steps,
        actor,
        door,
        allow_ownerless,
        id: id.map(|id| [id; 16]),
    });
    if profile.is_bulky {
        prop_oneof![24 => request, 1 => crowd()].boxed()
    } else {
        request.boxed()
    }
}

/// All of the crowd come, or go.
fn crowd() -> impl Strategy<Value = Request> {
    (any::<bool>(), 0..u32::MAX - CROWD).prop_map(|(come, first)| {
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
    })
}

fn step(profile: &Profile) -> impl Strategy<Value = Step> + use<> {
    let version = option::weighted(0.1, 1..4_u64);
    (act(profile), version).prop_map(|(act, if_version)| Step { act, if_version })
}

fn act(profile: &Profile) -> BoxedStrategy<Act> {
    let who = || who(profile);
    let place = || place(profile);
    let name = || text(&profile.workspaces);
    let given = (select(&PROVISIONERS[..]), select(&EXTERNAL_IDS[..]));
    let people = prop_oneof![
        4 => create(profile).prop_map(Act::CreateUser),
        5 => (who(), edit(profile)).prop_map(|(who, edit)| Act::UpdateUser(who, edit)),
        3 => who().prop_map(Act::Activate),
        3 => who().prop_map(Act::Deactivate),
        1 => who().prop_map(Act::DeleteUser),
        1 => license(profile).prop_map(Act::SetLicense),
    ];
    let places = prop_oneof![
        4 => (name(), option::weighted(0.9, who()), option::weighted(0.2, given))
            .prop_map(|(name, owner, id)| Act::CreateWorkspace(name, owner, id)),
        2 => who().prop_map(Act::DefaultWorkspace),
        2 => (place(), name()).prop_map(|(place, name)| Act::Rename(place, name)),
        3 => (place(), external_id()).prop_map(|(place, id)| Act::SetExternalId(place, id)),
        1 => place().prop_map(Act::Archive),
        1 => place().prop_map(Act::Restore),
        1 => place().prop_map(Act::DeleteWorkspace),
        5 => (place(), who(), role()).prop_map(|(place, who, role)| Act::Add(place, who, role)),
        3 => (place(), who(), role())
            .prop_map(|(place, who, role)| Act::SetRole(place, who, role)),
        3 => (place(), who()).prop_map(|(place, who)| Act::Remove(place, who)),
    ];
    prop_oneof![people, places].boxed()
}

fn create(profile: &Profile) -> impl Strategy<Value = Create> + use<> {
    let names = (
        text(&profile.emails),
        option::weighted(0.3, text(&profile.usernames)),
        option::weighted(0.1, select(profile.given_names.clone())),
    );
    let flags = (prop::bool::weighted(0.8), prop::bool::weighted(0.25));
    let more = (
        option::weighted(0.2, attribute(profile)),
        option::weighted(0.1, (select(&PROVISIONERS[..]), select(&EXTERNAL_IDS[..]))),
    );
    (profile.ids.clone(), names, flags, more).prop_map(|(id, names, flags, more)| Create {
        id,
        email: names.0,
        username: names.1,
        given_name: names.2,
        active: flags.0,
        admin: flags.1,
        attribute: more.0,
        external_id: more.1,
    })
}

fn edit(profile: &Profile) -> impl Strategy<Value = Edit> + use<> {
    let parts = (
        option::weighted(0.4, text(&profile.emails)),
        option::weighted(0.3, option::weighted(0.7, text(&profile.usernames))),
        option::weighted(0.2, select(profile.given_names.clone())),
        option::weighted(0.3, any::<bool>()),
        option::weighted(0.2, (attribute(profile), prop::bool::weighted(0.7))),
        option::weighted(0.3, external_id()),
    );
    parts.prop_map(|parts| Edit {
        email: parts.0,
        username: parts.1,
        given_name: parts.2,
        admin: parts.3,
        attribute: parts
            .4
            .map(|((name, value), is_set)| (name, is_set.then_some(value))),
        external_id: parts.5,
    })
}

fn attribute(profile: &Profile) -> BoxedStrategy<(&'static str, String)> {
    let short = (select(&ATTRIBUTES[..]), "[ab]").boxed();
    if !profile.is_bulky {
        return short;
    }
    // Some go around a small log.
    let lengths = select(vec![40, 700, 12_000_usize]);
    let long = lengths.prop_map(|length| ("note", "x".repeat(length)));
    prop_oneof![short, long].boxed()
}

/// One of the valid texts; seldom one that is refused.
fn text([valid, refused]: &[Vec<String>; 2]) -> BoxedStrategy<String> {
    let valid = select(valid.clone());
    if refused.is_empty() {
        return valid.boxed();
    }
    prop_oneof![30 => valid, 1 => select(refused.clone())].boxed()
}

fn who(profile: &Profile) -> BoxedStrategy<Who> {
    let texts = prop_oneof![
        2 => text(&profile.emails).prop_map(Who::Text),
        1 => text(&profile.usernames).prop_map(Who::Text),
    ];
    match &profile.known_ids {
        Some(known) => prop_oneof![
            6 => known.clone().prop_map(Who::Id),
            3 => texts,
            1 => profile.ids.clone().prop_map(Who::Id),
        ]
        .boxed(),
        None => texts.boxed(),
    }
}

fn place(profile: &Profile) -> impl Strategy<Value = Where> + use<> {
    prop_oneof![
        6 => (1..4_u64).prop_map(Where::Id),
        4 => text(&profile.workspaces).prop_map(Where::Name),
        1 => (1..9_u64).prop_map(Where::Id),
    ]
}

fn external_id() -> impl Strategy<Value = ExternalId> {
    let id = option::weighted(0.8, select(&EXTERNAL_IDS[..]));
    (select(&PROVISIONERS[..]), id)
}

fn door() -> impl Strategy<Value = Option<&'static str>> {
    option::weighted(0.2, select(&DOORS[..]))
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Owner), Just(Role::User)]
}

fn license(profile: &Profile) -> BoxedStrategy<License> {
    let seats = profile.seats.clone().prop_map(License::Seats);
    if profile.is_bulky {
        return seats.boxed();
    }
    prop_oneof![1 => Just(License::Community), 1 => Just(License::Enterprise), 2 => seats].boxed()
}
