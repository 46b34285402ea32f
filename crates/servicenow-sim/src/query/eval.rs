//! Which records an encoded query selects, and in which order.

use std::cmp::Ordering;

use super::parser::{Operator, Query, Term};
use crate::schema::Kind;
use crate::store::{self, Record};
use crate::world::World;

/// Takes out the terms whose column does not exist, as the platform does, and returns what they named.
pub(crate) fn prune(world: &World, table: &str, query: &mut Query) -> Vec<String> {
    let mut dropped = Vec::new();
    for alternatives in query.groups.iter_mut().flatten() {
        alternatives.retain(|term| {
            let keep = term.operator == Operator::Unsupported
                || world.schema.walk(table, &term.field).is_some();
            if !keep {
                dropped.push(if term.field.is_empty() {
                    term.value.clone()
                } else {
                    term.field.clone()
                });
            }
            keep
        });
    }
    for group in &mut query.groups {
        group.retain(|alternatives| !alternatives.is_empty());
    }
    query.order.retain(|(field, _)| {
        let keep = world.schema.walk(table, field).is_some();
        if !keep {
            dropped.push(field.clone());
        }
        keep
    });
    dropped
}

pub(crate) fn matches(world: &World, table: &str, record: &Record, query: &Query) -> bool {
    let holds = |term: &Term| term_holds(world, table, record, term);
    query.groups.is_empty()
        || query
            .groups
            .iter()
            .any(|group| group.iter().all(|any| any.iter().any(holds)))
}

/// The value a path leads to, through references; a broken reference leads to nothing.
pub(crate) fn value_at<'w>(
    world: &'w World,
    table: &'w str,
    record: &'w Record,
    path: &str,
) -> &'w str {
    let Some((first, rest)) = path.split_once('.') else {
        return store::shown(record, path, world.now_ms());
    };
    let Some(Kind::Reference(target)) = world.schema.column(table, first).map(|c| &c.kind) else {
        return "";
    };
    match world.store.get(target, store::get(record, first)) {
        Some(next) => value_at(world, target, next, rest),
        None => "",
    }
}

fn term_holds(world: &World, table: &str, record: &Record, term: &Term) -> bool {
    let have = value_at(world, table, record, &term.field);
    let want = term.value.as_str();
    // A script is evaluated on an instance; here it is reported and selects nothing.
    if want.starts_with("javascript:") {
        return false;
    }
    let other = || value_at(world, table, record, want);
    let list = || want.split(',').any(|item| item == have);
    match term.operator {
        Operator::Equals => same(have, want),
        Operator::Differs => !same(have, want),
        Operator::Less => !have.is_empty() && compare(have, want).is_lt(),
        Operator::AtMost => !have.is_empty() && compare(have, want).is_le(),
        Operator::Greater => !have.is_empty() && compare(have, want).is_gt(),
        Operator::AtLeast => !have.is_empty() && compare(have, want).is_ge(),
        Operator::In => list(),
        Operator::NotIn => !list(),
        Operator::Contains => have.contains(want),
        Operator::ContainsNot => !have.contains(want),
        Operator::StartsWith => have.starts_with(want),
        Operator::EndsWith => have.ends_with(want),
        Operator::IsEmpty | Operator::EmptyString => have.is_empty(),
        Operator::IsNotEmpty => !have.is_empty(),
        Operator::Anything => true,
        Operator::Between => want.split_once('@').is_some_and(|(low, high)| {
            !have.is_empty() && compare(have, low).is_ge() && compare(have, high).is_le()
        }),
        Operator::SameAs => have == other(),
        Operator::DiffersFrom => have != other(),
        Operator::GreaterField => compare(have, other()).is_gt(),
        Operator::LessField => compare(have, other()).is_lt(),
        Operator::Unsupported => false,
    }
}

fn same(have: &str, want: &str) -> bool {
    have == want
}

/// Numbers as numbers, everything else (dates included) as text.
fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

/// Orders rows by the query's `ORDERBY` terms; rows that tie keep the order they came in.
pub(crate) fn sort(world: &World, table: &str, order: &[(String, bool)], rows: &mut [Record]) {
    rows.sort_by(|a, b| {
        for (field, descending) in order {
            let way = compare(
                value_at(world, table, a, field),
                value_at(world, table, b, field),
            );
            let way = if *descending { way.reverse() } else { way };
            if way.is_ne() {
                return way;
            }
        }
        Ordering::Equal
    });
}
