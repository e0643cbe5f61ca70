//! Validation of GraphQL documents against the schema. A document is validated as a whole before
//! anything is read or changed, so an invalid one changes nothing.
//!
//! Validation compares types only, never the values of variables, so its cost depends only on the
//! document's text and fragments.

use std::cell::Cell;
use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    BaseType, Field, InputValueDefinition, OperationDefinition, Selection, SelectionSet, Type,
    TypeKind, VariableDefinition,
};
use async_graphql_value::{ConstValue, Name, Value as Literal};

use super::schema::Schema;
use super::selection::{Budget, Fragments, GraphqlError, no_directive};
use super::values::{Scalar, mistyped, named_type, no_member};

type Arguments = [(Positioned<Name>, Positioned<Literal>)];

/// The fields at one place in the response, by their names there.
type Paths<'a> = HashMap<&'a str, Selected<'a>>;

/// A selected field, and the selections below it so far.
struct Selected<'a> {
    name: &'a Name,
    arguments: &'a Arguments,
    below: Paths<'a>,
}

/// Checks the selections of an operation, including fragments.
pub(super) struct Validator<'a> {
    schema: &'a Schema,
    fragments: &'a Fragments,
    variables: HashMap<&'a str, &'a VariableDefinition>,
    budget: &'a Budget,
    reads_members: Cell<bool>,
}

