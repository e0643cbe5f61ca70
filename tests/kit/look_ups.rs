//! Compares the results of look-ups and queries with those of the model.

use headcount::{Directory, Role, User, UserQuery, WorkspaceId};

use super::content::{of_model_user, of_model_workspace, of_user, of_workspace};
use super::model::{self, Model, State};
use super::script::{Who, user_id};
use super::texts::{
    EMAILS, EXTERNAL_IDS, PROVISIONERS, USERNAMES, WORKSPACES, email_key, username_key,
    workspace_key,
};

/// How many users are looked up by id.
const USERS: u32 = 16;

/// Checks that every id and text finds the same user as in the model.
pub fn compare(directory: &Directory, model: &Model) {
    let state = &model.state;
    compare_users(directory, state);
    compare_by_text(directory, state);
    compare_external_ids(directory, state);
    for (name, _) in WORKSPACES {
        let key = workspace_key(name).ok();
        let expected = state
            .workspaces
            .iter()
            .find(|w| Some(&w.name.key) == key.as_ref());
        let found = directory.workspace(name).unwrap();
        assert_eq!(
            found.as_ref().map(of_workspace),
            expected.map(of_model_workspace),
            "workspace {name:?}"
        );
    }
    for workspace in &state.workspaces {
        let name = workspace.name.typed.as_str();
        let found = directory.workspace(name).unwrap();
        assert_eq!(
            found.as_ref().map(of_workspace),
            Some(of_model_workspace(workspace)),
            "workspace {name:?}"
        );
    }
    let verified = directory.verify().unwrap();
    assert_eq!(verified.deleted, state.deleted.len() as u64);
    assert_eq!(verified.workspaces, state.workspaces.len() as u64);
    compare_queries(directory, state);
}

fn compare_users(directory: &Directory, state: &State) {
    for n in 0..USERS {
        let id = user_id(n);
        let expected = state.users.iter().find(|user| user.id == id);
        let found = directory.user_by_id(id).unwrap();
        is_same(found.as_deref(), expected, &format!("user{n}"));
        if expected.is_some() {
            let mut own: Vec<_> = state.members.iter().filter(|m| m.user == id).collect();
            own.sort_by_key(|member| member.workspace);
            let own: Vec<_> = own.iter().map(|m| (m.workspace, m.role)).collect();
            let found = directory.workspaces_of(id).unwrap();
            let found = found.iter().map(|m| (m.workspace(), m.role()));
            assert_eq!(found.collect::<Vec<_>>(), own, "workspaces of user{n}");
        }
    }
    let total = state.users.len() as u64;
    assert_eq!(directory.len().unwrap(), total);
    assert_eq!(directory.is_empty().unwrap(), total == 0);
}

fn compare_by_text(directory: &Directory, state: &State) {
    for (email, _) in EMAILS {
        let key = email_key(email).ok();
        let expected = state
            .users
            .iter()
            .find(|u| Some(&u.email.key) == key.as_ref());
        let found = directory.user_by_email(email).unwrap();
        is_same(found.as_deref(), expected, email);
    }
    for (username, _) in USERNAMES {
        let key = username_key(username).ok();
        let expected = state
            .users
            .iter()
            .find(|u| Some(name_key(u)) == key.as_deref());
        let found = directory.user_by_username(username).unwrap();
        is_same(found.as_deref(), expected, username);
    }
    for user in &state.users {
        let username = &user.username.as_ref().unwrap_or(&user.email).typed;
        let found = directory.user_by_username(username).unwrap();
        is_same(found.as_deref(), Some(user), username);
    }
    let emails = EMAILS.iter().map(|(text, _)| *text);
    for text in emails.chain(USERNAMES.iter().map(|(text, _)| *text)) {
        let n = state.find_user(&Who::Text(text.to_owned())).ok();
        let found = directory.user(text).unwrap();
        is_same(found.as_deref(), n.map(|n| &state.users[n]), text);
    }
}

