//! Typed access to the inputs of a vector. Integers may be numbers or decimal strings.

use serde_json::Value;

use crate::vector::Problem;

/// The inputs of one vector, or an object inside them.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a>(pub &'a Value);

fn wrong(key: &str, wanted: &str) -> Problem {
    Problem::Input(format!("`{key}` is missing or is not {wanted}"))
}

fn integer<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    let wide = match value {
        Value::Number(number) => number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    T::try_from(wide).ok()
}

impl<'a> Inputs<'a> {
    /// The bare value under `key`.
    ///
    /// # Errors
    /// [`Problem::Input`] if there is none.
    pub fn value(&self, key: &str) -> Result<&'a Value, Problem> {
        self.0.get(key).ok_or_else(|| wrong(key, "a value"))
    }

    /// True if there is something other than null under `key`.
    pub fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    /// An integer.
    ///
    /// # Errors
    /// [`Problem::Input`] if there is none or it does not fit `T`.
    pub fn int<T: TryFrom<i128>>(&self, key: &str) -> Result<T, Problem> {
        self.0
            .get(key)
            .and_then(integer)
            .ok_or_else(|| wrong(key, "an integer in range"))
    }

    /// An integer, or nothing where the value is null or absent.
    ///
    /// # Errors
    /// [`Problem::Input`] if there is another thing.
    pub fn optional_int<T: TryFrom<i128>>(&self, key: &str) -> Result<Option<T>, Problem> {
        if self.has(key) {
            self.int(key).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A list of integers.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn ints<T: TryFrom<i128>>(&self, key: &str) -> Result<Vec<T>, Problem> {
        self.list(key)?
            .iter()
            .map(integer)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "a list of integers"))
    }

    /// A list of lists of integers.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn int_rows<T: TryFrom<i128>>(&self, key: &str) -> Result<Vec<Vec<T>>, Problem> {
        let row = |value: &Value| value.as_array()?.iter().map(integer).collect::<Option<Vec<T>>>();
        self.list(key)?
            .iter()
            .map(row)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "a list of lists of integers"))
    }

    /// A list.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn list(&self, key: &str) -> Result<&'a Vec<Value>, Problem> {
        self.0
            .get(key)
            .and_then(Value::as_array)
            .ok_or_else(|| wrong(key, "a list"))
    }

    /// A truth value.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn bool(&self, key: &str) -> Result<bool, Problem> {
        self.0
            .get(key)
            .and_then(Value::as_bool)
            .ok_or_else(|| wrong(key, "true or false"))
    }

    /// A list of truth values.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn bools(&self, key: &str) -> Result<Vec<bool>, Problem> {
        self.list(key)?
            .iter()
            .map(Value::as_bool)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "a list of booleans"))
    }

    /// A number that need not be whole, or a string that holds one.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn float(&self, key: &str) -> Result<f64, Problem> {
        let value = self.0.get(key);
        value
            .and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()))
            .ok_or_else(|| wrong(key, "a number"))
    }

    /// A list of numbers that need not be whole.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn floats(&self, key: &str) -> Result<Vec<f64>, Problem> {
        self.list(key)?
            .iter()
            .map(Value::as_f64)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "a list of numbers"))
    }

    /// Rows of numbers that need not be whole.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn float_rows(&self, key: &str) -> Result<Vec<Vec<f64>>, Problem> {
        let row = |value: &Value| {
            value
                .as_array()?
                .iter()
                .map(Value::as_f64)
                .collect::<Option<Vec<f64>>>()
        };
        self.list(key)?
            .iter()
            .map(row)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "rows of numbers"))
    }

    /// A text.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn text(&self, key: &str) -> Result<String, Problem> {
        self.0
            .get(key)
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
            .ok_or_else(|| wrong(key, "a text"))
    }

    /// Sparse rows: lists of pairs of column and value.
    ///
    /// # Errors
    /// [`Problem::Input`] if it is not that.
    pub fn sparse<T: TryFrom<i128>>(&self, key: &str) -> Result<Vec<Vec<(u16, T)>>, Problem> {
        let entry = |value: &Value| match value.as_array()?.as_slice() {
            [column, value] => Some((integer(column)?, integer(value)?)),
            _ => None,
        };
        let row = |value: &Value| value.as_array()?.iter().map(entry).collect::<Option<Vec<_>>>();
        self.list(key)?
            .iter()
            .map(row)
            .collect::<Option<_>>()
            .ok_or_else(|| wrong(key, "rows of [column, value]"))
    }
}
