//! What the command line names of the files, as far as no file has it.

use super::reading::ReadOptions;
use crate::output::shell_word;

/// The options whose names are no columns.
pub(super) const ADMIN_CLIENT_ROLE: &str = "--admin-client-role";
pub(super) const ADMIN_ROLE: &str = "--admin-role";
pub(super) const IGNORE_ATTRIBUTE: &str = "--ignore-attribute";
pub(super) const PROVISIONER: &str = "--provisioner";

/// An option, and what it names.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) option: &'static str,
    pub(super) name: &'a str,
    /// Whether it is a column or a field.
    pub(super) is_column: bool,
}

impl Asked<'_> {
    /// The option as it may be typed.
    pub(super) fn typed(&self) -> String {
        format!("{} {}", self.option, shell_word(self.name))
    }
}

/// All that the options name.
pub(super) fn asked<'a>(options: &ReadOptions<'a>) -> Vec<Asked<'a>> {
    let named = |option, is_column| {
        move |name| Asked {
            option,
            name,
            is_column,
        }
    };
    let by_default = ReadOptions::default().admin_role;
    let admin_role = Some(options.admin_role).filter(|role| *role != by_default);
    let texts = |texts: &'a [String]| texts.iter().map(String::as_str);
    { options.names.mapped().map(named("--map", true)) }
        .chain(texts(options.names.ignore).map(named("--ignore", true)))
        .chain(texts(options.ignore_attributes).map(named(IGNORE_ATTRIBUTE, false)))
        .chain(texts(options.admin_client_roles).map(named(ADMIN_CLIENT_ROLE, false)))
        .chain(admin_role.map(named(ADMIN_ROLE, false)))
        .chain(options.provisioner.map(named(PROVISIONER, false)))
        .collect()
}
