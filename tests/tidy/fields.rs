//! The records of each binding have the fields of the library's.

use crate::expect_none;
use crate::operations::{camel, pascal, text};

/// A record, and the file of the library that has it.
const RECORDS: &[(&str, &str)] = &[
    ("Applied", "src/model/applied.rs"),
    ("Change", "src/model/change.rs"),
    ("Seats", "src/model/license.rs"),
    ("SeatDay", "src/model/seats.rs"),
    ("SeatHistory", "src/model/seats.rs"),
    ("Verified", "src/rules/verify/mod.rs"),
    ("Stats", "src/directory/stats.rs"),
    ("Copied", "src/directory/backup.rs"),
];

/// A language: where its records are, how one begins and ends, and how it declares a field.
struct Binding {
    path: &'static str,
    begins: fn(&str) -> String,
    ends: &'static str,
    declares: fn(&str) -> Vec<String>,
    /// Fields that its records lack.
    lacks: &'static [(&'static str, &'static str)],
}

/// Behind the C API, the latency of commits is in the text for Prometheus only.
const IN_TEXT_ONLY: &[(&str, &str)] = &[("Stats", "commit_latency")];

const BINDINGS: &[Binding] = &[
    Binding {
        path: "bindings/python/python/headcount/records.py",
        begins: |record| format!("\nclass {record}:"),
        ends: "\n@dataclass",
        declares: |field| vec![format!("\n    {field}: ")],
        lacks: &[],
    },
    Binding {
        path: "bindings/node/src/types.ts",
        begins: |record| format!("\nexport interface {record} {{"),
        ends: "\n}",
        declares: |field| vec![format!("\n  readonly {}: ", camel(field))],
        lacks: &[],
    },
    Binding {
        path: "bindings/go/",
        begins: |record| format!("\ntype {record} struct {{"),
        ends: "\n}",
        declares: |field| vec![format!("\n\t{} ", pascal(field).replace("Id", "ID"))],
        lacks: IN_TEXT_ONLY,
    },
    Binding {
        path: "bindings/java/src/main/java/headcount/",
        begins: |record| format!("\npublic record {record}("),
        ends: ") {",
        declares: |field| {
            vec![
                format!(" {},", camel(field)),
                format!(" {}) ", camel(field)),
            ]
        },
        lacks: IN_TEXT_ONLY,
    },
    Binding {
        path: "bindings/csharp/src/Records.cs",
        begins: |record| format!("\n    public sealed class {record}\n"),
        ends: "\n    }",
        declares: |field| {
            ["", "Is"]
                .map(|before| format!(" {before}{} {{ get; }}", pascal(field)))
                .into()
        },
        lacks: IN_TEXT_ONLY,
    },
];

#[test]
fn each_record_has_each_field() {
    let mut complaints = Vec::new();
    for (record, file) in RECORDS {
        let fields = fields(&text(file), record);
        assert!(fields.len() > 2, "{record}: {fields:?}");
        for binding in BINDINGS {
            complaints.extend(missing(binding, &text(binding.path), record, &fields));
        }
    }
    expect_none(&complaints);
}

/// The public fields of a struct in Rust.
fn fields(text: &str, record: &str) -> Vec<String> {
    let own = part(text, &format!("\npub struct {record} {{"), "\n}");
    let fields = own.unwrap_or_default().lines();
    let fields = fields.filter_map(|line| line.strip_prefix("    pub ")?.split_once(':'));
    fields.map(|(name, _)| name.to_owned()).collect()
}

fn missing(binding: &Binding, text: &str, record: &str, fields: &[String]) -> Vec<String> {
    let Some(own) = part(text, &(binding.begins)(record), binding.ends) else {
        return vec![format!("{} has no {record}", binding.path)];
    };
    // Java's end is a part of how a field ends.
    let own = format!("{own}{} ", &binding.ends[..1]);
    let complain = |field: &String| {
        let is_there = (binding.declares)(field)
            .iter()
            .any(|declared| own.contains(declared));
        let is_lacking = binding.lacks.contains(&(record, &**field));
        (is_there == is_lacking).then(|| {
            let told = if is_there { "has" } else { "lacks" };
            format!("{} {told} {field} of {record}", binding.path)
        })
    };
    fields.iter().filter_map(complain).collect()
}

fn part<'t>(text: &'t str, begins: &str, ends: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begins)?;
    Some(rest.split_once(ends).map_or(rest, |(own, _)| own))
}

#[test]
fn a_field_that_is_missing_is_found() {
    let rust = "\npub struct Applied {\n    /// A number.\n    pub sequence: u64,\n    pub(crate) own: u8,\n\
                \n    pub replayed: bool,\n}\n";
    let fields = fields(rust, "Applied");
    assert_eq!(fields, ["sequence", "replayed"]);
    let java = &BINDINGS[3];
    let complaints = missing(
        java,
        "\npublic record Applied(long sequence) {}",
        "Applied",
        &fields,
    );
    assert_eq!(
        complaints,
        [format!("{} lacks replayed of Applied", java.path)]
    );
    let whole = "\npublic record Applied(long sequence, boolean replayed) {}";
    assert!(missing(java, whole, "Applied", &fields).is_empty());
    let left_out = ["commit_latency".to_owned()];
    let complaints = missing(
        java,
        "\npublic record Stats(long commitLatency) {}",
        "Stats",
        &left_out,
    );
    assert_eq!(
        complaints,
        [format!("{} has commit_latency of Stats", java.path)]
    );
}
