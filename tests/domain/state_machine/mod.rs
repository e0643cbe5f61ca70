//! Any sequence of requests, against a model that is obviously right: both
//! engines answer as it does, refuse what it refuses, and hold what it holds.

mod draft;
mod model;
mod script;
mod wording;

use headcount::{Applied, Change, Directory, ErrorKind, License, UserQuery};

use self::model::{Answer, Model, Refusal};
use self::script::{Request, Script, Turn, people_at_work};
use crate::helpers::{TempPath, changes, finish, listed, listed_workspaces, run_cases};

#[test]
fn directories_do_what_the_model_does() {
    run_cases(96, script::scripts(), |script| play(&script));
}

fn play(script: &Script) {
    let mut model = Model::new(License::Community);
    let file = TempPath::new();
    let (in_memory, mut on_disk) = (Directory::in_memory().unwrap(), file.open());
    let beginning = script.begins_at_work.then(|| Turn::Apply(people_at_work()));
    for turn in beginning.iter().chain(&script.turns) {
        match turn {
            Turn::Apply(request) => {
                let before = model.clone();
                let expected = model.apply(request);
                for directory in [&in_memory, &on_disk] {
                    preview(directory, request, &expected, &before);
                    let dry = answer(directory.dry_run(request.to_batch()));
                    assert_eq!(dry, expected, "dry run of {turn:?}");
                    let applied = answer(directory.apply(request.to_batch()));
                    assert_eq!(applied, expected, "{turn:?}");
                }
            }
            Turn::Trim { before } => {
                let trimmed = model.trim(*before);
                assert_eq!(in_memory.trim_changes(*before).unwrap(), trimmed);
                assert_eq!(on_disk.trim_changes(*before).unwrap(), trimmed);
            }
            Turn::Reopen => {
                on_disk.close().unwrap();
                on_disk = file.open();
                compare(&on_disk, &model);
            }
        }
        compare(&in_memory, &model);
    }
    compare(&on_disk, &model);
    finish(in_memory);
    finish(on_disk);
}

fn answer(result: headcount::Result<Applied>) -> Result<Answer, Refusal> {
    match result {
        Ok(applied) => Ok(Answer {
            sequence: applied.sequence,
            outcomes: applied
                .outcomes
                .iter()
                .map(|o| (o.subject, o.changed, o.version))
                .collect(),
            replayed: applied.replayed,
        }),
        Err(error) => Err((error.kind(), error.op_index())),
    }
}

/// A preview finds something exactly where the request is refused, the reason
/// among it, and changes nothing.
fn preview(
    directory: &Directory,
    request: &Request,
    expected: &Result<Answer, Refusal>,
    before: &Model,
) {
    let refusals = directory.refusals(request.to_batch()).unwrap();
    let refusals: Vec<Refusal> = refusals.iter().map(|e| (e.kind(), e.op_index())).collect();
    match expected {
        Ok(_) => assert_eq!(refusals, [], "{request:?}"),
        Err(refusal) => assert!(
            refusals.contains(refusal),
            "{request:?}: {refusal:?} is not in {refusals:?}"
        ),
    }
    assert_eq!(directory.seats().unwrap().active, before.active());
}

fn compare(directory: &Directory, model: &Model) {
    compare_users(directory, model);
    compare_workspaces(directory, model);

    let seats = directory.seats().unwrap();
    assert_eq!(
        (seats.license, seats.active),
        (model.license, model.active())
    );
    assert_eq!(seats.active + seats.inactive, model.users.len() as u64);

    if model.last_trimmed > 0 {
        let resume_after = model.last_trimmed;
        let error = directory.changes(resume_after - 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HistoryTrimmed { resume_after });
    }
    let history = changes(directory, model.last_trimmed);
    let facts = |c: &Change| (c.sequence, c.actor, c.request_id, c.events.clone());
    let expected = model.changes.iter();
    assert_eq!(
        history.iter().map(facts).collect::<Vec<_>>(),
        expected
            .map(|c| (c.sequence, c.actor, c.request, c.events.clone()))
            .collect::<Vec<_>>()
    );
}

fn compare_users(directory: &Directory, model: &Model) {
    let mut expected: Vec<_> = model.users.iter().collect();
    expected.sort_by_key(|user| user.email.to_lowercase());
    let found = listed(directory);
    assert_eq!(found.len(), expected.len());
    for (found, user) in found.iter().zip(expected) {
        assert_eq!(
            (found.id(), found.email().as_str()),
            (user.id, user.email.as_str())
        );
        assert_eq!(
            found.username(),
            user.username.as_ref().unwrap_or(&user.email)
        );
        assert_eq!(found.given_name().is_some(), user.given_name);
        assert_eq!(
            (found.is_active(), found.is_admin()),
            (user.active, user.admin)
        );
        assert_eq!(found.version(), user.version);
        for (provisioner, (id, _)) in &user.external_ids {
            let by_id = directory.user_by_external_id(provisioner, id).unwrap();
            assert_eq!(by_id.as_ref(), Some(found));
        }
        assert_eq!(found.external_ids().len(), user.external_ids.len());
        let by_username = directory.user_by_username(found.username()).unwrap();
        assert_eq!(by_username.unwrap().id(), user.id);

        let mut own: Vec<_> = model.members.iter().collect();
        own.retain(|member| member.user == user.id);
        own.sort_by_key(|member| member.workspace);
        let own: Vec<_> = own.iter().map(|m| (m.workspace, m.role)).collect();
        let workspaces = directory.workspaces_of(user.id).unwrap();
        let workspaces: Vec<_> = workspaces
            .iter()
            .map(|m| (m.workspace(), m.role()))
            .collect();
        assert_eq!(workspaces, own);
    }
    for id in &model.deleted {
        assert!(directory.user_by_id(*id).unwrap().is_none());
    }
    let kept = directory.verify().unwrap().deleted;
    assert_eq!(kept, model.deleted.len() as u64);
}

fn compare_workspaces(directory: &Directory, model: &Model) {
    let found = listed_workspaces(directory);
    assert_eq!(found.len(), model.workspaces.len());
    for (found, workspace) in found.iter().zip(&model.workspaces) {
        assert_eq!(
            (found.id(), found.name()),
            (workspace.id, workspace.name.as_str())
        );
        assert_eq!(found.is_archived(), workspace.archived);
        assert_eq!(found.default_of(), workspace.default_of);
        assert_eq!(found.version(), workspace.version);
        for (provisioner, (id, _)) in &workspace.external_ids {
            let by_id = directory.workspace_by_external_id(provisioner, id);
            assert_eq!(by_id.unwrap().as_ref(), Some(found));
        }
        assert_eq!(found.external_ids().len(), workspace.external_ids.len());
        assert_eq!(
            directory.workspace(found.name()).unwrap().as_ref(),
            Some(found)
        );

        let expected = model.members_of(found.id());
        let members = directory.members(found.id()).unwrap();
        assert_eq!(
            members
                .iter()
                .map(|m| (m.user(), m.role(), m.version()))
                .collect::<Vec<_>>(),
            expected
                .iter()
                .map(|m| (m.user, m.role, m.version))
                .collect::<Vec<_>>()
        );
        let mut by_query: Vec<_> = expected.iter().map(|member| member.user).collect();
        let page = directory
            .query(&UserQuery::new().member_of(found.id(), None))
            .unwrap();
        let mut queried: Vec<_> = page.users.iter().map(|user| user.id()).collect();
        by_query.sort_unstable();
        queried.sort_unstable();
        assert_eq!(queried, by_query);
    }
}
