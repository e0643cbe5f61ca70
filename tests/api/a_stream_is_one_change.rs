//! Streamed operations are one change, all of them or none, like a batch of the same operations; a
//! dry run returns the same without writing.

use headcount::{
    Batch, Directory, Error, ErrorKind, Event, License, NewUser, NewWorkspace, Op, OpStream,
    StreamPart, User, UserUpdate,
};

use crate::helpers::{last_change, listed, no_free_seat, on_both_engines, refusal};

/// More operations than fit into one part.
const MANY: usize = 5_000;

/// The callback that reports each part.
type Visit<'v> = dyn FnMut(StreamPart) + 'v;

fn email(number: usize) -> String {
    format!("u{number:05}@ex.co")
}

fn create_many(directory: &Directory) {
    directory.set_license(License::Enterprise).unwrap();
    let ops = (0..MANY).map(|number| Op::CreateUser(email(number).as_str().into()));
    directory.apply_stream(OpStream::new(ops), |_| {}).unwrap();
}

/// Each user with another name, and every seventh inactive.
fn changes(users: &[User]) -> Vec<Op> {
    let of_user = |(number, user): (usize, &User)| {
        let named = UserUpdate::new().given_name(&*format!("N{number}"));
        let update = Op::UpdateUser(user.id().into(), named);
        let leave = (number % 7 == 0).then(|| Op::DeactivateUser(user.id().into()));
        [Some(update), leave]
    };
    users
        .iter()
        .enumerate()
        .flat_map(of_user)
        .flatten()
        .collect()
}

/// The users without their times, to be compared.
fn told(directory: &Directory) -> Vec<String> {
    let users = listed(directory);
    let told = users.iter().map(|user| {
        let (email, name) = (user.email(), user.given_name());
        format!("{email} {name:?} {} {}", user.is_active(), user.version())
    });
    told.collect()
}

fn kinds(refusals: &[Error]) -> Vec<(Option<usize>, ErrorKind)> {
    let kinds = refusals
        .iter()
        .map(|error| (error.op_index(), error.kind()));
    kinds.collect()
}

#[test]
fn it_does_what_a_batch_does() {
    on_both_engines(|directory| {
        create_many(directory);
        let other = Directory::in_memory().unwrap();
        create_many(&other);

        let before = listed(directory);
        let mut visited = Vec::new();
        let visit = |part: StreamPart| {
            assert_eq!(part.first_op, visited.len());
            for outcome in &part.outcomes {
                let headcount::Subject::User(id) = outcome.subject else {
                    panic!("{outcome:?}");
                };
                let was = part.before(id).unwrap();
                assert_eq!((was.given_name(), was.version()), (None, 1));
                assert!(part.user(id).unwrap().given_name().is_some());
                visited.push(id);
            }
        };
        let ops = changes(&before);
        let applied = directory.apply_stream(OpStream::new(ops.clone()), visit);
        assert_eq!(applied.unwrap().sequence, Some(3));
        assert_eq!(visited.len(), ops.len());

        other
            .apply(Batch::from_iter(changes(&listed(&other))))
            .unwrap();
        assert_eq!(told(directory), told(&other));
        let events = |directory: &Directory| {
            let mut changes = directory.changes(2).unwrap();
            let last = changes.next().unwrap().unwrap();
            assert!(changes.next().is_none());
            last.events
                .iter()
                .map(std::mem::discriminant::<Event>)
                .collect::<Vec<_>>()
        };
        assert_eq!(events(directory), events(&other));
    });
}

#[test]
fn a_refusal_at_its_end_leaves_nothing() {
    on_both_engines(|directory| {
        create_many(directory);
        let before = (told(directory), last_change(directory));
        let mut ops = changes(&listed(directory));
        let place = ops.len();
        ops.push(Op::CreateUser("".into()));
        let refused = directory.apply_stream(OpStream::new(ops.clone()), |_| {});
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::EmailRequired, Some(place))
        );
        assert_eq!((told(directory), last_change(directory)), before);
        let refusals = directory.preview_stream(OpStream::new(ops)).unwrap();
        assert_eq!(
            kinds(&refusals.unwrap()),
            [(Some(place), ErrorKind::EmailRequired)]
        );
    });
}

