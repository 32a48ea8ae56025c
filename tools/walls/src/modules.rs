//! The modules of one target: which files they are in, and what names stand in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Item, ItemMod, Meta, UseTree};

/// Position in [`Tree::modules`].
pub type ModuleId = usize;

/// One source file.
pub struct File {
    /// As given or found.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its syntax.
    pub parsed: syn::File,
    /// The module that it is.
    pub module: ModuleId,
}

/// What a name of a module stands for.
pub enum Binding {
    /// An item that is defined in a file of that position.
    Item(usize),
    /// A module.
    Module(ModuleId),
    /// Another path, by `use`.
    Use(Vec<String>),
}

/// A module: a file, or inside of one.
pub struct Module {
    /// `None` for the root.
    pub parent: Option<ModuleId>,
    /// Its names. One may stand for a type, a function and a module at once.
    pub names: BTreeMap<String, Vec<Binding>>,
    /// What it takes everything of.
    pub globs: Vec<Vec<String>>,
}

/// The modules of one target; the first is the root.
#[derive(Default)]
pub struct Tree {
    /// The files, in the order of their declarations.
    pub files: Vec<File>,
    /// The modules.
    pub modules: Vec<Module>,
}

impl Tree {
    /// Reads a target from its root file.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        let folder = root.parent().context("a target has a folder")?.to_owned();
        tree.read_file(root.to_owned(), &folder, None)?;
        Ok(tree)
    }

    /// Reads the file of a module, whose children are in `folder`.
    fn read_file(&mut self, path: PathBuf, folder: &Path, parent: Option<ModuleId>) -> anyhow::Result<ModuleId> {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let parsed = syn::parse_file(&text).with_context(|| path.display().to_string())?;
        let (file, module) = (self.files.len(), self.add_module(parent));
        self.files.push(File {
            path,
            text,
            parsed: parsed.clone(),
            module,
        });
        self.read_items(&parsed.items, module, file, folder)?;
        Ok(module)
    }

    fn add_module(&mut self, parent: Option<ModuleId>) -> ModuleId {
        self.modules.push(Module {
            parent,
            names: BTreeMap::new(),
            globs: Vec::new(),
        });
        self.modules.len() - 1
    }

    fn read_items(&mut self, items: &[Item], module: ModuleId, file: usize, folder: &Path) -> anyhow::Result<()> {
        for item in items {
            match item {
                Item::Mod(inner) => {
                    let child = self.read_module(inner, module, file, folder)?;
                    self.bind(module, inner.ident.to_string(), Binding::Module(child));
                }
                Item::Use(item) => {
                    let leaves = leaves(&item.tree);
                    for (name, path) in leaves {
                        match name {
                            Some(name) => self.bind(module, name, Binding::Use(path)),
                            None => self.modules[module].globs.push(path),
                        }
                    }
                }
                Item::Macro(item) => {
                    if let Some(name) = &item.ident {
                        let exported = item.attrs.iter().any(|attr| attr.path().is_ident("macro_export"));
                        let at = if exported { 0 } else { module };
                        self.bind(at, name.to_string(), Binding::Item(file));
                    }
                    let mut names = Vec::new();
                    defined_in(item.mac.tokens.clone(), &mut names);
                    for name in names {
                        self.bind(module, name, Binding::Item(file));
                    }
                }
                other => {
                    if let Some(name) = name_of(other) {
                        self.bind(module, name, Binding::Item(file));
                    }
                }
            }
        }
        Ok(())
    }

    fn read_module(
        &mut self,
        item: &ItemMod,
        parent: ModuleId,
        file: usize,
        folder: &Path,
    ) -> anyhow::Result<ModuleId> {
        let name = item.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let inside = folder.join(name);
        if let Some((_, items)) = &item.content {
            let module = self.add_module(Some(parent));
            self.read_items(items, module, file, &inside)?;
            return Ok(module);
        }
        if let Some(named) = path_attribute(&item.attrs) {
            // Beside the file that names it, and its own children beside it.
            let beside = self.files[file]
                .path
                .parent()
                .context("a file has a folder")?
                .to_owned();
            let path = beside.join(named);
            let folder = path.parent().context("a file has a folder")?.to_owned();
            return self.read_file(path, &folder, Some(parent));
        }
        let flat = folder.join(format!("{name}.rs"));
        let path = if flat.exists() { flat } else { inside.join("mod.rs") };
        self.read_file(path, &inside, Some(parent))
    }

    fn bind(&mut self, module: ModuleId, name: String, binding: Binding) {
        self.modules[module].names.entry(name).or_default().push(binding);
    }
}

