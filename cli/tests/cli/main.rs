//! The `headcount` command as users run it: the real binary, in a folder of its own for each
//! test. Whatever a test writes is verified when it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod a_full_house;
mod active_directory_is_taken;
mod broken_pipes_are_quiet;
mod cells_that_lost_their_value;
mod changes_are_told_in_order;
mod damage_is_listed_and_repaired;
mod dry_runs_write_nothing;
mod exports_as_tools_write_them;
mod external_ids_come_and_go;
mod files_are_kept_safe;
mod files_of_every_format;
mod folder;
mod imports_can_be_repeated;
mod imports_change_what_was_chosen;
mod imports_name_the_cause_and_the_cure;
mod imports_tell_what_they_left_out;
mod invalid_rows_are_all_reported;
mod json_is_one_document;
mod keycloak_is_taken_whole;
mod large_files_are_loaded;
mod licenses_evict_nobody;
mod matching_rows_with_users;
mod missing_and_held_files;
mod other_tools_and_encodings;
#[cfg(unix)]
mod pipes_are_read_once;
mod states_in_many_languages;
mod terminals_are_safe;
mod the_cases_come_out_right;
mod the_first_command;
mod users_are_created_and_changed;
mod what_cannot_be_read_says_what_helps;
