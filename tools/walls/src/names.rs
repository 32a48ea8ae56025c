//! Which names a file uses, and in which file each is defined.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, Path, VisRestricted, Visibility,
    visit::{self, Visit},
};

use crate::modules::{Binding, ModuleId, Tree, is_test, leaves};

/// From which file to which, and by what names; files are positions in [`Tree::files`].
pub type Uses = BTreeMap<(usize, usize), BTreeSet<String>>;

/// Every use of one file's items by another.
pub fn uses(tree: &Tree) -> Uses {
    let mut uses = Uses::new();
    let tests = tree.test_modules();
    for (position, file) in tree.files.iter().enumerate() {
        if tests.contains(&file.module) {
            continue;
        }
        let mut walk = Walk {
            tree,
            module: file.module,
            file: position,
            uses: &mut uses,
        };
        walk.visit_file(&file.parsed);
    }
    uses
}

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Item(usize),
    Module(ModuleId),
}

/// Names on the way, so that `use a::a` does not go round.
type Seen = BTreeSet<(ModuleId, String)>;

fn resolve(tree: &Tree, module: ModuleId, path: &[String], seen: &mut Seen) -> BTreeSet<Target> {
    let Some((first, mut rest)) = path.split_first() else {
        return BTreeSet::new();
    };
    let mut at: BTreeSet<Target> = match first.as_str() {
        "crate" | "$crate" => [Target::Module(0)].into(),
        "self" => [Target::Module(module)].into(),
        "super" => {
            let mut up = tree.modules[module].parent;
            while let (Some(id), Some((next, after))) = (up, rest.split_first())
                && next == "super"
            {
                (up, rest) = (tree.modules[id].parent, after);
            }
            up.map(Target::Module).into_iter().collect()
        }
        name => look_up(tree, module, name, seen),
    };
    for name in rest {
        let modules: Vec<_> = at
            .iter()
            .filter_map(|target| match target {
                Target::Module(id) => Some(*id),
                Target::Item(_) => None,
            })
            .collect();
        // The rest of a path through an item is the item's own: a variant, an associated function.
        let deeper: BTreeSet<_> = modules.iter().flat_map(|id| look_up(tree, *id, name, seen)).collect();
        at.retain(|target| matches!(target, Target::Item(_)));
        if !deeper.is_empty() {
            at = deeper;
        }
    }
    at
}

fn look_up(tree: &Tree, module: ModuleId, name: &str, seen: &mut Seen) -> BTreeSet<Target> {
    if !seen.insert((module, name.to_owned())) {
        return BTreeSet::new();
    }
    let mut found = BTreeSet::new();
    for binding in tree.modules[module].names.get(name).into_iter().flatten() {
        match binding {
            Binding::Item(file) => {
                found.insert(Target::Item(*file));
            }
            Binding::Module(id) => {
                found.insert(Target::Module(*id));
            }
            Binding::Use(path) => found.extend(resolve(tree, module, path, seen)),
        }
    }
    if found.is_empty() {
        for path in &tree.modules[module].globs {
            for target in resolve(tree, module, path, &mut seen.clone()) {
                if let Target::Module(id) = target {
                    found.extend(look_up(tree, id, name, seen));
                }
            }
        }
    }
    seen.remove(&(module, name.to_owned()));
    found
}

struct Walk<'a> {
    tree: &'a Tree,
    module: ModuleId,
    file: usize,
    uses: &'a mut Uses,
}

