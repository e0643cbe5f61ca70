//! The names of columns and fields that are known, and what they stand for.

use super::names::Field;

/// The fields under our names, which messages use.
pub(super) const OURS: [(&str, Field); 11] = [
    ("id", Field::Id),
    ("email", Field::Email),
    ("username", Field::Username),
    ("active", Field::Active),
    ("given_name", Field::GivenName),
    ("family_name", Field::FamilyName),
    ("admin", Field::Admin),
    ("created_at", Field::CreatedAt),
    ("external_id", Field::ExternalId),
    ("external_ids", Field::ExternalIds),
    ("attributes", Field::Attributes),
];

/// The names that the fields have elsewhere, as [`plain`] makes them.
pub(super) const ALIASES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &["userid", "objectid", "objectguid", "uuid", "guid"],
    ),
    (
        Field::Email,
        &[
            "mail",
            "emailaddress",
            "mailaddress",
            "primaryemail",
            "useremail",
            "workemail",
            "emails",
            "primaryemailaddress",
        ],
    ),
    (
        Field::Username,
        &[
            "login",
            "userprincipalname",
            "upn",
            "userlogin",
            "loginname",
            "signinname",
            "samaccountname",
        ],
    ),
    (
        Field::GivenName,
        &[
            "givenname",
            "firstname",
            "forename",
            "first",
            "namegivenname",
        ],
    ),
    (
        Field::FamilyName,
        &[
            "familyname",
            "lastname",
            "surname",
            "last",
            "sn",
            "namefamilyname",
        ],
    ),
    (
        Field::Active,
        &[
            "enabled",
            "status",
            "accountenabled",
            "state",
            "isactive",
            "isenabled",
            "userstatus",
            "accountstatus",
        ],
    ),
    (
        Field::Inactive,
        &[
            "disabled",
            "suspended",
            "inactive",
            "deactivated",
            "blocked",
            "blocksignin",
            "blockcredential",
            "isdisabled",
            "issuspended",
            "archived",
            "deleted",
            "isdeleted",
        ],
    ),
    (
        Field::Admin,
        &["isadmin", "administrator", "isadministrator", "superadmin"],
    ),
    (
        Field::CreatedAt,
        &[
            "createdat",
            "createdtimestamp",
            "created",
            "createddatetime",
            "creationtime",
            "createdon",
            "creationdate",
            "createddate",
            "datecreated",
            "whencreated",
            "createtimestamp",
        ],
    ),
    (Field::AccountControl, &["useraccountcontrol"]),
    (Field::RealmRoles, &["realmroles"]),
    (Field::ClientRoles, &["clientroles"]),
    (Field::ServiceAccount, &["serviceaccountclientid"]),
];

/// What our own listing says besides, and what Keycloak says of its own listing.
pub(super) const SILENT: &[&str] = &[
    "updatedat",
    "deactivatedat",
    "version",
    "seat",
    "access",
    "lastlogin",
    "lastseen",
    "self",
    "userprofilemetadata",
];

/// The [plain](super::names::plain) names of parts of an address.
pub(super) const OF_ADDRESS: [&str; 12] = [
    "cidade",
    "citta",
    "city",
    "ciudad",
    "codigopostal",
    "country",
    "countrycode",
    "countryregion",
    "pais",
    "postalcode",
    "streetaddress",
    "zipcode",
];
