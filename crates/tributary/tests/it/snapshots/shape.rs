//! The shape of JSON: keys and types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What a place holds, over all values that were seen there.
#[derive(Default)]
pub struct Shape {
    plain: BTreeSet<&'static str>,
    object: Option<BTreeMap<String, Shape>>,
    array: Option<Box<Shape>>,
    /// How many objects were seen, and in this place at all, so that keys which some lack are known.
    objects: usize,
    seen: usize,
}

impl Shape {
    /// Takes up one more value.
    pub fn add(&mut self, value: &Value) {
        self.seen += 1;
        match value {
            Value::Null => {
                self.plain.insert("null");
            }
            Value::Bool(_) => {
                self.plain.insert("true or false");
            }
            Value::Number(number) => {
                let whole = number.is_u64() || number.is_i64();
                self.plain.insert(if whole { "whole number" } else { "number" });
            }
            Value::String(_) => {
                self.plain.insert("text");
            }
            Value::Array(values) => {
                let inner = self.array.get_or_insert_default();
                values.iter().for_each(|value| inner.add(value));
            }
            Value::Object(fields) => {
                self.objects += 1;
                let known = self.object.get_or_insert_default();
                for (key, value) in fields {
                    known.entry(key.clone()).or_default().add(value);
                }
            }
        }
    }

    /// As text, the lines after the first indented.
    pub fn text(&self, indent: usize) -> String {
        let mut kinds: Vec<String> = self.plain.iter().map(|kind| (*kind).to_owned()).collect();
        if let Some(inner) = &self.array {
            kinds.push(format!("[{}]", inner.text(indent)));
        }
        if let Some(fields) = &self.object {
            let pad = " ".repeat(indent + 2);
            let mut text = String::from("{\n");
            for (key, shape) in fields {
                let sometimes = if shape.seen < self.objects { "?" } else { "" };
                text += &format!("{pad}{key}{sometimes}: {}\n", shape.text(indent + 2));
            }
            kinds.push(text + &" ".repeat(indent) + "}");
        }
        kinds.join(" | ")
    }
}

/// The shape of what a command printed: one value, or one for each line.
pub fn of(out: &str) -> String {
    let values: Vec<Value> = serde_json::Deserializer::from_str(out)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error} in\n{out}"));
    let mut shape = Shape::default();
    values.iter().for_each(|value| shape.add(value));
    match values.len() {
        1 => shape.text(0),
        // How many lines there are may differ.
        _ => format!("each line: {}", shape.text(0)),
    }
}
