//! G22: whether the time of refusing a signature tells how much of it was right. Wrong ones of two classes are timed in random
//! turns, and Welch's t-test compares the classes, as dudect does; a comparison that stops at the first wrong digit has to
//! show, or the measurement itself is blind. Native code, optimised. Not here: that each is refused, which the tests see.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use conversation::Header;
use viber::signature::{HEADER, sign, verify};

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
const BODY_BYTES: usize = 1_024;
/// Of both classes together.
const SAMPLES: usize = 1_000_000;
/// Requests that are taken by turns: the processor would learn the digits of one alone.
const POOL: usize = 1_024;
/// Above it a difference is no chance.
const T_MAX: f64 = 4.5;
/// Of a hundred samples so many count: what is slower was interrupted.
const COUNTED_PERCENT: usize = 90;

/// A body, and two wrong signatures of it, in any order: that none is told by where it lies.
struct Request {
    body: Vec<u8>,
    signatures: [Wrong; 2],
}

struct Wrong {
    signature: String,
    /// It is right but for its last digit; else it is another body's.
    is_nearly: bool,
}

fn main() -> ExitCode {
    let requests = requests();
    let ours = t(&requests, |body, headers| verify(KEY, headers, "", body).is_ok());
    println!("signature: |t| {:.2} of {SAMPLES} samples, the classes differ by {:.2} ns", ours.0, ours.1);
    let early = t(&requests, stops_early);
    println!(
        "comparison that stops at a wrong digit: |t| {:.2}, the classes differ by {:.2} ns",
        early.0, early.1
    );
    let holds = ours.0 < T_MAX && early.0 >= T_MAX;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn requests() -> Vec<Request> {
    let mut random = Random(2);
    let request = |number: usize| {
        let body = format!("{number:>BODY_BYTES$}").into_bytes();
        let mut nearly = sign(KEY, &body);
        nearly.replace_range(63.., if nearly.ends_with('0') { "1" } else { "0" });
        let wrong = sign("another key", &number.to_le_bytes());
        let nearly = Wrong { signature: nearly, is_nearly: true };
        let wrong = Wrong { signature: wrong, is_nearly: false };
        let signatures = if random.coin() == 0 { [nearly, wrong] } else { [wrong, nearly] };
        Request { body, signatures }
    };
    (0..POOL).map(request).collect()
}

/// What must not be: it gives the number of right bytes away.
fn stops_early(body: &[u8], headers: &[Header]) -> bool {
    let right = sign(KEY, body);
    let given = headers.first().map(|header| header.value.as_bytes()).unwrap_or_default();
    given.len() == right.len()
        && given.iter().zip(right.as_bytes()).all(|(given, right)| black_box(given) == right)
}

/// Welch's |t| of the two classes, and by how much their means differ, ns.
fn t(requests: &[Request], accepts: impl Fn(&[u8], &[Header]) -> bool) -> (f64, f64) {
    let mut random = Random(1);
    let mut headers = [Header { name: HEADER.to_owned(), value: String::new() }];
    let mut samples: Vec<(bool, u32)> = (requests.iter().cycle().take(SAMPLES))
        .map(|request| {
            let given = &request.signatures[random.coin()];
            headers[0].value.clone_from(&given.signature);
            let began = Instant::now();
            let accepted = black_box(accepts(black_box(&request.body), black_box(&headers)));
            let took = began.elapsed().as_nanos();
            assert!(!accepted, "a wrong signature was accepted");
            (given.is_nearly, u32::try_from(took).unwrap_or(u32::MAX))
        })
        .collect();
    let counted = samples.len() * COUNTED_PERCENT / 100;
    samples.select_nth_unstable_by_key(counted, |(_, took)| *took);
    samples.truncate(counted);
    let [nearly, wrong] = [true, false].map(|class| {
        let took: Vec<f64> =
            samples.iter().filter(|(is, _)| *is == class).map(|(_, took)| f64::from(*took)).collect();
        Moments::of(&took)
    });
    let difference = (nearly.mean - wrong.mean).abs();
    (difference / (nearly.error + wrong.error).sqrt(), difference)
}

/// Of a class's times.
struct Moments {
    mean: f64,
    /// The square of the mean's standard error.
    error: f64,
}

impl Moments {
    #[expect(clippy::cast_precision_loss, reason = "a million is exact")]
    fn of(times: &[f64]) -> Self {
        let count = times.len() as f64;
        let mean = times.iter().sum::<f64>() / count;
        let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { mean, error: variance / count }
    }
}

/// Numbers that come again (xorshift).
struct Random(u64);

impl Random {
    fn coin(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::from(self.0 >> 63 == 1)
    }
}
