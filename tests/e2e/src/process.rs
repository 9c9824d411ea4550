//! What the system says of a desk's process: memory, processor time, sockets. Only Linux does. Not here: what the desk says
//! of itself (`ops`).

use std::time::Duration;

use anyhow::Context;

use crate::Desk;

impl Desk {
    /// Memory that the process holds, bytes.
    ///
    /// # Errors
    /// The system does not say.
    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most memory that it ever held, bytes.
    ///
    /// # Errors
    /// The system does not say.
    pub fn peak_bytes(&self) -> anyhow::Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process_id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.with_context(|| format!("no line {name}"))?;
        let kib: u64 = kib.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib << 10)
    }

    /// The processor time that the process has used.
    ///
    /// # Errors
    /// The system does not say.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        // User's and system's time.
        self.times(11)
    }

    /// The processor time of the processes that it started and that have ended.
    ///
    /// # Errors
    /// The system does not say.
    pub fn children_time(&self) -> anyhow::Result<Duration> {
        self.times(13)
    }

    /// Two times that stand together, so many fields behind the process's name.
    fn times(&self, behind: usize) -> anyhow::Result<Duration> {
        /// Linux tells it in hundredths of a second, whatever its own clock.
        const MS: u64 = 10;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process_id()))?;
        // The name, which may have anything in it, is in parentheses.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let times = fields.skip(behind).take(2).map(str::parse::<u64>).collect::<Result<Vec<_>, _>>()?;
        Ok(Duration::from_millis(times.iter().sum::<u64>() * MS))
    }

    /// The sockets that the process has open.
    ///
    /// # Errors
    /// The system does not say.
    pub fn sockets(&self) -> anyhow::Result<usize> {
        let mut count = 0;
        for file in std::fs::read_dir(format!("/proc/{}/fd", self.process_id()))? {
            // Closed meanwhile, it is none.
            let target = std::fs::read_link(file?.path()).unwrap_or_default();
            count += usize::from(target.to_string_lossy().starts_with("socket:"));
        }
        Ok(count)
    }
}
