//! The data file: a journal of all changes, one line of JSON each. A change is on the disk before it is acknowledged.
//! A last line without its end was never acknowledged, so it is dropped when the file is opened.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use super::state::Change;

/// An open data file. One process can have it open at a time.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// The file offset of the next line.
    end: u64,
}

impl Journal {
    /// Opens or creates the file, and returns it with the changes in it.
    ///
    /// # Errors
    /// If the file cannot be opened, if another process has it open, or if a line is not a [`Change`].
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Change>)> {
        let with_path =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(with_path)?;
        if file.try_lock().is_err() {
            return Err(with_path(io::Error::other("open in another process; use another file")));
        }
        sync_folder_of(path)?;
        let (changes, end) = read_changes(&file).map_err(with_path)?;
        file.set_len(end)?;
        Ok((Self { file, end }, changes))
    }

    /// Appends a change and waits until it is on the disk.
    pub(super) fn append(&mut self, change: &Change) -> io::Result<()> {
        let mut line = serde_json::to_vec(change)?;
        line.push(b'\n');
        // Remove what an earlier write left behind when it failed.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.end += line.len() as u64;
        Ok(())
    }
}

/// Syncs the folder of a file: a new file's name is on the disk only after that.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()
}

/// Does nothing: other systems, such as Windows, cannot open a folder as a file.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The changes in the file, and the offset where its last complete line ends.
fn read_changes(file: &File) -> io::Result<(Vec<Change>, u64)> {
    let mut reader = BufReader::new(file);
    let (mut changes, mut end, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok((changes, end));
        }
        let change = serde_json::from_slice(&line).map_err(|error| {
            let message = format!("line {} is not a change of the emulator: {error}", changes.len() + 1);
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        changes.push(change);
        end += length as u64;
    }
}
