//! Names that mean one thing or another, by the names beside them.

use super::name_tables::OF_ADDRESS;
use super::names::{Field, Names, Target, plain};

/// What the names of a file say of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// Whether a part of an address is among them, such as a city.
    has_address: bool,
    has_status: bool,
    given_name: GivenName,
    has_family_name: bool,
}

/// How a given name is called, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum GivenName {
    #[default]
    Absent,
    /// By a name beside which `Name` is the family name.
    BesideName,
    Other,
}

/// What says which state users are in, or which one they live in, in several languages.
const STATES: [&str; 3] = ["state", "estado", "stato"];

/// Given names beside which `Name` is the family name.
const BESIDE_NAME: [&str; 3] = ["vorname", "prenom", "voornaam"];

/// Names that are one half of a name where another column has the other half, and may be the
/// whole elsewhere. Without accents.
pub(super) const HALVES: [(&str, Field); 5] = [
    ("nom", Field::FamilyName),
    ("naam", Field::FamilyName),
    ("nome", Field::GivenName),
    ("nombre", Field::GivenName),
    ("nombres", Field::GivenName),
];

impl Names<'_> {
    /// The meanings of names that stand beside each other.
    pub(super) fn targets<'n>(
        &self,
        names: impl Iterator<Item = &'n str> + Clone,
    ) -> Vec<Option<Target>> {
        let alone: Vec<_> = { names.clone() }.map(|name| self.target(name)).collect();
        let beside = Beside::of(names.clone().zip(&alone));
        { names.zip(alone) }
            .map(|(name, target)| self.target_beside(name, target, beside))
            .collect()
    }

    /// The meaning of a name among others, unless the command line says what it is. `target` is
    /// what it means alone.
    fn target_beside(&self, name: &str, target: Option<Target>, beside: Beside) -> Option<Target> {
        match target {
            // In Okta and Entra, a state beside a status is one on a map.
            Some(Target::Field(Field::Active))
                if (beside.has_address || beside.has_status) && !self.maps(name) =>
            {
                let is_state = STATES.contains(&&*plain(name));
                if is_state {
                    Some(Target::LeftOut)
                } else {
                    target
                }
            }
            // When it was, in Okta, beside whether it still is.
            None if beside.has_status && plain(name) == "activated" => Some(Target::LeftOut),
            None => half(&plain(name), beside).map(Target::Field),
            Some(Target::LeftOut)
                if beside.given_name == GivenName::BesideName
                    && !beside.has_family_name
                    && plain(name) == "name" =>
            {
                Some(Target::Field(Field::FamilyName))
            }
            target => target,
        }
    }
}

impl Beside {
    /// What these names say of each other, each with what it means alone.
    fn of<'n, 't>(names: impl Iterator<Item = (&'n str, &'t Option<Target>)>) -> Self {
        let mut beside = Self::default();
        for (name, target) in names {
            let name = plain(name);
            beside.has_address |= OF_ADDRESS.contains(&&*name);
            match target {
                Some(Target::Field(Field::Active | Field::Inactive | Field::AccountControl)) => {
                    beside.has_status |= !STATES.contains(&&*name);
                }
                Some(Target::Field(Field::GivenName)) => {
                    beside.given_name = if BESIDE_NAME.contains(&&*name) {
                        GivenName::BesideName
                    } else {
                        GivenName::Other
                    };
                }
                Some(Target::Field(Field::FamilyName)) => beside.has_family_name = true,
                _ => {}
            }
        }
        beside
    }
}

/// Which half of a name it is, if another column has the other half.
fn half(name: &str, beside: Beside) -> Option<Field> {
    let (_, field) = HALVES.iter().find(|(half, _)| *half == name)?;
    let has_given_name = beside.given_name != GivenName::Absent;
    let is_half = match field {
        Field::GivenName => beside.has_family_name && !has_given_name,
        _ => has_given_name && !beside.has_family_name,
    };
    is_half.then_some(*field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(titles: &str) -> Vec<Option<Target>> {
        Names::default().targets(titles.split(','))
    }

    #[test]
    fn a_name_is_a_half_beside_the_other_half_alone() {
        let field = |field| Some(Target::Field(field));
        let halves = [field(Field::GivenName), field(Field::FamilyName)];
        for titles in [
            "Pr\u{e9}nom,Nom",
            "Nombre,Apellidos",
            "Nome,Cognome",
            "Nome,Sobrenome",
            "Voornaam,Naam",
            "Vorname,Name",
            "Vorname,Nachname",
        ] {
            assert_eq!(targets(titles), halves, "{titles}");
        }
        for whole in ["Nom", "Nome", "Nombre", "Naam"] {
            assert_eq!(targets(whole), [None], "{whole}");
        }
        let beside_both = targets("First name,Last name,Name,Nombre");
        assert_eq!(beside_both[2..], [Some(Target::LeftOut), None]);
        assert_eq!(targets("First name,Name")[1], Some(Target::LeftOut));
    }

    #[test]
    fn when_a_user_was_activated_is_no_state_beside_one() {
        assert_eq!(targets("activated,status")[0], Some(Target::LeftOut));
        assert_eq!(
            targets("activated,email"),
            [None, Some(Target::Field(Field::Email))]
        );
    }

    #[test]
    fn a_state_is_on_a_map_beside_a_city_or_a_status() {
        for (titles, is_on_map) in [
            ("State", false),
            ("Estado,Email", false),
            ("State,City", true),
            ("Estado,Ciudad", true),
            ("state,status", true),
            ("state,estado", false),
        ] {
            let is_left_out = targets(titles)[0] == Some(Target::LeftOut);
            assert_eq!(is_left_out, is_on_map, "{titles}");
        }
    }
}
