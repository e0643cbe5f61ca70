//! `headcount batch` on the command line, with the vocabulary of its files.

use std::path::PathBuf;

use uuid::Uuid;

use super::Ownerless;

/// The vocabulary at length; `crate::ops` reads it.
const BATCH_HELP: &str = r#"FILE has one operation on each line, a JSON object; blank lines are skipped. A JSON
list of operations works too, also over several lines. A duplicate key is an error.
All operations are applied as one request, or none is. Each one sees what those
before it did; unique names, seats, admins and owners of workspaces are checked on
the net result.

op                 fields; those in brackets are optional
create_user        email [id] [username] [given_name] [family_name] [active]
                   [admin] [external_ids] [attributes] [created_at]
update_user        user [email] [username] [given_name] [family_name] [admin]
                   [external_ids] [attributes] [replace_attributes] [if_version]
activate_user      user [if_version]
deactivate_user    user [if_version]
delete_user        user [if_version]
set_license        license [if_version]
create_workspace   name [owner] [external_ids]
default_workspace  user
rename_workspace   workspace name [if_version]
set_workspace_external_id
                   workspace provisioner id [if_version]
archive_workspace  workspace [if_version]
restore_workspace  workspace [if_version]
delete_workspace   workspace [if_version]
add_member         workspace user role
set_role           workspace user role [if_version]
remove_member      workspace user [if_version]

user, owner         a user's id, email or username
workspace           a text is a name, a number is an id
role                "owner" or "user"
license             "community", "enterprise" or a number of seats
created_at          a time such as "2024-07-11T16:55:59Z"
attributes          an object of texts; update_user keeps the others, and null
                    removes one
external_ids        the same, with an id for each provisioner
provisioner, id     the provisioner's id for the workspace; null removes it
active, admin       true or false; by default a new user is active and not an admin
replace_attributes  true removes attributes that are not named
if_version          the version that the record must have

In update_user, null removes given_name or family_name, and makes the email the
username. Any other op or field is an error.

Examples:
  headcount batch requests.jsonl --dry-run
  headcount batch requests.jsonl --request-id 4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11

Such a file:
  {"op":"set_license", "license":3}
  {"op":"create_user", "email":"ann@ex.co", "username":"ann", "admin":true}
  {"op":"create_user", "email":"bob@ex.co", "attributes":{"team":"fraud"}}
  {"op":"create_workspace", "name":"Fraud models", "owner":"ann@ex.co"}
  {"op":"add_member", "workspace":"Fraud models", "user":"bob@ex.co", "role":"owner"}
  {"op":"deactivate_user", "user":"bob@ex.co", "if_version":1}"#;

#[derive(Debug, clap::Args)]
#[command(after_long_help = BATCH_HELP)]
pub(crate) struct BatchArgs {
    /// The file with the operations; - is standard input
    pub(crate) file: PathBuf,
    /// Make the batch safe to send again: if it was applied before with this id, its
    /// result is reported and nothing is done
    #[arg(long, value_name = "UUID", value_parser = super::values::uuid)]
    pub(crate) request_id: Option<Uuid>,
    #[command(flatten)]
    pub(crate) ownerless: Ownerless,
    /// Show what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
