//! Section "checks of the checks": with a mechanism taken out of the desk, the test that is responsible for it must go red;
//! with all of them in, it is green.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::FAULTY;

use crate::report::Report;

/// A test takes seconds; without its mechanism it may never end.
const LONGEST: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A fault, the guarantee that it breaks, and the test that has to notice: its file and its name.
type Planted = (&'static str, &'static str, &'static str, &'static str);

const PLANTED: &[Planted] = &[
    ("ack-before-commit", "G1", "crash", "nothing_acknowledged_is_lost_or_doubled_by_kills_at_random"),
    ("synchronous-normal", "G1", "power", "nothing_acknowledged_is_lost_by_a_power_cut"),
    ("memory-dedupe", "G2", "crash", "every_answered_callback_is_one_action_whenever_the_desk_dies"),
    ("queue-jumped", "G3", "containment", "a_poisonous_event_is_tried_five_times_and_parked"),
    ("late-sent", "G5", "plays", "late::what_cannot_be_sent_for_a_day_ends_as_failed"),
    ("interrupted-sent-again", "G6", "crash", "no_answer_is_sent_twice_when_the_desk_dies_while_sending"),
    ("resent-unasked", "G6", "plays", "lost::a_lost_answer_is_told_and_never_repeated"),
    ("early-receipts-dropped", "G7", "plays", "receipts::receipts_in_any_order"),
    ("receipts-lower", "G7", "plays", "receipts::receipts_for_what_nobody_sent"),
    ("counter-not-written", "G10", "crash", "every_answered_callback_is_one_action_whenever_the_desk_dies"),
    ("tries-removed", "G11", "containment", "a_poisonous_event_is_tried_five_times_and_parked"),
    ("deadline-removed", "G12", "hostile", "a_hostile_channel_harms_only_itself"),
    ("memory-limit-removed", "G12", "hostile", "a_hostile_channel_harms_only_itself"),
    ("output-limits-removed", "G13", "hostile", "a_hostile_channel_harms_only_itself"),
    ("breaker-removed", "G15", "containment", "a_channel_that_always_fails_is_paused_and_loses_nothing"),
    ("guard-removed", "G17", "media", "nobody_at_home_is_called"),
    ("type-unchecked", "G18", "media", "a_hostile_file_server_leaves_nothing_behind"),
    ("links-unsigned", "G19", "files_out", "only_the_exact_link_reads_a_file"),
    ("revoked-served", "G19", "files_out", "a_file_is_taken_back_by_a_person_or_with_its_task"),
    ("seal-removed", "G20", "accounts", "connected_means_checked_set_and_called_back"),
    ("stale-handled", "G23", "containment", "what_is_older_than_a_day_is_parked"),
    ("fence-removed", "G34", "backup", "a_desk_from_a_backup_has_everything_and_sends_nothing_old_by_itself"),
    ("body-limit-removed", "G24", "edge", "a_huge_body_is_refused_early"),
];

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut green: Vec<(&str, &str)> = Vec::new();
    for (fault, guarantee, file, test) in PLANTED {
        if !green.contains(&(file, test)) {
            let passes = passes(report, file, test, None)?;
            report.figure(test, if passes { "green" } else { "red" }, "green", passes);
            green.push((file, test));
        }
        let passes = passes(report, file, test, Some(fault))?;
        let colour = if passes { "green: it noticed nothing" } else { "red" };
        report.figure(&format!("with {fault} ({guarantee}) {test}"), colour, "red", !passes);
    }
    Ok(())
}

/// Runs one test against the desk that faults can be planted in.
fn passes(report: &Report, file: &str, test: &str, fault: Option<&str>) -> anyhow::Result<bool> {
    let start = Instant::now();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Of the whole workspace, since a part of it would choose other features and build everything anew.
    command.args(["test", "--quiet", "--workspace", "--test", file, "--", "--exact", test]);
    command.env("DESK_PROGRAM", FAULTY).env("DESK_FAULT", fault.unwrap_or_default());
    let (passes, said) = run(&mut command)?;
    anyhow::ensure!(said.contains("running 1 test"), "{test} did not run: {said}");
    let why = said.lines().find(|line| line.starts_with("Error:")).unwrap_or_default();
    let short: String = why.chars().take(120).collect();
    let planted = fault.unwrap_or("nothing planted");
    let colour = if passes { "green" } else { "red" };
    report.progress(format!("{planted}: {test} {colour} in {:.0?}. {short}", start.elapsed()));
    Ok(passes)
}

/// Whether it passes, and what it said. One that does not end is ended, with all that it started: it is red as well.
fn run(command: &mut Command) -> anyhow::Result<(bool, String)> {
    let said = tempfile::NamedTempFile::new()?;
    command.stdin(Stdio::null()).stdout(said.reopen()?).stderr(Stdio::null()).process_group(0);
    let mut child = command.spawn().context("cargo does not start")?;
    let start = Instant::now();
    let passes = loop {
        if let Some(status) = child.try_wait()? {
            break status.success();
        }
        if start.elapsed() > LONGEST {
            Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status()?;
            child.wait()?;
            break false;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    Ok((passes, std::fs::read_to_string(said.path())?))
}
