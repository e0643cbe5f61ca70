//! The server, as clients see it. Each story has a listener of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod bad_clients_do_not_stop_others;
mod browser;
mod certificate;
mod client;
mod log_lines;
mod provider;
mod serving;

mod a_batch_by_rest_is_all_or_nothing;
mod a_closed_directory_is_told_on_every_door;
mod a_platform_mounts_the_router;
mod a_put_of_an_old_user_object_loses_nothing;
mod a_retry_by_rest_is_done_once;
mod changes_are_streamed;
mod copies_are_revalidated;
mod cursors_say_nothing;
mod every_route_asks_for_its_scope;
mod forged_tokens_let_nobody_in;
mod graphql_costs_are_bounded;
mod graphql_has_limits;
mod graphql_variables_have_types;
mod keys_are_audited;
mod keys_are_created_while_it_runs;
mod keys_end_when_they_should;
mod late_changes_are_told_truly;
mod limits_hold;
mod long_reads_hold_up_no_others;
mod odd_requests_are_told_in_the_doors_words;
mod people_log_in_by_an_identity_provider;
mod requests_are_read_as_http_says;
mod rest_lists_by_every_condition;
mod rest_manages_users_and_workspaces;
mod rest_reads_and_tries_many_at_once;
mod rest_tells_how_seats_were_used;
mod rest_tells_refusals_as_problems;
mod scans_leave_writes_their_threads;
mod scim_emails_follow_user_names;
mod scim_groups_are_workspaces;
mod scim_groups_can_be_large;
mod scim_heeds_habits;
mod scim_keeps_to_its_schemas;
mod scim_lists_and_finds;
mod scim_provisions_users;
mod scim_takes_values_in_other_forms;
mod sessions_can_not_be_taken_over;
mod the_audit_is_live;
mod the_last_seat_has_one_winner_over_all_doors;
mod the_live_audit_misses_no_key;
mod the_openapi_document_describes_answers;
mod the_page_changes_many_at_once;
mod the_page_imports_users;
mod the_page_keeps_others_out;
mod the_page_shows_everything;
mod the_page_shows_long_histories;
mod the_page_undoes_imports;
mod the_sdks_logins_are_relayed;
mod the_whole_directory_is_copied_and_checked;
mod the_wire_finds_users;
mod the_wire_manages_workspaces;
mod the_wire_tells_refusals;
mod tls_encrypts;
mod tokens_of_an_issuer_are_taken;
mod users_are_seen;