impl Walk<'_> {
    fn path(&mut self, path: &[String]) {
        for target in resolve(self.tree, self.module, path, &mut Seen::new()) {
            if let Target::Item(file) = target
                && file != self.file
            {
                let names = self.uses.entry((self.file, file)).or_default();
                names.extend(path.last().cloned());
            }
        }
    }

    /// Paths among the tokens of a macro, whose syntax is its own: names joined by `::`, but no field or method, which
    /// follows a point, and no name of a field, which a single colon follows.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Vec::new();
        let (mut colons, mut before) = (0, ' ');
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    if colons != 2 {
                        self.end(&mut path, colons);
                    }
                    match before {
                        '.' => path.clear(),
                        '$' => path.push(format!("${name}")),
                        _ => path.push(name),
                    }
                    (colons, before) = (0, ' ');
                }
                other => {
                    self.end(&mut path, colons);
                    (colons, before) = (0, ' ');
                    match other {
                        TokenTree::Punct(mark) => before = mark.as_char(),
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Ident(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.end(&mut path, colons);
    }

    fn end(&mut self, path: &mut Vec<String>, colons: u32) {
        let path = std::mem::take(path);
        if colons != 1 && !path.is_empty() {
            self.path(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Macro(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        // A module in a file of its own is walked there.
        let Some((_, items)) = &item.content else { return };
        let inner = self.tree.child(self.module, &item.ident.to_string());
        let outer = self.module;
        self.module = inner.unwrap_or(outer);
        items.iter().for_each(|item| self.visit_item(item));
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Inherited) {
            for (_, path) in leaves(&item.tree) {
                self.path(&path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.path(&names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast Macro) {
        self.visit_path(&invoked.path);
        self.tokens(invoked.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::uses;
    use crate::modules::Tree;

    /// The edges of a crate of these files, as `from -> to: names`.
    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(&folder.path().join(files[0].0)).unwrap();
        let name = |file: usize| {
            let path = tree.files[file].path.strip_prefix(folder.path()).unwrap();
            path.display().to_string()
        };
        let found: BTreeMap<_, _> = uses(&tree)
            .into_iter()
            .map(|((from, to), names)| ((name(from), name(to)), names))
            .collect();
        found
            .into_iter()
            .map(|((from, to), names)| format!("{from} -> {to}: {}", names.into_iter().collect::<Vec<_>>().join(" ")))
            .collect()
    }

    #[test]
    fn a_name_leads_to_where_it_is_defined() {
        let found = edges(&[
            (
                "lib.rs",
                "mod a; mod b; mod room; pub use room::{deep::Deep as Short, *}; pub struct Root;",
            ),
            (
                "a.rs",
                "use crate::{Short, b as other}; fn f(x: Short) -> other::B { crate::b::B::new(Wide::Some) }",
            ),
            (
                "b.rs",
                "use super::room::*; pub struct B(Wide); mod inner { use super::super::Root; }",
            ),
            ("room/mod.rs", "pub mod deep; mod wide; pub use wide::Wide;"),
            ("room/deep.rs", "pub struct Deep;"),
            ("room/wide.rs", "pub enum Wide { Some }"),
        ]);
        assert_eq!(
            found,
            [
                "a.rs -> b.rs: B new",
                "a.rs -> room/deep.rs: Short",
                "b.rs -> lib.rs: Root",
                "b.rs -> room/wide.rs: Wide",
            ]
        );
    }

    #[test]
    fn a_parent_that_only_declares_and_passes_on_knows_nobody() {
        let child = (
            "child.rs",
            "use crate::Parents; pub struct Child(Parents); pub fn make() {}",
        );
        let declares = ("lib.rs", "mod child; pub use child::Child; pub struct Parents;");
        assert_eq!(edges(&[declares, child]), ["child.rs -> lib.rs: Parents"]);
        let uses = (
            "lib.rs",
            "mod child; pub use child::Child; pub struct Parents(Vec<Child>);",
        );
        assert_eq!(
            edges(&[uses, child]),
            ["child.rs -> lib.rs: Parents", "lib.rs -> child.rs: Child"]
        );
        let calls = ("lib.rs", "mod child; pub struct Parents; fn f() { child::make() }");
        assert_eq!(
            edges(&[calls, child]),
            ["child.rs -> lib.rs: Parents", "lib.rs -> child.rs: make"]
        );
    }

    #[test]
    fn macros_are_read_and_tests_are_not() {
        let found = edges(&[
            (
                "lib.rs",
                "#[macro_use] mod marks; mod a; mod b; mod c; #[cfg(test)] mod tests;",
            ),
            (
                "marks.rs",
                "#[macro_export] macro_rules! twice { ($x:expr) => { $crate::b::dup($x) } }",
            ),
            (
                "a.rs",
                "fn f() { println!(\"{}\", vec![crate::b::dup(1)].len()); crate::twice!(2) }",
            ),
            (
                "b.rs",
                "pub fn dup(x: u8) -> u8 { x } #[cfg(test)] mod tests { use crate::a::*; fn t() { crate::c::C; } }",
            ),
            (
                "c.rs",
                "table! { pub struct C { dup: u8 } } fn f(x: T) { x.dup(); assert!(x.dup() > x.dup) }",
            ),
            ("tests.rs", "use crate::c::C; mod more;"),
            ("tests/more.rs", "use crate::c::C;"),
        ]);
        assert_eq!(
            found,
            ["a.rs -> b.rs: dup", "a.rs -> marks.rs: twice", "marks.rs -> b.rs: dup"]
        );
    }
}
