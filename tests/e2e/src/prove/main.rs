//! `prove`: produces the promised figures, at their full size, on this machine. Each proof is a file beside this one and
//! a row below; the tests have the same things in small numbers. Not here: speed (`bench`).

mod acks;
mod admission;
mod backup;
mod bodies;
mod canaries;
mod faults;
mod files;
mod full;
mod guard;
mod hostile;
mod kills;
mod lost;
mod media;
mod order;
mod pages;
mod points;
mod power;
mod receipts;
mod recovery;
mod repeats;
mod replay;
mod report;
mod sends;
mod signatures;
mod slow;
mod stops;
mod timing;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use report::Report;

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// A promise and what shows that it is kept.
struct Proof {
    name: &'static str,
    /// The ids of the guarantees.
    promises: &'static str,
    does: &'static str,
    run: for<'a> fn(&'a mut Report) -> Running<'a>,
}

const PROOFS: &[Proof] = &[
    Proof {
        name: "acks",
        promises: "G1",
        does: "how long 60,000 callbacks wait for their 200, and that all are kept (5 min)",
        run: |report| Box::pin(acks::prove(report)),
    },
    Proof {
        name: "repeats",
        promises: "G2",
        does: "10,000 callbacks up to seven times each, shuffled, through 20 kills (4 min)",
        run: |report| Box::pin(repeats::prove(report)),
    },
    Proof {
        name: "order",
        promises: "G3",
        does: "500 conversations of 200 messages through 20 kills (12 min)",
        run: |report| Box::pin(order::prove(report)),
    },
    Proof {
        name: "sends",
        promises: "G5",
        does: "1,000 answers over 30 days of the clocks', with every answer of Viber's at random (10 min)",
        run: |report| Box::pin(sends::prove(report)),
    },
    Proof {
        name: "lost",
        promises: "G6",
        does: "2,000 answers, one in ten lost on its way to Viber or back, kept for a person, then sent again (3 min)",
        run: |report| Box::pin(lost::prove(report)),
    },
    Proof {
        name: "receipts",
        promises: "G7",
        does: "1,000 answers whose receipt comes 50 ms before Viber's answer (1 min)",
        run: |report| Box::pin(receipts::prove(report)),
    },
    Proof {
        name: "signatures",
        promises: "G22",
        does: "8,448 flipped bits of a body and its MAC, and signatures of other shapes (1 min)",
        run: |report| Box::pin(signatures::prove(report)),
    },
    Proof {
        name: "timing",
        promises: "G22",
        does: "whether a refusal's time tells how much of a signature was right: 1,000,000 samples (1 min)",
        run: |report| Box::pin(async { timing::prove(report) }),
    },
    Proof {
        name: "replay",
        promises: "G23",
        does: "10,000 callbacks once more after a minute, a day and a month (5 min)",
        run: |report| Box::pin(replay::prove(report)),
    },
    Proof {
        name: "guard",
        promises: "G17",
        does: "300 links that lead to what is not public, while somebody listens there (20 s; ports 80 and 443)",
        run: |report| Box::pin(guard::prove(report)),
    },
    Proof {
        name: "media",
        promises: "G18",
        does: "a file server that does everything wrong, and 500 good files behind that (2 min)",
        run: |report| Box::pin(media::prove(report)),
    },
    Proof {
        name: "full",
        promises: "G27",
        does: "a disk of 64 MB filled to the mark and to the last byte under callbacks, and freed (1 min; as root)",
        run: |report| Box::pin(full::prove(report)),
    },
    Proof {
        name: "recovery",
        promises: "G9",
        does: "10 kills and starts while 100,000 calls wait, what they cost while they do, and how they go out (4 min)",
        run: |report| Box::pin(recovery::prove(report)),
    },
    Proof {
        name: "backup",
        promises: "G34",
        does: "200 MB backed up while callbacks come, restored, and nothing old sent (2 min)",
        run: |report| Box::pin(backup::prove(report)),
    },
    Proof {
        name: "admission",
        promises: "G14",
        does: "500 broken components and some that cost much, compiled apart (15 min); PROVE_SEED gives them again",
        run: |report| Box::pin(admission::prove(report)),
    },
    Proof {
        name: "hostile",
        promises: "G12 G13",
        does: "every hostile deed 200 times among 10,000 good calls (3 min)",
        run: |report| Box::pin(hostile::prove(report)),
    },
    Proof {
        name: "slow",
        promises: "G24",
        does: "2,000 clients that drip a byte a second, while good callbacks go on (40 s)",
        run: |report| Box::pin(slow::prove(report)),
    },
    Proof {
        name: "bodies",
        promises: "G24",
        does: "bodies of 1 GB, with the right length, a wrong one, and none (5 s)",
        run: |report| Box::pin(bodies::prove(report)),
    },
    Proof {
        name: "files",
        promises: "G19",
        does: "100,000 wrong links, 100 sizes, and a file of 50 MiB (2 min)",
        run: |report| Box::pin(files::prove(report)),
    },
    Proof {
        name: "canaries",
        promises: "G20 G21",
        does: "20 secrets looked for in 100 MB that a busy desk writes and answers (5 min)",
        run: |report| Box::pin(canaries::prove(report)),
    },
    Proof {
        name: "kills",
        promises: "G1 G2 G3 G5 G6 G9 G10",
        does: "200 kill -9 under callbacks and answers, 50 more in recovery; PROVE_SEED gives the instants again (7 min)",
        run: |report| Box::pin(kills::prove(report)),
    },
    Proof {
        name: "power",
        promises: "G1 G18",
        does: "100 power cuts: what was not synced is gone; and a desk that syncs less, which must lose (7 min)",
        run: |report| Box::pin(power::prove(report)),
    },
    Proof {
        name: "points",
        promises: "G1-G7 G9",
        does: "a desk dies at each crash point, 5 times each, and again while it recovers (10 min)",
        run: |report| Box::pin(points::prove(report)),
    },
    Proof {
        name: "pages",
        promises: "the console",
        does: "how long each page takes with 100,000 tasks, and a message to an open one (10 min)",
        run: |report| Box::pin(pages::prove(report)),
    },
    Proof {
        name: "faults",
        promises: "all",
        does: "takes one mechanism after the other out of the desk: a test must go red each time (6 min)",
        run: |report| Box::pin(faults::prove(report)),
    },
    Proof {
        name: "stops",
        promises: "G28",
        does: "100 stops in the middle of callbacks (3 min)",
        run: |report| Box::pin(stops::prove(report)),
    },
];

#[tokio::main]
async fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let known = |name: &String| name == "all" || PROOFS.iter().any(|proof| proof.name == name);
    if names.is_empty() || !names.iter().all(known) {
        list();
        return if names.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    allow_open_files();
    let mut all_hold = true;
    for proof in PROOFS.iter().filter(|proof| names.iter().any(|name| name == proof.name || name == "all")) {
        let mut report = Report::begin(proof.name, proof.promises, proof.does);
        if let Err(error) = (proof.run)(&mut report).await {
            report.broke(&error);
        }
        all_hold &= report.end();
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() {
    println!("prove NAME…, or all\n");
    for proof in PROOFS {
        println!("  {:<8} {:<4} {}", proof.name, proof.promises, proof.does);
    }
}

/// Thousands of clients in one process are more files than a shell allows at first.
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = getrlimit(Resource::Nofile).maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }) {
        eprintln!("the limit of open files could not be raised: {error}");
    }
}
