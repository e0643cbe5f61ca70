//! The domain around the users: workspaces and their owners, batches, versions,
//! queries and the change feed. One story per file, named for the promise that it tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod a_poller_misses_nobody;
mod a_request_is_applied_once;
mod a_user_has_one_default_workspace;
mod a_user_is_a_member_once;
mod a_workspace_keeps_an_active_owner;
mod an_archived_workspace_only_loses_members;
mod batches_are_judged_on_their_net_result;
mod changes_can_be_followed;
mod changes_hold_no_personal_data;
mod changes_record_who_made_them;
mod deleting_is_final;
mod helpers;
mod invalid_queries_are_refused;
#[path = "../kit/mod.rs"]
mod kit;
mod over_the_limit_nobody_is_evicted;
mod queries_agree_with_a_naive_filter;
mod state_machine;
mod versions_guard_updates;
mod workspaces_are_found_by_id_and_name;