impl<'a> Validator<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        fragments: &'a Fragments,
        operation: &'a OperationDefinition,
        budget: &'a Budget,
    ) -> Result<Self, GraphqlError> {
        let mut variables = HashMap::new();
        for definition in &operation.variable_definitions {
            let name = definition.node.name.node.as_str();
            if variables.insert(name, &definition.node).is_some() {
                let message = format!("the variable \"{name}\" is declared twice");
                return Err(GraphqlError::invalid(message));
            }
        }
        Ok(Self {
            schema,
            fragments,
            variables,
            budget,
            reads_members: Cell::new(false),
        })
    }

    /// Checks a selection from the type called `of`; returns whether it includes members of
    /// workspaces.
    pub(super) fn check(&self, set: &'a SelectionSet, of: &str) -> Result<bool, GraphqlError> {
        self.check_set(set, of, &mut HashMap::new(), 1)?;
        Ok(self.reads_members.get())
    }

    fn check_set(
        &self,
        set: &'a SelectionSet,
        of: &str,
        selected: &mut Paths<'a>,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        self.budget.count(depth)?;
        for item in &set.items {
            no_directive(item.node.directives())?;
            let (on, set) = match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let key = field.response_key().node.as_str();
                    let (name, arguments) = (&field.name.node, &field.arguments[..]);
                    let first = selected.entry(key).or_insert_with(|| Selected {
                        name,
                        arguments,
                        below: HashMap::new(),
                    });
                    if (first.name, first.arguments) != (name, arguments) {
                        let message = format!("\"{key}\" is the name of two different fields");
                        return Err(GraphqlError::invalid(message));
                    }
                    self.check_field(field, of, &mut first.below, depth)?;
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment = self.fragments.get(name).ok_or_else(|| {
                        GraphqlError::invalid(format!("there is no fragment \"{name}\""))
                    })?;
                    let on = Some(fragment.node.type_condition.node.on.node.as_str());
                    (on, &fragment.node.selection_set.node)
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|condition| condition.node.on.node.as_str());
                    (on, &fragment.node.selection_set.node)
                }
            };
            if let Some(on) = on.filter(|on| *on != of) {
                let message = format!("a fragment on \"{on}\" can't be of type \"{of}\"");
                return Err(GraphqlError::invalid(message));
            }
            self.check_set(set, of, selected, depth + 1)?;
        }
        Ok(())
    }

    fn check_field(
        &self,
        field: &'a Field,
        of: &str,
        below: &mut Paths<'a>,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        self.budget.count(depth)?;
        let (name, set) = (field.name.node.as_str(), &field.selection_set.node);
        if (of, name) == ("workspace", "users") {
            self.reads_members.set(true);
        }
        let (definitions, named) = if name == "__typename" {
            (&[][..], None)
        } else {
            let definition = self.schema.field(of, name).ok_or_else(|| {
                GraphqlError::invalid(format!("field \"{name}\" not found in type: \"{of}\""))
            })?;
            let named = named_type(&definition.ty.node);
            (&definition.arguments[..], Some(named))
        };
        let given = field.arguments.iter();
        let given: Vec<_> = given
            .map(|(name, literal)| (&name.node, &literal.node))
            .collect();
        self.check_members(&given, definitions, name)?;
        match named.filter(|named| self.schema.is_object(named)) {
            Some(_) if set.items.is_empty() => Err(GraphqlError::invalid(format!(
                "select fields of \"{name}\""
            ))),
            Some(inner) => self.check_set(set, inner, below, depth + 1),
            None if set.items.is_empty() => Ok(()),
            None => Err(GraphqlError::invalid(format!(
                "\"{name}\" has no fields to select"
            ))),
        }
    }

    /// Checks the arguments of a field, or the keys of an object.
    fn check_members(
        &self,
        given: &[(&Name, &Literal)],
        definitions: &[Positioned<InputValueDefinition>],
        place: &str,
    ) -> Result<(), GraphqlError> {
        for (at, (name, literal)) in given.iter().enumerate() {
            if given[..at].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("{place}.{name} is there twice");
                return Err(GraphqlError::invalid(message));
            }
            let mut known = definitions.iter().map(|of| &of.node);
            let definition = known.find(|of| of.name.node == **name);
            let definition = definition.ok_or_else(|| no_member(place, name))?;
            let place = format!("{place}.{name}");
            let has_default = definition.default_value.is_some();
            self.check_literal(literal, &definition.ty.node, has_default, &place)?;
        }
        let is_given = |wanted: &Name| given.iter().any(|(name, _)| *name == wanted);
        let missing = definitions.iter().map(|of| &of.node).find(|of| {
            let is_needed = !of.ty.node.nullable && of.default_value.is_none();
            is_needed && !is_given(&of.name.node)
        });
        match missing {
            None => Ok(()),
            Some(missing) => Err(GraphqlError::invalid(format!(
                "{place}.{} is missing",
                missing.name.node
            ))),
        }
    }

    /// Checks a literal for a place of the type `of`, which may have a default.
    fn check_literal(
        &self,
        literal: &Literal,
        of: &Type,
        has_default: bool,
        place: &str,
    ) -> Result<(), GraphqlError> {
        self.budget.take()?;
        if let Literal::Variable(name) = literal {
            return self.check_variable(name, of, has_default, place);
        }
        if matches!(literal, Literal::Null) {
            return if of.nullable {
                Ok(())
            } else {
                Err(GraphqlError::invalid(format!("{place} is missing")))
            };
        }
        let name = match &of.base {
            BaseType::Named(name) => name.as_str(),
            BaseType::List(item) => {
                let items = match literal {
                    Literal::List(items) => &items[..],
                    single => std::slice::from_ref(single),
                };
                let mut items = items.iter();
                return items.try_for_each(|of| self.check_literal(of, item, false, place));
            }
        };
        let is_fine = match (self.schema.kind(name), literal) {
            (Some(TypeKind::InputObject(of)), Literal::Object(members)) => {
                let members: Vec<_> = members.iter().collect();
                return self.check_members(&members, &of.fields, place);
            }
            (Some(TypeKind::Enum(of)), Literal::Enum(value)) => {
                of.values.iter().any(|of| of.node.value.node == *value)
            }
            (Some(TypeKind::Scalar), literal) => {
                Scalar::of_literal(literal).is_some_and(|scalar| scalar.fits(name))
            }
            _ => false,
        };
        if is_fine {
            Ok(())
        } else {
            Err(mistyped(place, name, literal))
        }
    }

    /// Checks that a variable is allowed at a place (section 5.8.5 of the specification). A null
    /// that the place does not allow is refused later, with the values.
    fn check_variable(
        &self,
        name: &Name,
        of: &Type,
        has_default: bool,
        place: &str,
    ) -> Result<(), GraphqlError> {
        let definition = self.variables.get(name.as_str()).ok_or_else(|| {
            GraphqlError::invalid(format!(
                "the variable \"{}\" is not declared",
                name.as_str()
            ))
        })?;
        let declared = &definition.var_type.node;
        let own_default = definition.default_value.as_ref();
        let has_value = has_default || own_default.is_some_and(|of| of.node != ConstValue::Null);
        if is_usable(declared, of, has_value) {
            return Ok(());
        }
        Err(GraphqlError::invalid(format!(
            "${name} of type {declared} can't be used for {place} of type {of}"
        )))
    }
}

/// Whether values of the declared type fit the type `of`. With `has_value`, a default replaces a
/// missing one.
fn is_usable(declared: &Type, of: &Type, has_value: bool) -> bool {
    let never_null = of.nullable || !declared.nullable || has_value;
    never_null
        && match (&declared.base, &of.base) {
            (BaseType::Named(declared), BaseType::Named(of)) => declared == of,
            (BaseType::List(declared), BaseType::List(of)) => is_usable(declared, of, false),
            _ => false,
        }
}
