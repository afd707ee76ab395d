//! The plan: for every file the edits that carry a migration out, and the files to create. Pure: nothing here
//! touches the disk. Applying the edits is `apply`'s work.

pub mod edits;

use crate::findings::Finding;
use crate::source::FileId;
use edits::EditList;

/// Everything that an apply would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Edits of existing program files, sorted by file.
    pub edited: Vec<FileEdits>,
    /// Files that are created, or existing other files (`package.json`, PM2 file) with their whole new text.
    pub written: Vec<WrittenFile>,
    /// Findings that the plan leaves, each with the reason in its message.
    pub left: Vec<Finding>,
    /// The in-process server stays, attached to the broadcaster, because something is left.
    pub is_partial: bool,
    /// What a person should know that is no finding ("the Redis client `pub` stays: the cache uses it").
    pub notes: Vec<String>,
}

/// The edits of one program file.
#[derive(Clone, Debug)]
pub struct FileEdits {
    /// The file.
    pub file: FileId,
    /// Sorted and disjoint.
    pub edits: EditList,
}

/// A file with its whole new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its text before, `None` if it is created.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: String,
}
