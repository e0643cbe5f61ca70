//! The promises of the directory, one per file, tested through its public API.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod helpers;
#[path = "../kit/mod.rs"]
mod kit;

mod a_backup_is_one_moment;
mod a_batch_is_all_or_nothing;
mod a_closed_directory_says_so;
mod a_compacted_file_holds_the_same;
mod a_held_file_is_waited_for;
mod a_held_listing_is_bounded;
mod a_host_cache_is_never_older;
mod a_listing_is_one_moment;
mod a_preview_agrees_with_the_batch;
mod a_restore_is_complete_or_has_no_effect;
mod a_stream_is_one_change;
mod a_text_names_one_user;
mod a_user_is_found_by_each_name;
mod a_write_does_not_wait_for_itself;
mod acknowledged_writes_survive;
mod an_active_admin_is_always_left;
mod an_email_has_one_owner;
mod an_id_is_never_used_again;
mod an_update_changes_only_what_it_sets;
mod changes_hold_no_personal_data;
mod ending_threads_can_write;
mod errors_give_their_cause;
mod every_write_is_one_change;
mod extra_records_are_kept_apart_from_users;
mod free_text_has_limits;
mod misleading_names_are_refused;
mod nobody_removes_their_own_account;
mod readers_share_a_file;
mod refusals_say_what_to_do;
mod seats_are_never_exceeded;
mod the_last_seat_has_one_winner;
mod usernames_follow_emails;
mod views_equal_copies;
