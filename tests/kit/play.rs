//! Plays a script on a directory and on the model, and compares their answers and contents.

use headcount::{Applied, Directory, ErrorKind, License, Subject};

use super::content::{Content, of_model_user, of_model_workspace, of_user, of_workspace};
use super::draw;
use super::look_ups;
use super::model::{Answer, Model, Refusal};
use super::script::{Act, Request, Returned, Script, Turn, people_at_work};
use super::temp::TempPath;

/// The most turns drawn from a fuzzer's bytes, because inputs have a time limit.
const FUZZED_TURNS_MAX: usize = 60;

/// Plays the script of a fuzzer's bytes, in memory.
pub fn play_bytes(bytes: &[u8]) {
    play(&draw::script(bytes, FUZZED_TURNS_MAX), None);
}

/// Calls `visit` with each request of the script of a fuzzer's bytes that the model accepts.
pub fn each_accepted(bytes: &[u8], mut visit: impl FnMut(&Request)) {
    let script = draw::script(bytes, FUZZED_TURNS_MAX);
    let mut model = Model::new(License::Community);
    if script.begins_at_work {
        model.apply(&people_at_work()).unwrap();
    }
    for turn in &script.turns {
        match turn {
            Turn::Apply(request) | Turn::Call(request) => {
                if model.apply(request).is_ok() {
                    visit(request);
                }
            }
            Turn::Touch(who) => _ = model.touch(who),
            Turn::Trim { before } => _ = model.trim(*before),
            Turn::Reopen => {}
        }
    }
}

/// Plays the script in memory, and in a file too if there is one.
pub fn play(script: &Script, file: Option<&TempPath>) {
    let mut model = Model::new(License::Community);
    let in_memory = Directory::in_memory().unwrap();
    let mut directories = vec![in_memory];
    directories.extend(file.map(TempPath::open));
    let beginning = script.begins_at_work.then(|| Turn::Apply(people_at_work()));
    for turn in beginning.iter().chain(&script.turns) {
        let before = model.clone();
        match turn {
            Turn::Apply(request) | Turn::Call(request) => {
                let expected = model.apply(request);
                let is_call = matches!(turn, Turn::Call(_));
                let messages = directories.iter().map(|directory| {
                    foresee(directory, request, &expected, &before);
                    if is_call {
                        call(directory, request, &expected, &model)
                    } else {
                        apply(directory, request, &expected)
                    }
                });
                let mut messages: Vec<_> = messages.collect();
                messages.dedup();
                assert_eq!(messages.len(), 1, "one refusal, two messages");
            }
            Turn::Touch(who) => {
                let expected = model.touch(who);
                for directory in &directories {
                    let touched = directory.touch_user(who).map_err(|error| error.kind());
                    assert_eq!(touched, expected, "{turn:?}");
                }
            }
            Turn::Trim { before } => {
                let trimmed = model.trim(*before);
                for directory in &directories {
                    assert_eq!(directory.trim_changes(*before).unwrap(), trimmed);
                }
            }
            Turn::Reopen => {
                if let Some(file) = file {
                    directories.pop().unwrap().close().unwrap();
                    directories.push(file.open());
                }
            }
        }
        for directory in &directories {
            compare(directory, &model, before.last_change());
            let is_upkeep = matches!(turn, Turn::Reopen | Turn::Trim { .. });
            if is_upkeep || model.last_change() > before.last_change() {
                look_ups::compare(directory, &model);
            }
        }
    }
    if let Some(file) = file {
        directories.pop().unwrap().close().unwrap();
        directories.push(file.open());
    }
    for directory in directories {
        compare(&directory, &model, 0);
        look_ups::compare(&directory, &model);
        directory.close().unwrap();
    }
}

/// Checks that a preview lists refusals, with the reason, exactly if the request is refused, that a
/// dry run answers like the request itself, and that neither changes anything.
fn foresee(
    directory: &Directory,
    request: &Request,
    expected: &Result<Answer, Refusal>,
    before: &Model,
) {
    let refusals = directory.preview(request.to_batch()).unwrap();
    let refusals: Vec<Refusal> = refusals.iter().map(|e| (e.kind(), e.op_index())).collect();
    match expected {
        Ok(_) => assert_eq!(refusals, [], "{request:?}"),
        Err(refusal) => assert!(
            refusals.contains(refusal),
            "{request:?}: {refusal:?} is not in {refusals:?}"
        ),
    }
    let dry = answer(&directory.dry_run(request.to_batch()));
    assert_eq!(dry, *expected, "dry run of {request:?}");
    assert_eq!(directory.seats().unwrap().active, before.state.active());
}

/// Applies the request, compares the answers, and returns the message of a refusal.
fn apply(
    directory: &Directory,
    request: &Request,
    expected: &Result<Answer, Refusal>,
) -> Option<String> {
    let applied = directory.apply(request.to_batch());
    assert_eq!(answer(&applied), *expected, "{request:?}");
    applied.err().map(|error| error.to_string())
}

fn answer(result: &headcount::Result<Applied>) -> Result<Answer, Refusal> {
    let refusal = |error: &headcount::Error| (error.kind(), error.op_index());
    result.as_ref().map(Answer::of).map_err(refusal)
}

/// Checks that the operation's own method succeeds or fails like the batch, and returns the user or
/// workspace as it is now.
fn call(
    directory: &Directory,
    request: &Request,
    expected: &Result<Answer, Refusal>,
    model: &Model,
) -> Option<String> {
    let (returned, subject) = match (request.call(directory), expected) {
        (Err(error), _) => {
            let expected = expected.as_ref().unwrap_err();
            assert_eq!(error.kind(), expected.0, "{request:?}");
            // A refusal that comes before the batch has no index.
            let is_early = matches!(request.steps[0].act, Act::DefaultWorkspace(_))
                && error.op_index().is_none();
            assert!(is_early || error.op_index() == expected.1, "{error:?}");
            return Some(error.to_string());
        }
        (Ok(_), Err(refusal)) => panic!("{request:?} was not refused: {refusal:?}"),
        (Ok(returned), Ok(answer)) => (returned, answer.outcomes[0].0),
    };
    let state = &model.state;
    match returned {
        Returned::User(user) => {
            assert_eq!(Subject::User(user.id()), subject, "{request:?}");
            let expected = state.users.iter().find(|known| known.id == user.id());
            assert_eq!(of_user(&user), of_model_user(expected.unwrap()));
        }
        Returned::Workspace(workspace) => {
            let id = workspace.id();
            assert_eq!(Subject::Workspace(id), subject, "{request:?}");
            let expected = state.workspaces.iter().find(|known| known.id == id);
            assert_eq!(
                of_workspace(&workspace),
                of_model_workspace(expected.unwrap())
            );
        }
        Returned::Subject(deleted) => assert_eq!(deleted, subject, "{request:?}"),
        Returned::Seats(seats) => {
            assert_eq!(
                (seats.license, seats.active),
                (state.license, state.active())
            );
        }
        Returned::Nothing => {}
    }
    None
}

fn compare(directory: &Directory, model: &Model, after: u64) {
    let (found, expected) = (
        Content::of(directory, after),
        Content::of_model(model, after),
    );
    found.unwrap().assert_is(&expected);
    if model.trimmed > 0 {
        let resume_after = model.trimmed;
        let error = directory.changes(resume_after - 1).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::HistoryTrimmed { resume_after });
    }
}