fn compare_external_ids(directory: &Directory, state: &State) {
    for by in PROVISIONERS {
        for id in EXTERNAL_IDS {
            let has = |ids: &model::ExternalIds| ids.get(by).is_some_and(|(had, _)| had == id);
            let expected = state.users.iter().find(|user| has(&user.external_ids));
            let found = directory.user_by_external_id(by, id).unwrap();
            is_same(found.as_deref(), expected, &format!("{by} {id}"));
            let expected = state.workspaces.iter().find(|w| has(&w.external_ids));
            let found = directory.workspace_by_external_id(by, id).unwrap();
            let found = found.as_ref().map(of_workspace);
            assert_eq!(found, expected.map(of_model_workspace), "{by} {id}");
        }
    }
}

#[track_caller]
fn is_same(found: Option<&User>, expected: Option<&model::User>, what: &str) {
    let (found, expected) = (found.map(of_user), expected.map(of_model_user));
    assert_eq!(found, expected, "{what:?}");
}

fn name_key(user: &model::User) -> &str {
    &user.username.as_ref().unwrap_or(&user.email).key
}

/// A query, and a function that says whether it matches a user.
type Question<'a> = (UserQuery, Box<dyn Fn(&model::User) -> bool + 'a>);

fn compare_queries(directory: &Directory, state: &State) {
    let all = UserQuery::new;
    let mut questions: Vec<Question<'_>> = vec![
        (all(), Box::new(|_| true)),
        (all().active(true), Box::new(|u| u.active)),
        (all().active(false), Box::new(|u| !u.active)),
        (all().admins(true), Box::new(|u| u.admin)),
        (
            all().email_prefix("C").active(true),
            Box::new(|u| u.active && u.email.key.starts_with('c')),
        ),
        (
            all().email_domain("bücher.example"),
            Box::new(|u| u.email.key.ends_with("@xn--bcher-kva.example")),
        ),
        (
            all().username_prefix("AN"),
            Box::new(|u| name_key(u).starts_with("an")),
        ),
        (
            all().attribute("team", "a"),
            Box::new(|u| u.attributes.get("team").is_some_and(|value| value == "a")),
        ),
        (
            all().attribute("site", None),
            Box::new(|u| u.attributes.contains_key("site")),
        ),
        (
            all().search("LEE b"),
            Box::new(|u| has(u, "lee") && has(u, "b")),
        ),
        (all().search("n@e"), Box::new(|u| has(u, "n@e"))),
    ];
    for workspace in &state.workspaces {
        for role in [None, Some(Role::Owner), Some(Role::User)] {
            let id = workspace.id;
            let query = all().member_of(id, role);
            questions.push((query, Box::new(move |u| is_member(state, id, u, role))));
        }
    }
    for (query, matches) in questions {
        let mut expected: Vec<_> = state.users.iter().filter(|user| matches(user)).collect();
        expected.sort_by_key(|user| &user.email.key);
        let expected: Vec<_> = expected.into_iter().map(|user| user.id).collect();
        let found = directory.query(&query).unwrap().users;
        let found: Vec<_> = found.iter().map(|user| user.id()).collect();
        assert_eq!(found, expected, "{query:?}");
        assert_eq!(directory.count(&query).unwrap(), expected.len() as u64);
    }
}

fn is_member(state: &State, id: WorkspaceId, user: &model::User, role: Option<Role>) -> bool {
    let members = state.members.iter();
    let mut own = members.filter(|m| m.workspace == id && m.user == user.id);
    own.any(|member| role.is_none_or(|role| member.role == role))
}

/// Whether one of the user's texts, in lower case, contains the word.
fn has(user: &model::User, word: &str) -> bool {
    let username = user.username.as_ref().unwrap_or(&user.email);
    let texts = [&user.email.typed, &user.email.key, &username.typed];
    let mut texts = texts.into_iter().chain(&user.given_name);
    texts.any(|text| text.to_lowercase().contains(word))
}
