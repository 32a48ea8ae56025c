//! Sparse matrices of the epoch: rows back to back in flat arrays.

use alloc::{vec, vec::Vec};

use super::math::{self, Bits, Divisor, ONE};

/// To divide by what is not zero, and to leave alone otherwise.
pub fn divisors(values: &[Bits]) -> Vec<Divisor> {
    values
        .iter()
        .map(|&value| Divisor::new(if value == 0 { ONE } else { value }))
        .collect()
}

/// To divide by what is positive, and to leave alone otherwise.
fn positive_or_one(value: Bits) -> Divisor {
    Divisor::new(if value > 0 { value } else { ONE })
}

/// Rows of (column, value). Columns within a row are in the order in which they came, not sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sparse {
    /// Where each row begins in the other two, and their length at the end: rows + 1 entries.
    starts: Vec<usize>,
    columns: Vec<u16>,
    values: Vec<Bits>,
}

impl Sparse {
    /// No rows yet, with room for `rows` rows of `entries` entries in all.
    pub fn with_capacity(rows: usize, entries: usize) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        Self {
            starts,
            columns: Vec::with_capacity(entries),
            values: Vec::with_capacity(entries),
        }
    }

    /// The stored entries that `keep(row, column)` keeps, as bare integers and not yet fixed point: `n` rows, the
    /// missing ones empty, and no columns from `n` on.
    pub fn gather(rows: &[Vec<(u16, u16)>], n: usize, mut keep: impl FnMut(usize, usize) -> bool) -> Self {
        let mut matrix = Self::with_capacity(n, rows.iter().take(n).map(Vec::len).sum());
        for i in 0..n {
            for &(column, value) in rows.get(i).map_or(&[][..], Vec::as_slice) {
                if usize::from(column) < n && keep(i, column.into()) {
                    matrix.push(column, value.into());
                }
            }
            matrix.end_row();
        }
        matrix
    }

    /// Appends an entry to the row under construction.
    #[inline]
    pub fn push(&mut self, column: u16, value: Bits) {
        self.columns.push(column);
        self.values.push(value);
    }

    /// Ends the row under construction and begins the next.
    pub fn end_row(&mut self) {
        self.starts.push(self.columns.len());
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of entries.
    pub fn entries(&self) -> usize {
        self.columns.len()
    }

    /// Row `i`: its columns and, parallel, its values.
    #[inline]
    pub fn row(&self, i: usize) -> (&[u16], &[Bits]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// The entries of row `i`.
    #[inline]
    pub fn iter(&self, i: usize) -> impl Iterator<Item = (usize, Bits)> + '_ {
        let (columns, values) = self.row(i);
        columns
            .iter()
            .zip(values)
            .map(|(&column, &value)| (usize::from(column), value))
    }

    /// The same entries with other values: `f(row, column, value)`.
    pub fn map(mut self, mut f: impl FnMut(usize, usize, Bits) -> Bits) -> Self {
        for row in 0..self.rows() {
            for k in self.starts[row]..self.starts[row + 1] {
                self.values[k] = f(row, usize::from(self.columns[k]), self.values[k]);
            }
        }
        self
    }

    /// Each entry divided by the sum of its row, where that is positive. A quotient of bare integers is the same
    /// as that of fixed-point numbers, so both may be given.
    pub fn normalize_rows(self) -> Self {
        let sum = |row| math::sum(self.row(row).1.iter().copied());
        let sums: Vec<Divisor> = (0..self.rows()).map(|row| positive_or_one(sum(row))).collect();
        self.map(|row, _, value| sums[row].divide(value))
    }

    /// Saturating sums of the `n` columns.
    pub fn column_sums(&self, n: usize) -> Vec<Bits> {
        let mut sums = vec![0; n];
        for (&column, &value) in self.columns.iter().zip(&self.values) {
            let sum: &mut Bits = &mut sums[usize::from(column)];
            *sum = sum.saturating_add(value);
        }
        sums
    }

    /// Each entry divided by the sum of its column, where that is not 0. Columns are below `n`. Bare integers
    /// may be given, see [`Self::normalize_rows`].
    pub fn normalize_columns(self, n: usize) -> Self {
        let sums = divisors(&self.column_sums(n));
        self.map(|_, column, value| sums[column].divide(value))
    }

    /// Each entry divided by the largest of its column, where that is positive. Columns are below `n`.
    pub fn upscale_columns(self, n: usize) -> Self {
        let mut largest = vec![0; n];
        for (&column, &value) in self.columns.iter().zip(&self.values) {
            let max: &mut Bits = &mut largest[usize::from(column)];
            *max = value.max(*max);
        }
        self.map(|_, column, value| {
            if largest[column] > 0 {
                math::safe_div(value, largest[column])
            } else {
                value
            }
        })
    }

    /// Entries above their column's `threshold` cut down to it, and dropped where it is not positive.
    pub fn clip(&self, threshold: &[Bits]) -> Self {
        let mut clipped = Self::with_capacity(self.rows(), self.entries());
        for row in 0..self.rows() {
            for (column, value) in self.iter(row) {
                let limit = threshold[column];
                if limit >= value {
                    clipped.push(column as u16, value);
                } else if limit > 0 {
                    clipped.push(column as u16, limit);
                }
            }
            clipped.end_row();
        }
        clipped
    }

    /// For each of `n` columns the sum over rows of `row_weights[row] * value`, saturating.
    pub fn weighted_column_sums(&self, row_weights: &[Bits], n: usize) -> Vec<Bits> {
        let mut sums: Vec<Bits> = vec![0; n];
        for (row, &weight) in row_weights.iter().enumerate().take(self.rows()) {
            for (column, value) in self.iter(row) {
                sums[column] = sums[column].saturating_add(math::mul(weight, value));
            }
        }
        sums
    }

    /// For each row the sum over columns of `column_weights[column] * value`, saturating.
    pub fn weighted_row_sums(&self, column_weights: &[Bits]) -> Vec<Bits> {
        let sum = |row| math::dot(self.iter(row).map(|(column, value)| (column_weights[column], value)));
        (0..self.rows()).map(sum).collect()
    }

    /// Row by row `a + ratio * (b - a)` with absent entries as 0: columns ascending, below `n`, and only
    /// positive results.
    pub fn interpolate(a: &Self, b: &Self, ratio: Bits, n: usize) -> Self {
        let mut result = Self::with_capacity(a.rows(), a.entries());
        let (mut from, mut to) = (vec![0; n], vec![0; n]);
        for row in 0..a.rows() {
            if a.row(row).0.is_empty() && b.row(row).0.is_empty() {
                result.end_row();
                continue;
            }
            a.iter(row).for_each(|(column, value)| from[column] = value);
            b.iter(row).for_each(|(column, value)| to[column] = value);
            for column in 0..n {
                let value = math::interpolate(from[column], to[column], ratio);
                if value > 0 {
                    result.push(column as u16, value);
                }
            }
            a.iter(row).for_each(|(column, _)| from[column] = 0);
            b.iter(row).for_each(|(column, _)| to[column] = 0);
            result.end_row();
        }
        result
    }

    /// Moving average: `alpha * new + (1 - alpha) * old`, columns ascending, below `n`, positive results only.
    pub fn moving_average(new: &Self, old: &Self, alpha: Bits, n: usize) -> Self {
        let keep = math::ONE.saturating_sub(alpha);
        let mut result = Self::with_capacity(new.rows(), new.entries().max(old.entries()));
        let mut row_values: Vec<Bits> = vec![0; n];
        for row in 0..new.rows() {
            if new.row(row).0.is_empty() && old.row(row).0.is_empty() {
                result.end_row();
                continue;
            }
            for (matrix, weight) in [(new, alpha), (old, keep)] {
                for (column, value) in matrix.iter(row) {
                    row_values[column] = row_values[column].saturating_add(math::mul(weight, value));
                }
            }
            for (column, value) in row_values.iter_mut().enumerate() {
                if *value > 0 {
                    result.push(column as u16, *value);
                }
                *value = 0;
            }
            result.end_row();
        }
        result
    }
}
