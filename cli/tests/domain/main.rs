//! Workspaces, batches, queries and changes through the `headcount` command: the
//! real binary, in a folder of its own for each test. Whatever a test writes is
//! verified when it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[cfg(unix)]
mod a_doctor_says_what_helps;
mod a_killed_server_loses_nothing;
mod a_server_is_worked_through;
mod a_server_logs_what_happens;
mod a_server_refuses_what_it_may_not_do;
mod a_server_starts_and_ends;
mod batches_are_all_or_nothing;
#[path = "../../../server/tests/http/certificate.rs"]
mod certificate;
mod changes_are_followed;
mod changes_are_found;
mod changes_are_undone;
mod dry_runs_tell_what_would_be;
mod exit_codes_and_aliases;
mod exports_make_the_same_directory;
mod files_of_this_format_open;
mod folder;
#[cfg(target_os = "linux")]
mod help_and_tables_look_like_this;
mod keys_are_managed_through_a_server;
mod lists_are_read_page_by_page;
mod lists_meet_every_condition;
mod members_come_and_go;
mod old_changes_are_trimmed;
mod options_that_say_the_opposite;
mod over_the_limit_is_shown;
mod reads_are_the_same_through_a_server;
mod requests_can_be_sent_again;
mod seats_are_told_with_their_peak;
#[path = "../common/served.rs"]
mod served;
mod several_users_are_one_batch;
#[cfg(target_os = "linux")]
mod terminal;
mod the_batch_help_is_true;
mod the_documents_are_true;
mod the_last_owner_stays;
mod versions_are_heeded;
mod workspaces_are_made_and_changed;
