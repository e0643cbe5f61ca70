//! The dependencies on every platform, checked against `deny.toml`: licenses, sources, and no
//! crate in two versions.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::semver::{Version, VersionReq};
use cargo_metadata::{Metadata, MetadataCommand};
use toml::{Table, Value};

use crate::expect_none;
use crate::spdx;

/// One package of the tree.
struct Package {
    name: String,
    version: Version,
    license: Option<String>,
    /// `None` for the members of the workspace.
    source: Option<String>,
}

/// The contents of `deny.toml`.
struct Policy {
    licenses: BTreeSet<String>,
    /// Further licenses that single packages may have.
    exceptions: BTreeMap<String, BTreeSet<String>>,
    /// Versions that are allowed beside others of the same package.
    skipped: Vec<(String, VersionReq)>,
    registries: Vec<String>,
}

#[test]
fn every_dependency_is_allowed() {
    let policy = include_str!("../../deny.toml");
    let complaints = complaints(&Policy::parse(policy), &packages());
    expect_none(&complaints);
}

/// The packages in `Cargo.lock`. Some manifests may have to be downloaded, because cargo has
/// downloaded only those for this platform.
fn packages() -> Vec<Package> {
    let run = |options: &[&str]| {
        MetadataCommand::new()
            .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .features(cargo_metadata::CargoOpt::AllFeatures)
            .other_options(
                options
                    .iter()
                    .map(|option| (*option).to_owned())
                    .collect::<Vec<_>>(),
            )
            .exec()
    };
    let metadata: Metadata = run(&["--locked", "--offline"])
        .or_else(|_| run(&["--locked"]))
        .expect("the tree of dependencies");
    metadata
        .packages
        .into_iter()
        .map(|package| Package {
            name: package.name.to_string(),
            version: package.version,
            license: package.license,
            source: package.source.map(|source| source.repr),
        })
        .collect()
}

fn complaints(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used_exceptions = BTreeSet::new();
    for package in packages {
        let Package {
            name,
            version,
            license,
            source,
        } = package;
        let license = license.as_deref().unwrap_or("no license");
        let exception = policy.exceptions.get(name);
        let is_allowed = |license: &str| policy.licenses.contains(license);
        if !spdx::is_satisfied(license, &is_allowed) {
            let is_excepted = |license: &str| {
                is_allowed(license)
                    || exception.is_some_and(|exception| exception.contains(license))
            };
            used_exceptions.insert(name.as_str());
            if !spdx::is_satisfied(license, &is_excepted) {
                complaints.push(format!("{name} {version} is under {license}"));
            }
        }
        let is_known = |source: &String| {
            policy
                .registries
                .iter()
                .any(|registry| *source == format!("registry+{registry}"))
        };
        if !source.as_ref().is_none_or(is_known) {
            complaints.push(format!(
                "{name} {version} is from {}",
                source.as_deref().unwrap_or_default()
            ));
        }
    }
    let unused = policy
        .exceptions
        .keys()
        .filter(|name| !used_exceptions.contains(name.as_str()));
    complaints.extend(unused.map(|name| format!("{name} needs no exception for its license")));
    complaints.extend(duplicates(policy, packages));
    complaints
}

fn duplicates(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&Version>> = BTreeMap::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);

    let mut complaints = Vec::new();
    for (name, skipped) in &policy.skipped {
        let found = versions.get_mut(name.as_str());
        let is_used = found.is_some_and(|found| {
            let count = found.len();
            found.retain(|version| !skipped.matches(version));
            found.len() < count
        });
        if !is_used {
            complaints.push(format!(
                "{name} {skipped} is not a duplicate: no need to skip it"
            ));
        }
    }
    for (name, versions) in versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
    {
        let versions: Vec<String> = versions.into_iter().map(Version::to_string).collect();
        complaints.push(format!(
            "{name} has {} versions: {}",
            versions.len(),
            versions.join(", ")
        ));
    }
    complaints
}

impl Policy {
    fn parse(text: &str) -> Self {
        let policy: Table = text.parse().unwrap();
        let licenses = &policy["licenses"];
        let skipped = |entry: &Value| {
            assert!(
                entry.get("reason").is_some(),
                "say why {entry:?} is skipped"
            );
            let (name, version) = word(&entry["crate"]).split_once('@').unwrap();
            // In cargo-deny, a bare version is exact, except for the parts that it leaves out.
            (name.to_owned(), format!("={version}").parse().unwrap())
        };
        Self {
            licenses: words(&licenses["allow"]),
            exceptions: list(&licenses["exceptions"])
                .iter()
                .map(|entry| (word(&entry["crate"]).to_owned(), words(&entry["allow"])))
                .collect(),
            skipped: list(&policy["bans"]["skip"]).iter().map(skipped).collect(),
            registries: words(&policy["sources"]["allow-registry"])
                .into_iter()
                .collect(),
        }
    }
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn words(value: &Value) -> BTreeSet<String> {
    list(value)
        .iter()
        .map(|value| word(value).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT"]
        exceptions = [{ crate = "maker", allow = ["MPL-2.0"] }]
        [bans]
        skip = [{ crate = "syn@2", reason = "build time" }]
        [sources]
        allow-registry = ["https://crates"]
    "#;

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.parse().unwrap(),
            license: Some(license.to_owned()),
            source: Some("registry+https://crates".to_owned()),
        }
    }

    /// A tree without anything to complain about.
    fn tree() -> Vec<Package> {
        vec![
            package("maker", "1.0.0", "MPL-2.0"),
            package("syn", "2.0.1", "MIT OR Apache-2.0"),
            package("syn", "3.0.0", "MIT"),
            Package {
                source: None,
                ..package("headcount", "0.1.0", "MIT")
            },
        ]
    }

    fn complaints_about(change: impl Fn(&mut Vec<Package>)) -> Vec<String> {
        let mut tree = tree();
        change(&mut tree);
        complaints(&Policy::parse(POLICY), &tree)
    }

    #[test]
    fn what_is_not_allowed_is_found() {
        assert_eq!(complaints_about(|_| {}), [""; 0]);
        let license = complaints_about(|tree| tree.push(package("other", "1.0.0", "MPL-2.0")));
        assert_eq!(license, ["other 1.0.0 is under MPL-2.0"]);
        let none = complaints_about(|tree| tree[1].license = None);
        assert_eq!(none, ["syn 2.0.1 is under no license"]);
        let source = complaints_about(|tree| tree[1].source = Some("git+https://x".to_owned()));
        assert_eq!(source, ["syn 2.0.1 is from git+https://x"]);
        let twice = complaints_about(|tree| tree.push(package("maker", "2.0.0", "MIT")));
        assert_eq!(twice, ["maker has 2 versions: 1.0.0, 2.0.0"]);
        let thrice = complaints_about(|tree| tree.push(package("syn", "1.0.0", "MIT")));
        assert_eq!(thrice, ["syn has 2 versions: 1.0.0, 3.0.0"]);
    }

    #[test]
    fn what_is_allowed_for_nothing_is_found() {
        let exception = complaints_about(|tree| tree[0].license = Some("MIT".to_owned()));
        assert_eq!(exception, ["maker needs no exception for its license"]);
        let skip = complaints_about(|tree| drop(tree.remove(1)));
        assert_eq!(skip, ["syn =2 is not a duplicate: no need to skip it"]);
    }
}
