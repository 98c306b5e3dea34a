//! A statement that grows: text and parameters side by side, so that a value never becomes text.

use deskbell_core::Limit;
use deskbell_db::Value;

/// SQL text with its `$n` parameters.
#[derive(Default)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) params: Vec<Value<'static>>,
}

impl Statement {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), params: Vec::new() }
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a parameter.
    pub(crate) fn bind(&mut self, value: impl Into<Value<'static>>) -> &mut Self {
        self.params.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.params.len().to_string());
        self
    }

    /// Appends how many rows are wanted, as a number in the text: PostgreSQL takes a parameter there for a tenth of all rows,
    /// and would rather sort them than walk an index for a page.
    pub(crate) fn limit(&mut self, rows: i64) -> &mut Self {
        self.push(" LIMIT ").push(&rows.to_string())
    }

    /// Appends a limit of so many rows or some more: a power of two, so that few different texts arise.
    pub(crate) fn limit_about(&mut self, rows: i64) -> &mut Self {
        self.limit(rows.max(1).unsigned_abs().next_power_of_two().cast_signed())
    }

    /// Appends how many rows are left out, for the same reason.
    pub(crate) fn offset(&mut self, rows: i64) -> &mut Self {
        if rows == 0 { self } else { self.push(" OFFSET ").push(&rows.to_string()) }
    }

    /// Appends `column IN ($a, $b, …)`. The list is filled up to a power of two with its last value, so that few
    /// different texts arise and statement caches stay small. An empty list admits nothing.
    pub(crate) fn within(&mut self, column: &str, ids: &[i64]) -> &mut Self {
        self.among(column, ids.iter().map(|id| Value::Int(*id)).collect())
    }

    /// The same for values of any kind.
    pub(crate) fn among(&mut self, column: &str, values: Vec<Value<'static>>) -> &mut Self {
        let Some(last) = values.last() else {
            return self.push("1 = 0");
        };
        if let [value] = &values[..] {
            return self.push(column).push(" = ").bind(value.clone());
        }
        self.push(column).push(" IN (");
        for n in 0..values.len().next_power_of_two() {
            if n > 0 {
                self.push(", ");
            }
            self.bind(values.get(n).unwrap_or(last).clone());
        }
        self.push(")")
    }

    /// Appends what keeps `column` within a limit; nothing where there is none.
    pub(crate) fn limited(&mut self, column: &str, limit: &Limit) -> &mut Self {
        match limit {
            Limit::All => self.push("1 = 1"),
            Limit::Only(ids) => self.within(column, ids),
        }
    }
}
