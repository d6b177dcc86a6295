//! The file of the carrier's keys: `index` and 64 hexadecimal digits, which never changes, and a
//! line for each sealing key, its name and 64 hexadecimal digits, the newest last.

use super::{hex, unhex};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

const INDEX: &str = "index";

/// The keys of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyFile {
    index: [u8; 32],
    /// By name, the newest last; never empty.
    keys: Vec<(String, [u8; 32])>,
}

/// A file of keys that cannot be used. It never says what stands in a line.
#[derive(Debug, thiserror::Error)]
pub enum BadKeys {
    #[error("line {0}: not a name and 64 hexadecimal digits")]
    Line(usize),
    #[error("line {0}: the name {1} stands twice")]
    Twice(usize, String),
    #[error("there is no line `index`")]
    NoIndex,
    #[error("there is no sealing key")]
    NoKey,
    #[error("others may read it: its mode is {0:o}, and must be 600")]
    Open(u32),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl KeyFile {
    /// A first file: its key is called `k1`.
    pub fn made(index: [u8; 32], key: [u8; 32]) -> Self {
        Self { index, keys: vec![("k1".to_owned(), key)] }
    }

    /// Reads what such a file says. Lines that begin with `#` are comments.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(text: &str) -> Result<Self, BadKeys> {
        let (mut index, mut keys) = (None, Vec::<(String, [u8; 32])>::new());
        for (at, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, key) = line.split_once(char::is_whitespace).ok_or(BadKeys::Line(at))?;
            let key = unhex(key.trim()).and_then(|key| <[u8; 32]>::try_from(key).ok());
            let key = key.ok_or(BadKeys::Line(at))?;
            if keys.iter().any(|(other, _)| other == name) || (name == INDEX && index.is_some()) {
                return Err(BadKeys::Twice(at, name.to_owned()));
            }
            if name == INDEX {
                index = Some(key);
            } else {
                keys.push((name.to_owned(), key));
            }
        }
        if keys.is_empty() {
            return Err(BadKeys::NoKey);
        }
        Ok(Self { index: index.ok_or(BadKeys::NoIndex)?, keys })
    }

    /// Reads a file that nobody but its owner may read.
    ///
    /// # Errors
    /// A file that is not there, or open to others, or wrong.
    pub fn read(path: &Path) -> Result<Self, BadKeys> {
        let text = fs::read_to_string(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(path)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(BadKeys::Open(mode));
            }
        }
        Self::parse(&text)
    }

    /// Writes it beside `path` and puts it there, on the disk before anything is sealed with it.
    ///
    /// # Errors
    /// A disk that does not take it.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&beside)?;
        file.write_all(self.text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "# Keys of tax ids. Without this file none can be read: keep a copy, apart from the \
             copies of the database.\n{INDEX} {}\n",
            hex(&self.index)
        );
        for (name, key) in &self.keys {
            text.extend([name, " ", &hex(key), "\n"]);
        }
        text
    }

    /// The same with one more key, which seals from now on.
    #[must_use]
    pub fn with(mut self, key: [u8; 32]) -> Self {
        let taken = |name: &String| self.keys.iter().any(|(other, _)| other == name);
        let mut number = self.keys.len() + 1;
        while taken(&format!("k{number}")) {
            number += 1;
        }
        self.keys.push((format!("k{number}"), key));
        self
    }

    pub(super) fn key(&self, name: &str) -> Option<[u8; 32]> {
        self.keys.iter().find(|(one, _)| one == name).map(|(_, key)| *key)
    }

    pub(super) const fn index(&self) -> &[u8; 32] {
        &self.index
    }

    /// The name of the key that seals.
    pub fn newest(&self) -> &str {
        self.keys.last().map_or("", |(name, _)| name)
    }

    /// Every key's name, the newest last.
    pub fn names(&self) -> Vec<&str> {
        self.keys.iter().map(|(name, _)| name.as_str()).collect()
    }
}