#[test]
fn seats_are_judged_at_the_end() {
    on_both_engines(|directory| {
        create_many(directory);
        let last = listed(directory).pop().unwrap();
        directory.set_license(License::Seats(MANY as u64)).unwrap();
        let full = |more: usize| {
            let fresh = (MANY..MANY + MANY).map(|number| {
                let active = number < MANY + more;
                Op::CreateUser(NewUser::new(email(number)).active(active))
            });
            let leave = Op::DeactivateUser(last.id().into());
            OpStream::new(fresh.chain([leave]).collect::<Vec<_>>())
        };
        let seats = no_free_seat(MANY as u64, MANY as u64, 1);
        let refused = directory.apply_stream(full(2), |_| {}).unwrap_err();
        assert_eq!(refused.kind(), seats);
        let refusals = directory.preview_stream(full(2)).unwrap().unwrap();
        assert_eq!(kinds(&refusals), [(None, seats)]);
        let tried = directory.dry_run_stream(full(1), |_| {}).unwrap();
        assert_eq!(directory.len().unwrap(), MANY as u64);
        let applied = directory.apply_stream(full(1), |_| {}).unwrap();
        assert!(applied.sequence.is_some() && tried == Some(applied));
        let seats = directory.seat_history(headcount::Timestamp::from_unix_micros(0).unwrap());
        assert_eq!(seats.unwrap().peak, MANY as u64);
    });
}

#[test]
fn a_dry_run_returns_the_same_and_writes_nothing() {
    on_both_engines(|directory| {
        create_many(directory);
        let before = (told(directory), last_change(directory));
        let ops = changes(&listed(directory));
        let users = |run: &dyn Fn(&mut Visit<'_>)| {
            let mut users = Vec::new();
            run(&mut |part: StreamPart| {
                users.extend(part.outcomes.iter().map(|outcome| {
                    let headcount::Subject::User(id) = outcome.subject else {
                        panic!("{outcome:?}");
                    };
                    let user = part.user(id).unwrap();
                    (id, user.given_name().map(str::to_owned), outcome.changed)
                }));
            });
            users
        };
        let tried = users(&|visit| {
            let stream = OpStream::new(ops.clone());
            let applied = directory.dry_run_stream(stream, visit).unwrap();
            assert_eq!(applied.unwrap().sequence, Some(before.1 + 1));
        });
        assert_eq!((told(directory), last_change(directory)), before);
        let written = users(&|visit| {
            directory
                .apply_stream(OpStream::new(ops.clone()), visit)
                .unwrap();
        });
        assert_eq!(tried, written);
        let again = OpStream::new(changes(&listed(directory)));
        let tried = directory.dry_run_stream(again, |_| {}).unwrap().unwrap();
        assert_eq!(tried.sequence, None);
        let again = OpStream::new(changes(&listed(directory)));
        assert_eq!(directory.apply_stream(again, |_| {}).unwrap(), tried);
    });
}

/// If a name changes hands between parts, a dry run says that it can't tell the outcome.
#[test]
fn a_dry_run_does_not_guess_what_depends_on_another_part() {
    on_both_engines(|directory| {
        create_many(directory);
        let users = listed(directory);
        let update = |user: &User, update| Op::UpdateUser(user.id().into(), update);
        let mut ops = changes(&users);
        ops.push(update(&users[0], UserUpdate::new().admin(true)));
        let twice = directory.dry_run_stream(OpStream::new(ops), |_| {});
        assert_eq!(twice.unwrap(), None);

        let mut ops = vec![update(&users[0], UserUpdate::new().email("new@ex.co"))];
        ops.extend(changes(&users[1..]));
        ops.push(Op::CreateUser("new@ex.co".into()));
        let taken = directory.preview_stream(OpStream::new(ops.clone()));
        assert!(taken.unwrap().is_none());
        let taken = directory.apply_stream(OpStream::new(ops), |_| {});
        assert_eq!(taken.unwrap_err().kind(), ErrorKind::EmailTaken);
    });
}

#[test]
fn cached_users_are_current() {
    on_both_engines(|directory| {
        create_many(directory);
        let users = listed(directory);
        let cached = |directory: &Directory| {
            let user = directory.user_by_id(users[42].id()).unwrap().unwrap();
            user.given_name().map(str::to_owned)
        };
        assert_eq!(cached(directory), None);
        directory
            .apply_stream(OpStream::new(changes(&users)), |_| {})
            .unwrap();
        assert_eq!(cached(directory).as_deref(), Some("N42"));
    });
}

