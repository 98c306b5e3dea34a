//! What was sent, in the shape of its fields: names are known, nothing is twice or missing, values are not read yet.

use std::sync::Arc;

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, Code, Fault};

use crate::decode::Table;
use crate::decode::json::Raw;
use crate::decode::problems::Problems;
use crate::decode::shape::{ActDraft, Keyed, List};
use crate::decode::values;
use crate::error::detail;
use crate::params::Params;

/// What was sent for a field, in its shape.
#[derive(Debug)]
pub(crate) enum Draft {
    Absent,
    One(Raw),
    List(List),
    Keyed(Vec<Keyed>),
    /// The actions that may count, and how many were sent.
    Actions(Vec<ActDraft>, usize),
}

impl Draft {
    /// Whether something was sent, be it empty; null is nothing.
    pub(crate) fn is_sent(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::List(list) => list.sent,
            Self::One(_) | Self::Keyed(_) | Self::Actions(..) => true,
        }
    }

    pub(crate) fn says_nothing(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::One(raw) => raw.is_empty(),
            Self::List(list) => list.items.iter().all(|item| item.raw.is_empty()),
            Self::Keyed(items) => items.is_empty(),
            Self::Actions(_, count) => *count == 0,
        }
    }
}

/// Shapes of all fields: every name is known, none stands twice, none is missing.
pub(crate) struct Drafts {
    pub(crate) drafts: Vec<Draft>,
}

impl Drafts {
    /// Refuses fields and actions whose permission the actor lacks.
    pub(crate) fn permit(&self, table: &Table, actor: &Actor) -> Result<(), Fault> {
        let mut problems = Problems::default();
        for (field, draft) in table.fields.iter().zip(&self.drafts) {
            if let Some(permission) = field.needs
                && !draft.says_nothing()
                && !actor.permissions.has(permission)
            {
                let message = format!("The field {} needs the permission {permission}.", field.name);
                problems.push(detail(field.name, Code::Forbidden, message));
            }
            let Draft::Actions(acts, _) = draft else { continue };
            for act in acts {
                if let Some(kind) = act.kind
                    && !actor.permissions.has(kind.permission)
                {
                    let message =
                        format!("The action {} needs the permission {}.", kind.name, kind.permission);
                    problems.push(detail(act.type_label.as_str(), Code::Forbidden, message));
                }
            }
        }
        problems.into_result()
    }

    /// Reads every value. `extra` are wrong values that the caller found, such as ids of the path.
    pub(crate) fn values(
        self,
        table: &Table,
        check: Option<fn(&Params, &mut Vec<Detail>)>,
        extra: Vec<Detail>,
    ) -> Result<Params, Fault> {
        let mut problems = Problems::default();
        problems.append(extra);
        let mut params = Params::new(Arc::clone(&table.fields));
        for (at, (field, draft)) in table.fields.iter().zip(self.drafts).enumerate() {
            params.set(at, values::value(field, draft, &mut problems));
        }
        if let Some(check) = check
            && problems.is_empty()
        {
            let mut found = Vec::new();
            check(&params, &mut found);
            problems.append(found);
        }
        problems.too_large_alone()?;
        problems.into_result()?;
        Ok(params)
    }
}
