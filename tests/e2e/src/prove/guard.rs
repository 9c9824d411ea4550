//! G17 through a desk: every closed link of `tests/data/links` in a customer's message, and redirects to such, while
//! somebody listens on the ports that they lead to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::files::{FileServer, of_task};
use e2e::{Bench, DeskOptions, until};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::report::Report;

const HOSTS: [&str; 2] = [
    include_str!("../../../data/links/closed-hosts.txt"),
    include_str!("../../../data/links/closed-names.txt"),
];
const LINKS: &str = include_str!("../../../data/links/closed-links.txt");
/// A host of Viber's, which a server of the proof's stands for.
const VIBER: &str = "content.cdn.viber.com";
/// Files of that server that lead home.
const REDIRECTS: [&str; 2] = ["home.png", "home6.png"];
/// Links without a port lead to these.
const PORTS: [u16; 2] = [80, 443];
const FINAL_MAX: Duration = Duration::from_secs(70);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let visits = Arc::new(AtomicUsize::new(0));
    for port in PORTS {
        listen(port, &visits).await?;
    }
    // What listens is reached: else it would prove nothing that nobody comes.
    for address in ["127.0.0.1:80", "127.0.0.1:443"] {
        TcpStream::connect(address).await?;
    }
    until("both are noticed", || async { Ok((visits.swap(0, Ordering::SeqCst) > 0).then_some(())) }).await?;
    let files = FileServer::start().await?;
    let options = DeskOptions { egress: vec![format!("{VIBER}={}", files.base)], ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let links = links();
    visits.store(0, Ordering::SeqCst);
    for (token, link) in (1..).zip(&links) {
        let picture = json!({"type": "picture", "media": link, "text": "", "size": 9});
        let (status, _) = hook.post(&callback::message(token, "someone", &picture)).await?;
        ensure!(status == 200, "{link}: {status}");
    }
    let all = settled(&bench, &account).await?;
    let kept = all.iter().filter(|one| one["state"] != "failed").count();
    let visits = visits.load(Ordering::SeqCst);
    report.figure("links that lead to what is not public:", links.len(), "150 or more", links.len() >= 150);
    let tried = all.len();
    report.figure("of these taken for a file's and tried:", tried, "150 or more", tried >= 150);
    report.figure("not refused for good within 70 s:", kept, "0", kept == 0);
    report.figure("connections accepted on ports 80 and 443:", visits, "0", visits == 0);
    report.figure("redirects followed home, of", format!("{}: 0", REDIRECTS.len()), "0", {
        files.asked() >= REDIRECTS.len() && visits == 0
    });
    Ok(())
}

fn links() -> Vec<String> {
    let hosts = HOSTS.iter().flat_map(|hosts| hosts.lines());
    let of_hosts = hosts.flat_map(|host| ["https", "http"].map(|scheme| format!("{scheme}://{host}/a.jpg")));
    let redirects = REDIRECTS.map(|file| format!("https://{VIBER}/{file}"));
    of_hosts.chain(LINKS.lines().map(str::to_owned)).chain(redirects).collect()
}

/// Counts who comes to a port, by whichever of this machine's addresses.
async fn listen(port: u16, visits: &Arc<AtomicUsize>) -> anyhow::Result<()> {
    let both = TcpListener::bind(("::", port)).await;
    let listener = match both {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind(("0.0.0.0", port)).await.with_context(|| {
            format!("port {port} has to be free, and this user has to be allowed to listen there: as root, or after `sysctl net.ipv4.ip_unprivileged_port_start=80`")
        })?,
    };
    let visits = visits.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            visits.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// The files of the only task, once none waits any more, or for too long.
async fn settled(bench: &Bench, account: &str) -> anyhow::Result<Vec<Value>> {
    let (start, task) = (Instant::now(), bench.desk.tasks(account).await?.remove(0));
    loop {
        let all = of_task(bench, &task).await?;
        if all.iter().all(|one| one["state"] != "waiting") || start.elapsed() > FINAL_MAX {
            return Ok(all);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
