//! Columnar files: named columns of integers or numbers, as Parquet.
//!
//! The same table always makes the same bytes.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, Repetition, Type as Physical},
    column::{reader::ColumnReader, writer::ColumnWriter},
    errors::ParquetError,
    file::{
        properties::{EnabledStatistics, WriterProperties},
        reader::{FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::types::Type,
};
use tributary_private::durable;

use crate::Error;

/// Rows of a row group.
const GROUP: usize = 65_536;

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Numbers.
    Numbers(Vec<f64>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }
}

/// Columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

impl Table {
    /// Appends a column.
    pub fn push(&mut self, name: &str, column: Column) {
        self.columns.push((name.to_owned(), column));
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, column)| column)
    }

    /// A column of numbers.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.column(name)? {
            Column::Numbers(values) => Some(values),
            Column::Integers(_) => None,
        }
    }

    /// A column of integers.
    pub fn integers(&self, name: &str) -> Option<&[i64]> {
        match self.column(name)? {
            Column::Integers(values) => Some(values),
            Column::Numbers(_) => None,
        }
    }

    /// Appends the rows of a table with the same columns; of an empty table anything.
    ///
    /// Returns false, and does nothing, if the columns differ.
    pub fn append(&mut self, other: Self) -> bool {
        if self.columns.is_empty() {
            *self = other;
            return true;
        }
        let same = self.columns.len() == other.columns.len()
            && self
                .columns
                .iter()
                .zip(&other.columns)
                .all(|((a, x), (b, y))| a == b && core::mem::discriminant(x) == core::mem::discriminant(y));
        if same {
            for ((_, to), (_, from)) in self.columns.iter_mut().zip(other.columns) {
                match (to, from) {
                    (Column::Integers(to), Column::Integers(from)) => to.extend(from),
                    (Column::Numbers(to), Column::Numbers(from)) => to.extend(from),
                    (Column::Integers(_), Column::Numbers(_)) | (Column::Numbers(_), Column::Integers(_)) => {}
                }
            }
        }
        same
    }

    /// Writes the table. The file appears whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Table`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let partial = path.with_extension("partial");
        let file = File::create(&partial).map_err(Error::io(&partial))?;
        self.write_to(file).map_err(|error| Error::Table {
            path: partial.clone(),
            problem: error.to_string(),
        })?;
        durable::rename(&partial, path).map_err(Error::io(path))
    }

    fn write_to(&self, file: File) -> Result<(), ParquetError> {
        let fields = self
            .columns
            .iter()
            .map(|(name, column)| {
                let physical = match column {
                    Column::Integers(_) => Physical::INT64,
                    Column::Numbers(_) => Physical::DOUBLE,
                };
                let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
                field.build().map(Arc::new)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("futures").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("tributary-futures".to_owned())
            .build();
        let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        let mut from = 0;
        while from < self.rows() {
            let to = (from + GROUP).min(self.rows());
            let mut group = writer.next_row_group()?;
            for (_, column) in &self.columns {
                let Some(mut out) = group.next_column()? else { break };
                match (out.untyped(), column) {
                    (ColumnWriter::Int64ColumnWriter(out), Column::Integers(values)) => {
                        out.write_batch(&values[from..to], None, None)?;
                    }
                    (ColumnWriter::DoubleColumnWriter(out), Column::Numbers(values)) => {
                        out.write_batch(&values[from..to], None, None)?;
                    }
                    _ => {
                        return Err(ParquetError::General(
                            "a column has another type than its schema".into(),
                        ));
                    }
                }
                out.close()?;
            }
            group.close()?;
            from = to;
        }
        writer.close().map(|_| ())
    }

    /// Reads a table that [`Self::write`] wrote.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Table`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = tributary_private::open(path).map_err(Error::io(path))?;
        Self::read_from(file).map_err(|error| Error::Table {
            path: path.to_owned(),
            problem: error.to_string(),
        })
    }

    fn read_from(file: File) -> Result<Self, ParquetError> {
        let reader = SerializedFileReader::new(file)?;
        let mut table = Self::default();
        for field in reader.metadata().file_metadata().schema().get_fields() {
            let column = match field.get_physical_type() {
                Physical::INT64 => Column::Integers(Vec::new()),
                Physical::DOUBLE => Column::Numbers(Vec::new()),
                other => return Err(ParquetError::General(format!("column of type {other}"))),
            };
            table.push(field.name(), column);
        }
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group)?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            for (index, (_, column)) in table.columns.iter_mut().enumerate() {
                match (group.get_column_reader(index)?, column) {
                    (ColumnReader::Int64ColumnReader(mut from), Column::Integers(values)) => {
                        from.read_records(rows, None, None, values)?;
                    }
                    (ColumnReader::DoubleColumnReader(mut from), Column::Numbers(values)) => {
                        from.read_records(rows, None, None, values)?;
                    }
                    _ => {
                        return Err(ParquetError::General(
                            "a column has another type than its schema".into(),
                        ));
                    }
                }
            }
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_survives_its_file_to_the_bit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("t.parquet");
        let mut table = Table::default();
        table.push("n", Column::Integers((0..100_000).collect()));
        table.push(
            "x",
            Column::Numbers((0..100_000).map(|i| 1.0 / f64::from(i + 1)).collect()),
        );
        table.write(&path).unwrap();
        assert_eq!(Table::read(&path).unwrap(), table);
        let bytes = std::fs::read(&path).unwrap();
        table.write(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}
