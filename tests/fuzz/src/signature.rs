//! Requests whose signatures the fuzzer chooses; not their bodies, which are `callback`'s.
//!
//! The input is a request: the first line is its query, then come header lines, an empty line, the body. `{mac}` stands
//! for the right MAC, for a fuzzer does not guess one.

use conversation::{Account, Header, HttpRequest, Receipt, Rejection};

use crate::sheet::Sheet;
use crate::{check, given};

/// Tries a request, and requests that differ from a good one in one thing. G22.
pub fn run(data: &[u8]) {
    let account = given::account("");
    let sheet = Sheet::read(data);
    let mac = viber::signature::sign(given::KEY, sheet.body);
    assert!(
        mac.len() == 64 && mac.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
    );
    let fill = |text: &str| text.replace("{mac}", &mac);
    let header = |header: &Header| Header { name: fill(&header.name), value: fill(&header.value) };
    let request = HttpRequest {
        query: fill(&sheet.first),
        headers: sheet.headers.iter().map(header).collect(),
        ..given::signed(sheet.body)
    };
    let signatures = signatures(&request);
    let right = !signatures.is_empty() && signatures.iter().all(|given| given.eq_ignore_ascii_case(&mac));
    let expected = if right {
        Ok(())
    } else if signatures.is_empty() {
        Err("missing-signature")
    } else {
        Err("bad-signature")
    };
    verdict(&account, &request, expected);
    without(&account, &request);
    spoiled(&account, sheet.body, data);
}

/// What a reader of Viber's docs finds in a request: the headers of this name, and the values of `sig`.
fn signatures(request: &HttpRequest) -> Vec<String> {
    let named = |header: &&Header| header.name.eq_ignore_ascii_case("x-viber-content-signature");
    let in_headers = request.headers.iter().filter(named).map(|header| header.value.trim().to_owned());
    let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
    let in_query = pairs.filter(|(name, _)| *name == "sig").map(|(_, value)| value.to_owned());
    in_headers.chain(in_query).collect()
}

fn receive(account: &Account, request: &HttpRequest) -> Result<Receipt, Rejection> {
    check::twice(|| viber::receive_webhook(account, &given::secrets(), request))
}

/// In, or refused with this code; a refusal tells nothing that would help to sign.
fn verdict(account: &Account, request: &HttpRequest, expected: Result<(), &str>) {
    let answer = receive(account, request);
    let code = answer.as_ref().map(|_| ()).map_err(|rejection| rejection.problem.code.as_str());
    assert_eq!(code, expected);
    if let Err(rejection) = &answer {
        assert_eq!(rejection.status, 401);
        let told = format!("{rejection:?}").to_ascii_lowercase();
        assert!(!told.contains(given::KEY), "the key is told");
        assert!(!told.contains(&viber::signature::sign(given::KEY, &request.body)), "the MAC is told");
    }
}

/// No other method gets in, and nothing gets in where there is no key.
fn without(account: &Account, request: &HttpRequest) {
    let get = HttpRequest { method: "GET".to_owned(), ..request.clone() };
    assert_eq!(receive(account, &get).map_err(|rejection| rejection.status), Err(405));
    let keyless = HttpRequest {
        query: format!("sig={}", viber::signature::sign("", &request.body)),
        ..given::signed(&[])
    };
    for secrets in [
        Vec::new(),
        given::secrets().into_iter().map(|it| conversation::Secret { value: String::new(), ..it }).collect(),
    ] {
        let answer = viber::receive_webhook(account, &secrets, &keyless);
        assert_eq!(answer.map_err(|rejection| rejection.problem.code), Err("missing-key".to_owned()));
    }
}

/// A request as Viber sends it gets in; one bit of its body or one digit of its MAC further it does not. The input's own
/// bytes say which.
fn spoiled(account: &Account, body: &[u8], data: &[u8]) {
    let good = given::signed(body);
    verdict(account, &good, Ok(()));
    let at = data.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut request = good.clone();
    let bit = 1 << (at % 8);
    match request.body.len() {
        0 => request.body.push(bit),
        length => request.body[at / 8 % length] ^= bit,
    }
    verdict(account, &request, Err("bad-signature"));
    let mut request = good.clone();
    let mut digits = request.headers[0].value.clone().into_bytes();
    let digit = &mut digits[at % 64];
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    request.headers[0].value = String::from_utf8_lossy(&digits).into_owned();
    verdict(account, &request, Err("bad-signature"));
    let other = HttpRequest { query: format!("sig={}", viber::signature::sign("another key", body)), ..good };
    verdict(account, &other, Err("bad-signature"));
}
