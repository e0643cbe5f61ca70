//! The GraphQL schema, as introspection returns it.

use std::collections::HashMap;

use async_graphql_parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql_parser::{Positioned, parse_schema};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("schema.graphql");
/// The types of introspection itself; the fields of `__Root` are those of every query.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// The schema as the JSON that introspection selects from. A reference to a type has only `kind`
/// and `name`: [`Schema::named`] has the rest.
pub(crate) struct Schema {
    definitions: HashMap<String, TypeDefinition>,
    types: HashMap<String, Value>,
    /// What `__schema` is.
    root: Value,
}

impl Schema {
    pub(crate) fn new() -> Self {
        let definitions = types_of(DOCUMENT);
        let kinds: HashMap<&str, &str> = definitions
            .iter()
            .map(|definition| (definition.name.node.as_str(), kind(&definition.kind)))
            .collect();
        let all: Vec<_> = definitions
            .iter()
            .map(|definition| full_type(definition, &kinds))
            .collect();
        let types = definitions
            .iter()
            .map(|definition| definition.name.node.to_string())
            .zip(all.iter().cloned())
            .collect();
        let root = |name| json!({ "__typename": "__Type", "kind": "OBJECT", "name": name });
        let by_name = |definition: TypeDefinition| (definition.name.node.to_string(), definition);
        let definitions = definitions.into_iter().chain(types_of(INTROSPECTION));
        Self {
            definitions: definitions.map(by_name).collect(),
            types,
            root: json!({
                "__typename": "__Schema",
                "description": null,
                "queryType": root("query_root"),
                "mutationType": root("mutation_root"),
                "subscriptionType": null,
                "types": all,
                "directives": [],
            }),
        }
    }

    /// The kind and definition of the type with this name.
    pub(super) fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.definitions
            .get(name)
            .map(|definition| &definition.kind)
    }

    /// Whether values of this type have fields.
    pub(super) fn is_object(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(TypeKind::Object(_)))
    }

    /// A field of an object type.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        let Some(TypeKind::Object(object)) = self.kind(of) else {
            return None;
        };
        let mut fields = object.fields.iter().map(|field| &field.node);
        let found = fields.find(|field| field.name.node == name);
        found.or_else(|| match of {
            "query_root" => self.field("__Root", name),
            _ => None,
        })
    }

    /// What `__schema` is.
    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// The type with this name.
    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        self.types.get(name)
    }
}

/// The types that a document defines. The documents are constants, and tests check that they
/// parse.
fn types_of(document: &str) -> Vec<TypeDefinition> {
    let parsed = parse_schema(document).map(|parsed| parsed.definitions);
    let types = parsed.unwrap_or_default().into_iter();
    types
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        })
        .collect()
}

fn kind(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Scalar => "SCALAR",
        TypeKind::Object(_) => "OBJECT",
        TypeKind::Interface(_) => "INTERFACE",
        TypeKind::Union(_) => "UNION",
        TypeKind::Enum(_) => "ENUM",
        TypeKind::InputObject(_) => "INPUT_OBJECT",
    }
}

fn full_type(definition: &TypeDefinition, kinds: &HashMap<&str, &str>) -> Value {
    let mut full = json!({
        "__typename": "__Type",
        "kind": kind(&definition.kind),
        "name": definition.name.node.as_str(),
        "description": null,
        "specifiedByURL": null,
        "isOneOf": false,
        "fields": null,
        "interfaces": null,
        "possibleTypes": null,
        "enumValues": null,
        "inputFields": null,
        "ofType": null,
    });
    match &definition.kind {
        TypeKind::Object(object) => {
            full["fields"] = object
                .fields
                .iter()
                .map(|of| field(&of.node, kinds))
                .collect();
            full["interfaces"] = json!([]);
        }
        TypeKind::Enum(of) => {
            let value = |name: &str| {
                json!({
                    "__typename": "__EnumValue", "name": name, "description": null,
                    "isDeprecated": false, "deprecationReason": null,
                })
            };
            full["enumValues"] = of
                .values
                .iter()
                .map(|of| value(&of.node.value.node))
                .collect();
        }
        TypeKind::InputObject(of) => full["inputFields"] = inputs(&of.fields, kinds),
        _ => {}
    }
    full
}

fn field(field: &FieldDefinition, kinds: &HashMap<&str, &str>) -> Value {
    json!({
        "__typename": "__Field",
        "name": field.name.node.as_str(),
        "description": null,
        "args": inputs(&field.arguments, kinds),
        "type": reference(&field.ty.node, kinds),
        "isDeprecated": false,
        "deprecationReason": null,
    })
}

fn inputs(fields: &[Positioned<InputValueDefinition>], kinds: &HashMap<&str, &str>) -> Value {
    let input = |field: &InputValueDefinition| {
        json!({
            "__typename": "__InputValue",
            "name": field.name.node.as_str(),
            "description": null,
            "type": reference(&field.ty.node, kinds),
            "defaultValue": field.default_value.as_ref().map(|value| value.node.to_string()),
            "isDeprecated": false,
            "deprecationReason": null,
        })
    };
    fields.iter().map(|field| input(&field.node)).collect()
}

fn reference(of: &Type, kinds: &HashMap<&str, &str>) -> Value {
    let wrapped = |kind: &str, inner: Value| json!({ "__typename": "__Type", "kind": kind, "name": null, "ofType": inner });
    let inner = match &of.base {
        BaseType::List(item) => wrapped("LIST", reference(item, kinds)),
        BaseType::Named(name) => json!({
            "__typename": "__Type",
            "kind": kinds.get(name.as_str()),
            "name": name.as_str(),
            "ofType": null,
        }),
    };
    if of.nullable {
        inner
    } else {
        wrapped("NON_NULL", inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_there() {
        let schema = Schema::new();
        assert_eq!(schema.types.len(), 28);
        assert_eq!(schema.definitions.len(), 36);
        let text = schema.root.to_string();
        assert!(!text.contains("\"kind\":null"), "{text}");
    }
}
