//! `desk backup` and `desk restore`. Not here: what they do (`backup`).

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::backup;
use crate::clock::utc;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The desk's data folder; the desk may run or not
    #[arg(long, env = "DESK_DATA")]
    data: PathBuf,
    /// The folder to make
    #[arg(long)]
    to: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The folder that `desk backup` made
    #[arg(long)]
    from: PathBuf,
    /// The data folder to make; it may hold desk.key and nothing else
    #[arg(long, env = "DESK_DATA")]
    data: PathBuf,
}

pub(super) fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let made = backup::take(&args.data, &args.to, &mut |line| println!("{line}"))?;
    println!("backup of {} in {} after {:.1?}", utc(made.taken_at), args.to.display(), began.elapsed());
    println!(
        "the master key is not in it: keep desk.key, or what DESK_KEY holds, apart from it; both are needed"
    );
    Ok(())
}

pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let restored = backup::restore(&args.from, &args.data, &mut |line| println!("{line}"))?;
    let taken_at = utc(restored.manifest.taken_at);
    println!("restored the backup of {taken_at} into {} after {:.1?}", args.data.display(), began.elapsed());
    let held = restored.held;
    println!(
        "held: {} calls and {} replies, which may have been sent after {taken_at}",
        held.calls, held.replies
    );
    println!("next: stop the old desk for good, put desk.key into the folder, start `desk serve`;");
    println!("then see GET /api/v1/held, and release or drop what is held");
    Ok(())
}
