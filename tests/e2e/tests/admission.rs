//! What a desk has to compile is compiled by a process of its own, with little time and memory, and once. Not here: a compiler
//! that fails in every way (`tests/guests/tests/admission.rs`), and hundreds of components (`prove admission`).

use std::io::Read as _;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use e2e::{Desk, DeskOptions, desk_program, run_desk, until};
use guests::admitted::{self, Plan};

/// G14: each is loaded or refused in time, whatever it is, and who loads it goes on.
#[test]
fn costly_and_broken_components_are_loaded_or_refused_in_time() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let plan = Plan { desk: desk_program()?, changed: 12, seed: 14, is_patient: false };
    let seen = admitted::run(&plan, &folder.path().join("compiled"), |line| println!("{line}"));
    let seen = seen.map_err(|error| anyhow::anyhow!("{error}"))?;
    ensure!(seen.ends.values().sum::<usize>() == 16 && seen.ends["size"] == 1, "{seen:?}");
    ensure!(seen.longest.0 < admitted::TIME_MAX * 2, "{seen:?}");
    Ok(())
}

/// G14: the process that compiles may use 30 s, 1 GiB and a file of 64 MiB, and says what is wrong with a component.
#[tokio::test]
async fn the_process_that_compiles_has_limits() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(desk_program()?);
    command.args(["compile", "--cache"]).arg(folder.path().join("compiled")).env_clear();
    let mut process = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let limits = format!("/proc/{}/limits", process.id());
    let is_limited = |text: &str| {
        [("cpu time", "30"), ("data size", "1073741824"), ("file size", "67108864")].iter().all(
            |(name, most)| {
                let line = text.lines().find_map(|line| line.strip_prefix(&format!("Max {name}")));
                line.is_some_and(|line| line.split_whitespace().take(2).all(|found| found == *most))
            },
        )
    };
    let waited = until("it has limited itself", || async {
        Ok(is_limited(&std::fs::read_to_string(&limits)?).then_some(()))
    });
    let waited = waited.await;
    // With nothing to read it ends.
    drop(process.stdin.take());
    let (mut said, status) = (String::new(), process.wait()?);
    process.stderr.take().context("it is piped")?.read_to_string(&mut said)?;
    waited?;
    ensure!(!status.success() && said.contains("component: is empty"), "{status}: {said}");
    Ok(())
}

/// G14: a component that is named with its digest is that one or none; whoever has changed the file has changed nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_loaded_under_its_own_digest_only() -> anyhow::Result<()> {
    let inspected = run_desk(Command::new(desk_program()?).args(["inspect", guests::PLUGIN_ECHO]))?;
    let inspected = String::from_utf8(inspected.stdout)?;
    let digest =
        inspected.lines().find_map(|line| line.trim().strip_prefix("digest")?.trim().strip_prefix("sha256:"));
    let digest = digest.with_context(|| inspected.clone())?;
    let named = |digest: &str| DeskOptions {
        plugins: vec![format!("{}@sha256:{digest}", guests::PLUGIN_ECHO).into()],
        ..DeskOptions::default()
    };
    let Err(refused) = Desk::start(named(&"0".repeat(64))).await else { bail!("another digest's is loaded") };
    let said = format!("{refused:#}");
    ensure!(said.contains("not the component") && said.contains(digest), "{said}");
    let desk = Desk::start(named(digest)).await?;
    ensure!(desk.list("channels").await?[0]["digest"].as_str().is_some_and(|shown| shown.ends_with(digest)));
    Ok(())
}

/// G14: a desk's first start has another process compile, its second start none; the machine code is named by the digest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_compiled_once_and_by_another_process() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (plugins, data) = (vec![guests::PLUGIN_ECHO.into()], Some(folder.path().to_owned()));
    let mut desk = Desk::start(DeskOptions { plugins, data, ..DeskOptions::default() }).await?;
    ensure!(!desk.children_time()?.is_zero(), "another process compiled");
    let channel = desk.list("channels").await?.remove(0);
    let files = std::fs::read_dir(folder.path().join("components"))?;
    let names: Vec<_> = files.map(|file| Ok(file?.file_name())).collect::<std::io::Result<_>>()?;
    let digest = channel["digest"].as_str().context("a digest")?.trim_start_matches("sha256:");
    ensure!(names.len() == 1 && names[0].to_string_lossy().starts_with(digest), "{digest}: {names:?}");
    desk.kill()?;
    desk.start_again()?;
    ensure!(desk.children_time()?.is_zero(), "nobody compiled");
    Ok(())
}
