//! Plain values. Each is validated once, when it is parsed, and is valid from then on.

mod applied;
mod attributes;
mod batch;
mod building;
mod change;
mod derived;
mod digest;
mod digester;
mod email;
mod external;
mod id;
#[cfg(feature = "serde")]
mod json;
mod license;
mod new_user;
mod op;
mod packed;
mod printable;
mod query;
mod request_id;
mod seats;
mod text_map;
mod timestamp;
mod update;
mod user;
mod user_parts;
mod user_ref;
mod user_texts;
mod username;
mod visible;
mod workspace;

pub(crate) use applied::UsersAfter;
pub use applied::{Applied, AppliedStream, Outcome, Subject};
#[cfg(test)]
pub(crate) use attributes::Attributes;
pub use batch::Batch;
pub(crate) use batch::check_door;
pub use change::{Change, Event, Field};
pub(crate) use derived::Derived;
pub(crate) use digester::BatchDigest;
pub use email::Email;
pub(crate) use external::{ExternalIds, check_external_id, check_provisioner, set_external_id};
pub use id::UserId;
#[cfg(feature = "serde")]
pub(crate) use json::{UserFields, texts};
pub(crate) use license::seats_called;
pub use license::{License, Seats};
pub use new_user::NewUser;
pub use op::{Op, Step};
pub(crate) use packed::PackedPairs;
pub use printable::{printable, quoted};
pub use query::{PageVisit, Sort, UserPage, UserQuery};
pub use request_id::RequestId;
pub(crate) use seats::SEAT_DAYS_KEPT;
pub use seats::{SeatDay, SeatHistory};
#[cfg(feature = "serde")]
use text_map::TextMap;
pub use timestamp::Timestamp;
pub use update::UserUpdate;
pub use user::User;
pub(crate) use user_parts::UserParts;
pub(crate) use user_ref::UserKey;
pub use user_ref::UserRef;
pub(crate) use user_texts::UserTextParts;
pub use username::Username;
pub(crate) use username::UsernameTexts;
pub(crate) use visible::{fold, folded_contains};
pub use workspace::{Member, NewWorkspace, Role, Workspace, WorkspaceId, WorkspaceRef};
pub(crate) use workspace::{WorkspaceName, WorkspaceTarget};
