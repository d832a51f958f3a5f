//! The changes in a file, a line of JSON each. A change is on the disk before it is acknowledged, and a line that a
//! kill cut short was never acknowledged, so it is dropped.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use super::state::Change;

/// The file of changes. One process has it at a time.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// Where the next line goes.
    end: u64,
}

impl Journal {
    /// Opens or makes the file, and reads what is in it.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Change>)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.try_lock().is_err() {
            return Err(io::Error::other("another process has the file open"));
        }
        // A new file's name is on the disk only when its folder is.
        if let Some(folder) = path.parent() {
            File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()?;
        }
        let (changes, end) = read(&file)?;
        file.set_len(end)?;
        Ok((Self { file, end }, changes))
    }

    pub(super) fn append(&mut self, change: &Change) -> io::Result<()> {
        let mut line = serde_json::to_vec(change)?;
        line.push(b'\n');
        // What a write that failed left behind must not follow the next line.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.end += line.len() as u64;
        Ok(())
    }
}

/// The changes, and where the last whole line ends.
fn read(file: &File) -> io::Result<(Vec<Change>, u64)> {
    let mut reader = BufReader::new(file);
    let (mut changes, mut end, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok((changes, end));
        }
        let change = serde_json::from_slice(&line).map_err(|error| {
            let number = changes.len() + 1;
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("line {number} is no change of this service: {error}"),
            )
        })?;
        changes.push(change);
        end += length as u64;
    }
}
