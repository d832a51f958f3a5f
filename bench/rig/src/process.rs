//! A function's process: only Lambda's environment, its processor time and memory, and its share of a processor.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use serde::Deserialize;

/// A function as the plan names it.
#[derive(Clone, Deserialize)]
pub struct Function {
    pub name: String,
    /// The program and its arguments, started in `folder`.
    pub command: Vec<String>,
    pub folder: PathBuf,
}

/// A running process. Dropping it ends the process.
pub struct Process {
    child: Child,
    pub started: Instant,
}

impl Process {
    pub fn start(function: &Function, environment: &[(String, String)], errors: bool) -> io::Result<Self> {
        let (program, arguments) =
            function.command.split_first().ok_or_else(|| io::Error::other("an empty command"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&function.folder);
        command.env_clear().envs(environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(if errors { Stdio::inherit() } else { Stdio::null() });
        let started = Instant::now();
        Ok(Self { child: command.spawn()?, started })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the process with SIGTERM, so that callgrind writes its counts.
    pub fn terminate(mut self, patience: Duration) {
        let _ = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        let until = Instant::now() + patience;
        while self.is_alive() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Milliseconds of processor time that the threads of a process have used.
pub fn processor_ms(id: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let nanoseconds = |thread: fs::DirEntry| -> Option<u64> {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok()
    };
    threads.filter_map(nanoseconds).sum::<u64>() as f64 / 1e6
}

/// The peak memory of a process, in MB of 1,048,576 bytes as Lambda counts them.
pub fn peak_mb(id: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<f64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(f64::NAN) / 1_024.0
}

/// A control group that holds one process to a share of a processor, in the periods of 20 ms that Lambda uses. Each
/// process has its own: one that ends in debt would leave it to the next.
pub struct Share {
    folder: PathBuf,
}

impl Share {
    const PERIOD_US: f64 = 20_000.0;

    /// Requires the right to create a control group, of version 1 or 2.
    pub fn of(share: f64) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench-{}-{}", std::process::id(), COUNT.fetch_add(1, SeqCst));
        let (period, quota) = (Self::PERIOD_US, (Self::PERIOD_US * share).round());
        let first = Path::new("/sys/fs/cgroup/cpu");
        if first.join("cpu.cfs_period_us").exists() {
            let group = Self { folder: first.join(name) };
            fs::create_dir_all(&group.folder)?;
            fs::write(group.folder.join("cpu.cfs_period_us"), period.to_string())?;
            fs::write(group.folder.join("cpu.cfs_quota_us"), quota.to_string())?;
            return Ok(group);
        }
        let group = Self { folder: Path::new("/sys/fs/cgroup").join(name) };
        fs::create_dir_all(&group.folder)?;
        fs::write(group.folder.join("cpu.max"), format!("{quota} {period}"))?;
        Ok(group)
    }

    pub fn take(&self, id: u32) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), id.to_string())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // The group becomes empty some time after its last process has ended.
        for _ in 0..50 {
            match fs::remove_dir(&self.folder) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    thread::sleep(Duration::from_millis(10));
                }
                _ => break,
            }
        }
    }
}