impl Tree {
    /// Modules that only tests have, with those inside them.
    pub fn test_modules(&self) -> BTreeSet<ModuleId> {
        let mut found = BTreeSet::new();
        for file in &self.files {
            for item in &file.parsed.items {
                if let Item::Mod(inner) = item
                    && is_test(&inner.attrs)
                    && let Some(id) = self.child(file.module, &inner.ident.to_string())
                {
                    found.insert(id);
                }
            }
        }
        // A child is read after its parent.
        for (id, module) in self.modules.iter().enumerate() {
            if module.parent.is_some_and(|parent| found.contains(&parent)) {
                found.insert(id);
            }
        }
        found
    }

    /// The module that another declares by this name.
    pub fn child(&self, module: ModuleId, name: &str) -> Option<ModuleId> {
        let bindings = self.modules[module].names.get(name).into_iter().flatten();
        bindings.into_iter().find_map(|binding| match binding {
            Binding::Module(id) => Some(*id),
            Binding::Item(_) | Binding::Use(_) => None,
        })
    }
}

/// The folder of a file's child modules.
pub fn folder_of(file: &Path) -> PathBuf {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("mod.rs" | "lib.rs" | "main.rs") => file.parent().unwrap_or(file).to_owned(),
        _ => file.with_extension(""),
    }
}

/// Whether an item is only there for tests.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let text = list.tokens.to_string();
            text == "test" || text.starts_with("all (test") || text.starts_with("all(test")
        }
        meta => meta.path().is_ident("test"),
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Names of the items that a macro is given, or makes, as far as they are spelled out.
fn defined_in(tokens: TokenStream, names: &mut Vec<String>) {
    let mut before = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                defined_in(group.stream(), names);
                before.clear();
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if ["const", "enum", "fn", "static", "struct", "trait", "type"].contains(&before.as_str()) {
                    names.push(name.clone());
                }
                before = name;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => before.clear(),
        }
    }
}

/// The paths of a `use`, each with the name that it gives; `None` for everything of the path.
pub fn leaves(tree: &UseTree) -> Vec<(Option<String>, Vec<String>)> {
    let mut found = Vec::new();
    collect_leaves(tree, &mut Vec::new(), &mut found);
    found
}

fn collect_leaves(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<(Option<String>, Vec<String>)>) {
    let mut leaf = |path: &[String], last: String, name: String| {
        let mut whole = path.to_vec();
        // `use a::{self, b}` names `a`.
        if last != "self" || whole.is_empty() {
            whole.push(last);
        }
        let name = if name == "self" {
            whole.last().cloned().unwrap_or_default()
        } else {
            name
        };
        found.push((Some(name), whole));
    };
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            collect_leaves(&inner.tree, path, found);
            path.pop();
        }
        UseTree::Name(inner) => leaf(path, inner.ident.to_string(), inner.ident.to_string()),
        UseTree::Rename(inner) => leaf(path, inner.ident.to_string(), inner.rename.to_string()),
        UseTree::Glob(_) => found.push((None, path.clone())),
        UseTree::Group(group) => {
            for tree in &group.items {
                collect_leaves(tree, path, found);
            }
        }
    }
}