#[test]
fn owners_are_checked() {
    on_both_engines(|directory| {
        create_many(directory);
        let users = listed(directory);
        let workspace = NewWorkspace::new("models").owner(users[MANY - 1].id());
        directory.create_workspace(workspace).unwrap();
        let everybody = || {
            let leave = users
                .iter()
                .map(|user| Op::DeactivateUser(user.id().into()));
            OpStream::new(leave.collect::<Vec<_>>())
        };
        let refused = directory.apply_stream(everybody(), |_| {}).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::LastOwner);
        let refusals = directory.preview_stream(everybody()).unwrap().unwrap();
        assert_eq!(kinds(&refusals), [(None, ErrorKind::LastOwner)]);
        let allowed = everybody().allow_ownerless(true);
        let applied = directory.apply_stream(allowed, |_| {}).unwrap();
        assert!(applied.sequence.is_some() && applied.ownerless.len() == 1);
        assert_eq!(directory.seats().unwrap().active, 0);
    });
}

/// A workspace whose next active owner comes in a later part is not without an owner.
#[test]
fn owners_are_judged_at_the_end() {
    on_both_engines(|directory| {
        create_many(directory);
        let users = listed(directory);
        let (first, last) = (users[0].id(), users[MANY - 1].id());
        let mut ids = Vec::new();
        for name in ["models", "data"] {
            let workspace = directory.create_workspace(NewWorkspace::new(name).owner(first));
            ids.push(workspace.unwrap().id());
        }
        let role = headcount::Role::Owner;
        directory.add_member("models", last, role).unwrap();
        directory.deactivate_user(last).unwrap();
        let ops = |allow| {
            let mut ops = changes(&users[..MANY - 1]);
            ops.push(Op::ActivateUser(last.into()));
            OpStream::new(ops).allow_ownerless(allow)
        };

        let refused = directory.apply_stream(ops(false), |_| {}).unwrap_err();
        let refused = (refused.kind(), refused.to_string());
        assert_eq!(refused.0, ErrorKind::LastOwner);
        assert!(
            refused.1.contains("left in \"data\";"),
            "only there: {}",
            refused.1
        );
        assert_eq!(directory.dry_run_stream(ops(true), |_| {}).unwrap(), None);
        let mut outcomes = 0;
        let visit = |part: StreamPart| {
            assert!(!part.outcomes.is_empty(), "a part has operations");
            outcomes += part.outcomes.len();
        };
        let applied = directory.apply_stream(ops(true), visit).unwrap();
        assert_eq!(outcomes, changes(&users[..MANY - 1]).len() + 1);
        assert_eq!(applied.ownerless, [ids[1]]);
        let change = directory
            .changes(applied.sequence.unwrap() - 1)
            .unwrap()
            .next();
        let events = change.unwrap().unwrap().events;
        let ownerless = events.iter().filter_map(|event| match event {
            Event::WorkspaceOwnerless { workspace } => Some(*workspace),
            _ => None,
        });
        assert_eq!(ownerless.collect::<Vec<_>>(), [ids[1]]);
    });
}

/// Operations on one user stay in one part, but only up to a limit.
#[test]
fn parts_are_bounded() {
    on_both_engines(|directory| {
        create_many(directory);
        let users = listed(directory);
        let rename = |user: &User, number: usize| {
            let named = UserUpdate::new().given_name(&*format!("N{number}"));
            Op::UpdateUser(user.id().into(), named)
        };
        let parts_of = |ops: Vec<Op>| {
            let mut parts = Vec::new();
            let visit = |part: StreamPart| parts.push(part.outcomes.len());
            directory.apply_stream(OpStream::new(ops), visit).unwrap();
            parts
        };
        let mut ops: Vec<_> = users[..4_095].iter().map(|user| rename(user, 0)).collect();
        ops.extend((0..4_096).map(|number| rename(&users[4_095], number)));
        assert_eq!(parts_of(ops), [4_095 + 4_096]);

        let ops = (0..10_000).map(|number| rename(&users[0], number));
        assert_eq!(parts_of(ops.collect()), [8_192, 10_000 - 8_192]);
    });
}

#[test]
fn a_bad_door_is_refused_even_without_operations() {
    on_both_engines(|directory| {
        let directory = directory.through("the back door");
        let invalid = ErrorKind::InvalidArgument;
        for count in [0, 1] {
            let ops =
                || OpStream::new((0..count).map(|number| Op::CreateUser(email(number).into())));
            assert_eq!(refusal(directory.apply_stream(ops(), |_| {})), invalid);
            assert_eq!(refusal(directory.dry_run_stream(ops(), |_| {})), invalid);
            let refusals = directory.preview_stream(ops()).unwrap().unwrap();
            assert_eq!(kinds(&refusals), [(None, invalid)]);
        }
    });
}
