//! Plain values. Each is parsed once, at the door, and is right from then on.

mod applied;
mod attributes;
mod batch;
mod change;
mod digest;
mod email;
mod external;
mod id;
mod license;
mod nul_texts;
mod query;
mod timestamp;
mod update;
mod user;
mod username;
mod visible;
mod workspace;

pub use applied::{Applied, Outcome, Subject};
#[cfg(test)]
pub(crate) use attributes::Attributes;
pub(crate) use batch::Step;
pub use batch::{Batch, Op};
pub use change::{Change, Event, Field};
pub(crate) use digest::BatchDigest;
pub use email::Email;
pub(crate) use external::{ExternalIds, check_external_id, check_provisioner, set_external_id};
pub(crate) use id::Target;
pub use id::{UserId, UserRef};
pub(crate) use license::seats_called;
pub use license::{License, Seats};
pub(crate) use nul_texts::NulTexts;
pub use query::{Sort, UserPage, UserQuery};
pub use timestamp::Timestamp;
pub use update::UserUpdate;
pub use user::{NewUser, User};
pub use username::Username;
pub use workspace::{Member, NewWorkspace, Role, Workspace, WorkspaceId, WorkspaceRef};
pub(crate) use workspace::{WorkspaceName, WorkspaceTarget};
