//! How long functions are.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use syn::{
    Block, ImplItemFn, ItemFn, ItemMod, Signature, TraitItemFn,
    visit::{self, Visit},
};

use crate::modules::is_test;

/// A function with a body.
pub struct Function {
    /// From `fn` to the closing brace, both included; attributes and documentation are not.
    pub lines: usize,
    /// Its file, from the root of the workspace, and its first line.
    pub place: (PathBuf, usize),
    /// Its name.
    pub name: String,
    /// Whether it is a part of a test, an example or a benchmark.
    pub test: bool,
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, line) = &self.place;
        write!(f, "{} lines, {} at {}:{line}", self.lines, self.name, path.display())
    }
}

/// Every function of a file; one inside another counts in both.
pub fn functions(path: &Path, file: &syn::File, test: bool) -> Vec<Function> {
    let mut walk = Walk {
        path,
        test,
        found: Vec::new(),
    };
    walk.visit_file(file);
    walk.found
}

struct Walk<'a> {
    path: &'a Path,
    test: bool,
    found: Vec<Function>,
}

impl Walk<'_> {
    fn add(&mut self, signature: &Signature, body: &Block) {
        let (first, last) = (
            signature.fn_token.span.start().line,
            body.brace_token.span.close().end().line,
        );
        self.found.push(Function {
            lines: last + 1 - first,
            place: (self.path.to_owned(), first),
            name: signature.ident.to_string(),
            test: self.test,
        });
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let outside = self.test;
        self.test |= is_test(&item.attrs);
        visit::visit_item_mod(self, item);
        self.test = outside;
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let outside = self.test;
        self.test |= is_test(&item.attrs);
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
        self.test = outside;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
