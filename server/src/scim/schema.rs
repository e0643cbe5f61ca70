//! The attributes of users and groups, for `/Schemas` and for parsing requests.

use serde_json::{Value, json};

use super::path::is_urn;

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const WORKSPACE: &str = "urn:headcount:scim:schemas:extension:workspace:2.0:Group";

/// A type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourceType {
    User,
    Group,
}

impl ResourceType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The name of the endpoint.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::User => "Users",
            Self::Group => "Groups",
        }
    }

    pub(crate) fn schema(self) -> &'static str {
        self.schemas()[0].0
    }

    pub(crate) fn extension(self) -> &'static str {
        self.schemas()[1].0
    }

    /// The core schema and the extension, with their attributes.
    pub(super) fn schemas(self) -> [(&'static str, &'static [Attribute]); 2] {
        match self {
            Self::User => [(USER, USER_ATTRIBUTES), (ENTERPRISE, ENTERPRISE_ATTRIBUTES)],
            Self::Group => [(GROUP, GROUP_ATTRIBUTES), (WORKSPACE, WORKSPACE_ATTRIBUTES)],
        }
    }

    /// Whether a schema is a provider's own extension, which is stored as it was sent. It is outside
    /// the namespaces of which all schemas are known; Entra's are among those of the RFC.
    pub(crate) fn is_extension_of_provider(self, urn: &str) -> bool {
        let urn = urn.to_ascii_lowercase();
        let extension = urn.strip_prefix("urn:ietf:params:scim:schemas:extension:");
        let closed = ["urn:ietf:params:scim:", "urn:headcount:"];
        let is_open = match extension {
            Some(extension) => !extension.starts_with("enterprise:"),
            None => is_urn(&urn) && !closed.iter().any(|space| urn.starts_with(space)),
        };
        self == Self::User && is_open
    }

    /// The attribute with this name, case-insensitively; `urn` is that of an extension.
    pub(crate) fn attribute(self, urn: Option<&str>, name: &str) -> Option<&'static Attribute> {
        let [core, extension] = self.schemas();
        let attributes = match urn {
            None => core.1,
            Some(urn) if urn.eq_ignore_ascii_case(extension.0) => extension.1,
            Some(_) => return None,
        };
        find(attributes, name).or_else(|| find(COMMON, name).filter(|_| urn.is_none()))
    }
}

/// The attribute with this name, case-insensitively.
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// The definition of an attribute (RFC 7643 section 7).
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the schema's own")]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) is_multi: bool,
    is_required: bool,
    pub(crate) is_read_only: bool,
    is_unique: bool,
    pub(crate) is_case_exact: bool,
    /// The allowed values; if empty, any.
    values: &'static [&'static str],
}

#[derive(Debug)]
pub(crate) enum Form {
    Text,
    Boolean,
    Moment,
    Binary,
    Reference(&'static [&'static str]),
    Complex(&'static [Attribute]),
}

impl Attribute {
    const fn new(name: &'static str, form: Form) -> Self {
        Self {
            name,
            form,
            is_multi: false,
            is_required: false,
            is_read_only: false,
            is_unique: false,
            is_case_exact: false,
            values: &[],
        }
    }

    const fn multi(mut self) -> Self {
        self.is_multi = true;
        self
    }

    const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    const fn read_only(mut self) -> Self {
        self.is_read_only = true;
        self
    }

    const fn unique(mut self) -> Self {
        self.is_unique = true;
        self
    }

    const fn case_exact(mut self) -> Self {
        self.is_case_exact = true;
        self
    }

    const fn among(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// The attributes within it.
    pub(crate) fn parts(&self) -> &'static [Self] {
        match self.form {
            Form::Complex(parts) => parts,
            _ => &[],
        }
    }

    pub(crate) fn is_complex(&self) -> bool {
        matches!(self.form, Form::Complex(_))
    }

    pub(crate) fn is_boolean(&self) -> bool {
        matches!(self.form, Form::Boolean)
    }

    fn described(&self) -> Value {
        let (kind, references) = match self.form {
            Form::Text => ("string", None),
            Form::Boolean => ("boolean", None),
            Form::Moment => ("dateTime", None),
            Form::Binary => ("binary", None),
            Form::Reference(types) => ("reference", Some(types)),
            Form::Complex(_) => ("complex", None),
        };
        let mut described = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.is_multi,
            "description": self.name,
            "required": self.is_required,
            "caseExact": self.is_case_exact,
            "mutability": if self.is_read_only { "readOnly" } else { "readWrite" },
            "returned": "default",
            "uniqueness": if self.is_unique { "server" } else { "none" },
        });
        if let Some(types) = references {
            described["referenceTypes"] = json!(types);
        }
        if !self.values.is_empty() {
            described["canonicalValues"] = json!(self.values);
        }
        if self.is_complex() {
            described["subAttributes"] = self.parts().iter().map(Self::described).collect();
        }
        described
    }
}

const fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Form::Text)
}

const fn complex(name: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute::new(name, Form::Complex(parts))
}

/// The common attributes, which `/Schemas` does not list.
const COMMON: &[Attribute] = &[
    text("id").read_only().case_exact(),
    text("externalId").case_exact(),
    text("schemas").multi().read_only(),
    complex("meta", META).read_only(),
];

const META: &[Attribute] = &[
    text("resourceType"),
    Attribute::new("created", Form::Moment),
    Attribute::new("lastModified", Form::Moment),
    text("location"),
    text("version"),
];

const NAME: &[Attribute] = &[
    text("formatted"),
    text("familyName"),
    text("givenName"),
    text("middleName"),
    text("honorificPrefix"),
    text("honorificSuffix"),
];

/// The attributes of a list whose items have a value and a type.
const LISTED: &[Attribute] = &[
    text("value"),
    text("display"),
    text("type"),
    Attribute::new("primary", Form::Boolean),
];

const EMAIL: &[Attribute] = &[
    text("value").required(),
    text("display"),
    text("type"),
    Attribute::new("primary", Form::Boolean),
];

const ADDRESS: &[Attribute] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    text("type"),
    Attribute::new("primary", Form::Boolean),
];

const PHOTO: &[Attribute] = &[
    Attribute::new("value", Form::Reference(&["external"])),
    text("display"),
    text("type"),
    Attribute::new("primary", Form::Boolean),
];

const CERTIFICATE: &[Attribute] = &[
    Attribute::new("value", Form::Binary),
    text("display"),
    text("type"),
    Attribute::new("primary", Form::Boolean),
];

const GROUP_OF_USER: &[Attribute] = &[
    text("value").read_only(),
    Attribute::new("$ref", Form::Reference(&["Group"])).read_only(),
    text("display").read_only(),
];

const MEMBER: &[Attribute] = &[
    text("value"),
    Attribute::new("$ref", Form::Reference(&["User"])),
    text("type").among(&["User"]),
];

const MANAGER: &[Attribute] = &[
    text("value"),
    Attribute::new("$ref", Form::Reference(&["User"])),
    text("displayName").read_only(),
];

const USER_ATTRIBUTES: &[Attribute] = &[
    text("userName").required().unique(),
    complex("name", NAME),
    text("displayName"),
    text("nickName"),
    Attribute::new("profileUrl", Form::Reference(&["external"])),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    Attribute::new("active", Form::Boolean).required(),
    complex("emails", EMAIL).multi().required(),
    complex("phoneNumbers", LISTED).multi(),
    complex("ims", LISTED).multi(),
    complex("photos", PHOTO).multi(),
    complex("addresses", ADDRESS).multi(),
    complex("groups", GROUP_OF_USER).multi().read_only(),
    complex("entitlements", LISTED).multi(),
    complex("roles", LISTED).multi(),
    complex("x509Certificates", CERTIFICATE).multi(),
];

const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    complex("manager", MANAGER),
];

const GROUP_ATTRIBUTES: &[Attribute] = &[
    text("displayName").required().unique(),
    complex("members", MEMBER).multi(),
];

const WORKSPACE_ATTRIBUTES: &[Attribute] = &[
    complex("owners", MEMBER).multi().read_only(),
    Attribute::new("archived", Form::Boolean).read_only(),
];

/// All schemas, as `/Schemas` lists them.
pub(super) fn schemas(base: &str) -> Vec<Value> {
    let name = |urn: &str| match urn {
        USER => "User",
        GROUP => "Group",
        ENTERPRISE => "Enterprise User",
        _ => "Workspace",
    };
    [ResourceType::User, ResourceType::Group]
        .iter()
        .flat_map(|kind| kind.schemas())
        .map(|(urn, attributes)| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
                "id": urn,
                "name": name(urn),
                "description": name(urn),
                "attributes": attributes.iter().map(Attribute::described).collect::<Vec<_>>(),
                "meta": {
                    "resourceType": "Schema",
                    "location": format!("{base}/Schemas/{urn}"),
                },
            })
        })
        .collect()
}
