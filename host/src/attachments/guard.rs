//! What may be fetched: which links, and which addresses behind their names. Pure; not the fetching.
//!
//! A link comes from outside and is chosen by whoever sent it. It must not become a way to what only this machine can
//! reach, in whichever notation it names it (G17).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use desk_store::faults::is_planted;
use reqwest::Url;

/// Viber's own hosts of media, and the only ones that may be asked without TLS: avatars come as `http://` links to them.
/// developers.viber.com, Callbacks, examples of `media` and `avatar`; links of messages in bots' logs; 2026-11.
pub const MEDIA_HOSTS: [&str; 4] =
    ["dl-media.viber.com", "content.cdn.viber.com", "share.viber.com", "media-direct.cdn.viber.com"];

/// Names that stand for something near by, whatever a resolver says (RFC 6761, 6762, 7686, 8375; ICANN on `.internal`).
const LOCAL_NAMES: [&str; 7] = ["localhost", "local", "internal", "home.arpa", "onion", "invalid", "test"];

/// IPv4 networks that are not the public internet (IANA's special-purpose registry): network, length of its prefix.
const CLOSED_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    // Answers at the address of the machine's provider in some clouds, beside 169.254.169.254.
    ([168, 63, 129, 16], 32),
];

/// Why a link is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No URL.
    #[error("it is not a link")]
    NotAUrl,
    /// Neither https nor one of [`MEDIA_HOSTS`] over http.
    #[error("only https links are followed")]
    Scheme,
    /// A name or a password before the host.
    #[error("the link carries a user")]
    User,
    /// Another than the scheme's own.
    #[error("the link names a port")]
    Port,
    /// A name that is not of the public internet.
    #[error("the link names a host that is not public")]
    Host,
    /// An address that is not of the public internet.
    #[error("the link leads to an address that is not public")]
    Address,
}

/// The link as it is fetched: read once, so that what was checked is what is asked.
///
/// # Errors
/// See [`Refusal`]. A host that is a name still has to be resolved, and each of its addresses checked.
pub fn check_link(link: &str) -> Result<Url, Refusal> {
    let url = Url::parse(link).map_err(|_| Refusal::NotAUrl)?;
    check_url(&url)?;
    Ok(url)
}

/// The same for a link that is read already.
///
/// # Errors
/// See [`Refusal`].
pub fn check_url(url: &Url) -> Result<(), Refusal> {
    // The reader of URLs has made one notation of all: octal, hex, decimal, wide digits, other dots, percent signs.
    let host = url.host_str().ok_or(Refusal::NotAUrl)?;
    if is_planted("guard-removed") {
        return Ok(());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::User);
    }
    match url.scheme() {
        "https" => {}
        "http" if MEDIA_HOSTS.contains(&host) => {}
        _ => return Err(Refusal::Scheme),
    }
    if url.port().is_some() {
        return Err(Refusal::Port);
    }
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if is_public(address) => Ok(()),
        Ok(_) => Err(Refusal::Address),
        Err(_) => check_name(host),
    }
}

fn check_name(host: &str) -> Result<(), Refusal> {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_local = |end: &str| {
        let front = name.strip_suffix(end);
        front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    // One word is looked up in the machine's own domain.
    let is_public = name.contains('.') && !LOCAL_NAMES.iter().any(|end| is_local(end));
    is_public.then_some(()).ok_or(Refusal::Host)
}

/// Whether it is an address of the public internet. One that carries an IPv4 address is as public as that.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        _ if is_planted("guard-removed") => true,
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(network, length): &([u8; 4], u32)| {
        let mask = u32::MAX << (32 - length);
        u32::from(address) & mask == u32::from(Ipv4Addr::from(*network))
    };
    !CLOSED_V4.iter().any(is_in)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let v4 = |high: u16, low: u16| is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match parts {
        // Compatible, mapped (RFC 4291 2.5.5), translated (RFC 2765), NAT64 (RFC 6052). `::` and `::1` are 0.0.0.0/8.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => v4(high, low),
        // Teredo (RFC 4380): a server, and a client with its bits turned.
        [0x2001, 0, server_high, server_low, _, _, high, low] => {
            v4(server_high, server_low) && v4(!high, !low)
        }
        // ISATAP (RFC 5214), below any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => is_public_prefix(parts) && v4(high, low),
        _ => is_public_prefix(parts),
    }
}

/// 2000::/3 is all that is given out; of it not IETF's own 2001::/23, documentation and 3fff::/20 (RFC 9637).
fn is_public_prefix(parts: [u16; 8]) -> bool {
    let [first, second, ..] = parts;
    let is_given_out = first & 0xe000 == 0x2000;
    let is_protocols = first == 0x2001 && second < 0x200;
    let is_example = (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000);
    is_given_out && !is_protocols && !is_example
}

#[cfg(test)]
mod tests;
