//! `Range`: which bytes of a file are wanted (RFC 9110, 14). Pure. One range only; several are answered as none, which the
//! RFC allows: nobody's player asks for several.

/// What is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: nothing else was asked for, or nothing that can be read.
    Whole,
    /// From the first to the last of these, counted from 0; both are in the file.
    Part(u64, u64),
    /// Bytes that the file does not have.
    Beyond,
}

/// Reads the header, for a file of so many bytes.
pub(super) fn wanted(header: &str, size: u64) -> Wanted {
    read(header, size).unwrap_or(Wanted::Whole)
}

fn read(header: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = header.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = match (first.is_empty(), last.is_empty()) {
        (true, true) => return None,
        // The last so many.
        (true, false) => match number(last)? {
            0 => (size, size),
            count => (size.saturating_sub(count), u64::MAX),
        },
        (false, true) => (number(first)?, u64::MAX),
        (false, false) => (number(first)?, number(last)?),
    };
    if last < first {
        return None;
    }
    Some(if first < size { Wanted::Part(first, last.min(size - 1)) } else { Wanted::Beyond })
}

/// Digits and nothing else; a number without end is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G19.
    #[test]
    fn one_range_is_read_and_anything_else_is_the_whole() {
        for (header, wanted_of_ten) in [
            ("bytes=0-0", Wanted::Part(0, 0)),
            ("bytes=2-5", Wanted::Part(2, 5)),
            ("bytes=9-", Wanted::Part(9, 9)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0, 9)),
            ("bytes=-3", Wanted::Part(7, 9)),
            ("bytes=-30", Wanted::Part(0, 9)),
            ("Bytes= 2-5", Wanted::Part(2, 5)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=99999999999999999999999-", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
            ("bytes", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(wanted(header, 10), wanted_of_ten, "{header}");
        }
        assert_eq!(wanted("bytes=0-", 0), Wanted::Beyond);
    }
}
