//! The status of each refusal, on each door.

use super::*;

const DOORS: [Door; 4] = [Door::Rest, Door::Scim, Door::Platform, Door::Identity];

fn statuses(kind: ErrorKind) -> [u16; 4] {
    let failure = Failure::from(headcount::Error::new(kind, "why"));
    DOORS.map(|door| failure.clone().response(door).status().as_u16())
}

#[test]
fn each_refusal_has_its_status_on_each_door() {
    let full = ErrorKind::NoFreeSeat {
        limit: 5,
        active: 5,
        requested: 1,
    };
    let conflict = ErrorKind::Conflict {
        expected: 1,
        found: 2,
    };
    for (kind, wanted) in [
        (ErrorKind::InvalidEmail, [422, 400, 400, 400]),
        (ErrorKind::EmailRequired, [422, 400, 400, 400]),
        (ErrorKind::InvalidArgument, [422, 400, 400, 400]),
        (ErrorKind::EmailTaken, [409, 409, 400, 409]),
        (ErrorKind::UsernameTaken, [409, 409, 400, 409]),
        (ErrorKind::WorkspaceNameTaken, [409, 409, 400, 409]),
        (full, [409, 403, 403, 403]),
        (ErrorKind::LastAdmin, [409, 403, 403, 403]),
        (ErrorKind::OwnAccount, [409, 403, 403, 403]),
        (ErrorKind::LastOwner, [409, 409, 400, 409]),
        (ErrorKind::DefaultWorkspace, [409, 409, 400, 409]),
        (conflict, [412, 412, 400, 409]),
        (ErrorKind::UserNotFound, [404, 404, 400, 404]),
        (ErrorKind::TooLarge, [413, 413, 500, 413]),
        (ErrorKind::Io, [503, 503, 500, 500]),
        (ErrorKind::Closed, [503, 503, 500, 500]),
        (ErrorKind::OutcomeUnknown, [500, 500, 500, 500]),
    ] {
        assert_eq!(statuses(kind), wanted, "{kind:?}");
    }
}

#[test]
fn scim_says_which_refusal_it_is() {
    let full = ErrorKind::NoFreeSeat {
        limit: 5,
        active: 5,
        requested: 1,
    };
    for (kind, wanted) in [
        (ErrorKind::InvalidEmail, Some("invalidValue")),
        (ErrorKind::EmailTaken, Some("uniqueness")),
        (ErrorKind::ExternalIdTaken, Some("uniqueness")),
        (full, Some("userLimitReached")),
        (ErrorKind::LastAdmin, None),
        (ErrorKind::Io, None),
    ] {
        assert_eq!(scim_type(kind), wanted, "{kind:?}");
    }
}
