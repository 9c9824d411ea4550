//! Links and addresses that were tried against others, and random ones. Not here: sockets; `tests/e2e` has them, for the
//! same links.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::{Refusal, check_link, is_public};

/// Links that may be asked.
const OPEN: &str = r"https://dl-media.viber.com/1/a.jpg?Expires=1&Signature=x
http://dl-media.viber.com/1/share/2/long/bots/generic-avatar%402x.png
http://content.cdn.viber.com/a.png
http://share.viber.com/a.png
http://media-direct.cdn.viber.com/download_photo?dlid=0&fltp=jpg&imsz=0000
http://DL-MEDIA.viber.com:80/a
https://dl-media.viber.com:443/a
https://example.com/a
https://example.com./a
https://EXAMPLE.com/a
https://приклад.укр/a
https://example.com:/a
https://8.8.8.8/a
https://134744072/a
https://0x08080808/a
https://010.010.010.010/a
https://[2a00:1450:4001:80b::200e]/a
https://[::ffff:8.8.8.8]/a
https://[2002:808:808::1]/a
https://[64:ff9b::8.8.8.8]/a
https://1.1.1.1.example.com/a
https://localhost.example.com/a
https://example.com\@127.0.0.1/a
https://example.com/?url=http://127.0.0.1/";

/// Links that must not be asked, by what is wrong with them. Hosts only; each is tried as `https://HOST/`.
const CLOSED_HOSTS: &str = include_str!("../../../../tests/data/links/closed-hosts.txt");

/// Names of what is near by.
const CLOSED_NAMES: &str = include_str!("../../../../tests/data/links/closed-names.txt");

/// Whole links that no client should be asked for.
const CLOSED_LINKS: &str = include_str!("../../../../tests/data/links/closed-links.txt");

/// G17, T9: the table of notations. Together over 150.
#[test]
fn no_notation_leads_to_what_is_not_public() {
    for link in OPEN.lines() {
        assert!(check_link(link).is_ok(), "{link}: {:?}", check_link(link));
    }
    for host in CLOSED_HOSTS.split_whitespace() {
        let checked = check_link(&format!("https://{host}/a.jpg"));
        assert!(matches!(checked, Err(Refusal::Address | Refusal::Host)), "{host}: {checked:?}");
    }
    for host in CLOSED_NAMES.split_whitespace() {
        assert_eq!(check_link(&format!("https://{host}/")), Err(Refusal::Host), "{host}");
    }
    for link in CLOSED_LINKS.lines().chain(["", " "]) {
        assert!(check_link(link).is_err(), "{link}: {:?}", check_link(link));
    }
    let hosts = CLOSED_HOSTS.split_whitespace().chain(CLOSED_NAMES.split_whitespace()).count();
    assert!(OPEN.lines().count() + CLOSED_LINKS.lines().count() + hosts >= 150);
}

/// An IPv4 address in everything that can carry one.
fn carriers(address: Ipv4Addr) -> Vec<Ipv6Addr> {
    let [a, b, c, d] = address.octets();
    let high = u16::from_be_bytes([a, b]);
    let low = u16::from_be_bytes([c, d]);
    [
        [0, 0, 0, 0, 0, 0, high, low],
        [0, 0, 0, 0, 0, 0xffff, high, low],
        [0, 0, 0, 0, 0xffff, 0, high, low],
        [0x64, 0xff9b, 0, 0, 0, 0, high, low],
        [0x2002, high, low, 0, 0, 0, 0, 1],
        [0x2001, 0, 0x808, 0x808, 0, 0, !high, !low],
        [0x2a00, 0x1450, 0, 0, 0, 0x5efe, high, low],
        [0x2a00, 0x1450, 0, 0, 0x200, 0x5efe, high, low],
    ]
    .map(Ipv6Addr::from)
    .into()
}

fn notations(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let whole = u32::from(address);
    vec![
        address.to_string(),
        whole.to_string(),
        format!("{whole:#x}"),
        format!("0{whole:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a}.{}", whole & 0xff_ffff),
        format!("{a}.{b}.{}", whole & 0xffff),
        format!("{address}."),
    ]
}

/// The networks once more, as ranges: written by another hand than the table in the code.
fn expected(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let closed = matches!(a, 0 | 10 | 127 | 224..=255)
        || address.is_private()
        || address.is_link_local()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && matches!(c, 0 | 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && matches!(b, 18 | 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
        || address.octets() == [168, 63, 129, 16];
    !closed
}

/// Any address, half of them near the edges of what is closed.
fn address() -> impl Strategy<Value = Ipv4Addr> {
    let edge = prop_oneof![
        Just([0, 0]),
        Just([10, 0]),
        Just([100, 64]),
        Just([100, 127]),
        Just([127, 0]),
        Just([168, 63]),
        Just([169, 254]),
        Just([172, 16]),
        Just([172, 31]),
        Just([192, 0]),
        Just([192, 88]),
        Just([192, 168]),
        Just([198, 18]),
        Just([198, 51]),
        Just([203, 0]),
        Just([223, 255]),
        Just([255, 255])
    ];
    let near = (edge, any::<[u8; 2]>(), -1_i64..=1).prop_map(|([a, b], [c, d], step)| {
        let near = i64::from(u32::from_be_bytes([a, b, c, d])) + step * 0x1_0000;
        Ipv4Addr::from(u32::try_from(near.clamp(0, i64::from(u32::MAX))).unwrap_or_default())
    });
    prop_oneof![any::<u32>().prop_map(Ipv4Addr::from), near]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// G17: an IPv4 address is judged alike however it is written and whatever carries it.
    #[test]
    fn every_carrier_has_the_verdict_of_what_it_carries(v4 in address()) {
        let verdict = expected(v4);
        prop_assert_eq!(is_public(IpAddr::V4(v4)), verdict);
        for v6 in carriers(v4) {
            prop_assert_eq!(is_public(IpAddr::V6(v6)), verdict, "{}", v6);
            prop_assert_eq!(check_link(&format!("https://[{v6}]/a")).is_ok(), verdict, "{}", v6);
        }
        for host in notations(v4) {
            prop_assert_eq!(check_link(&format!("https://{host}/a")).is_ok(), verdict, "{}", host);
        }
    }

    /// G17: no text at all makes the reader fall over, and what passes is https or one of Viber's hosts.
    #[test]
    fn what_passes_is_a_public_link(link in "(https?://)?\\PC{0,40}") {
        if let Ok(url) = check_link(&link) {
            prop_assert!(url.scheme() == "https" || super::MEDIA_HOSTS.contains(&url.host_str().unwrap_or_default()));
            prop_assert!(url.port().is_none() && url.username().is_empty());
        }
    }
}
