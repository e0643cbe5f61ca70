//! Rust and C agree on the structs: sizes, alignments and offsets of fields, as computed by the
//! compilers.

use std::fmt::Write;
use std::mem::{align_of, offset_of};

use headcount::capi::{
    HcCopied, HcErrorDetails, HcMember, HcOutcome, HcSeatDay, HcSeatHistory, HcSeats, HcStats,
    HcStatus, HcVerified,
};

use crate::declarations::structs_of;
use crate::tools;

/// The layout of a struct in Rust.
struct Layout {
    name: &'static str,
    size: usize,
    align: usize,
    fields: Vec<(&'static str, usize)>,
}

macro_rules! layout {
    ($type:ident as $name:ident { $($field:ident),* $(,)? }) => {
        Layout {
            name: stringify!($name),
            size: size_of::<$type>(),
            align: align_of::<$type>(),
            fields: vec![$((stringify!($field), offset_of!($type, $field))),*],
        }
    };
}

fn layouts() -> [Layout; 9] {
    [
        layout!(HcSeats as hc_seats {
            struct_size, license, limit, active, inactive, free, over_by, license_version
        }),
        layout!(HcSeatHistory as hc_seat_history {
            struct_size, reserved, since_micros, peak, peak_day_micros, day_count
        }),
        layout!(HcSeatDay as hc_seat_day { day_micros, peak, last }),
        layout!(HcCopied as hc_copied {
            struct_size, reserved, users, sequence, bytes
        }),
        layout!(HcVerified as hc_verified {
            struct_size, reserved, active, inactive, deleted, workspaces, members, changes
        }),
        layout!(HcStats as hc_stats {
            struct_size, reserved, users_active, users_inactive, workspaces, latest_change,
            cache_entries, cache_bytes, cache_hits, cache_misses, commit_requests, commit_groups,
            seats_limit, file_bytes, log_bytes, checkpoints, checkpoint_micros,
            checkpoint_micros_max
        }),
        layout!(HcErrorDetails as hc_error_details {
            struct_size, status, is_retryable, given, op_index, limit, active, requested,
            expected, found, resume_after, latest_change, buffer_bytes, message_len, message
        }),
        layout!(HcMember as hc_member {
            struct_size, role, workspace, user, since_micros, version
        }),
        layout!(HcOutcome as hc_outcome {
            struct_size, subject, changed, reserved, version, workspace, user
        }),
    ]
}

#[test]
fn every_field_is_in_its_place() {
    if !tools::have(&["gcc", "g++"]) {
        return;
    }
    let mut asserts = String::new();
    for Layout {
        name,
        size,
        align,
        fields,
    } in layouts()
    {
        writeln!(asserts, "ASSERT(sizeof({name}) == {size});").unwrap();
        writeln!(asserts, "ASSERT(ALIGNOF({name}) == {align});").unwrap();
        for (field, place) in fields {
            writeln!(asserts, "ASSERT(offsetof({name}, {field}) == {place});").unwrap();
        }
    }
    let status = size_of::<HcStatus>();
    writeln!(asserts, "ASSERT(sizeof(hc_status) == {status});").unwrap();
    check(
        "#define ASSERT(c) _Static_assert(c, #c)\n#define ALIGNOF _Alignof",
        &asserts,
        "c",
    );
    check(
        "#define ASSERT(c) static_assert(c, #c)\n#define ALIGNOF alignof",
        &asserts,
        "cpp",
    );
}

#[test]
fn no_struct_is_forgotten() {
    let header = std::fs::read_to_string(tools::root().join("include/headcount.h")).unwrap();
    let in_c: Vec<_> = structs_of(&header)
        .into_iter()
        .map(|found| (found.name, found.fields))
        .collect();
    let in_rust = layouts().map(|layout| {
        let fields = layout.fields.iter().map(|(field, _)| (*field).to_owned());
        (layout.name.to_owned(), fields.collect::<Vec<_>>())
    });
    for layout in &in_rust {
        assert!(in_c.contains(layout), "{layout:?} is not in {in_c:?}");
    }
    assert_eq!(in_c.len(), in_rust.len());
}

fn check(prelude: &str, asserts: &str, extension: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(format!("layouts.{extension}"));
    let text = format!("#include \"headcount.h\"\n{prelude}\n{asserts}");
    std::fs::write(&source, text).unwrap();
    let mut compiler = match extension {
        "c" => tools::gcc("c11"),
        _ => tools::gxx("c++11"),
    };
    tools::run(compiler.arg("-fsyntax-only").arg(&source));
}
