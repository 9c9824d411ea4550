//! How a visitor sees things: their language, their clock. Pure: which instant it is comes from outside.

use axum::http::{HeaderMap, header};

use super::super::language::Language;
use super::words::{Words, put};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Farthest that a clock on Earth is from UTC, minutes.
const OFFSET_MINUTES_MAX: i64 = 14 * 60;
/// The visitor's choice of a language.
pub(super) const LANGUAGE_COOKIE: &str = "desk_language";
/// Minutes that the visitor's clock is behind UTC, as browsers say it; the script sets it.
const OFFSET_COOKIE: &str = "desk_offset";

/// A visitor's language and clock, and when they look.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) language: Language,
    pub(super) words: &'static Words,
    /// Minutes that the clock is behind UTC; none: nobody said.
    pub(super) offset_minutes: Option<i64>,
    /// ms.
    pub(super) now: i64,
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

impl Look {
    pub(super) fn of(headers: &HeaderMap, now: i64) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = Language::choose(cookie(headers, LANGUAGE_COOKIE), accepted.unwrap_or_default());
        let offset = cookie(headers, OFFSET_COOKIE).and_then(|minutes| minutes.parse::<i64>().ok());
        let offset_minutes = offset.filter(|minutes| minutes.abs() <= OFFSET_MINUTES_MAX);
        Self { language, words: Words::of(language), offset_minutes, now }
    }

    /// As if the instant were one of UTC's with the visitor's digits.
    fn local(&self, ms: i64) -> i64 {
        ms.saturating_sub(self.offset_minutes.unwrap_or(0) * MINUTE_MS)
    }

    /// `14:05`.
    pub(super) fn clock(&self, ms: i64) -> String {
        let minutes = self.local(ms).rem_euclid(DAY_MS) / MINUTE_MS;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// `Today`, or the date.
    pub(super) fn day(&self, ms: i64) -> String {
        match self.days_ago(ms) {
            0 => self.words.today.to_owned(),
            1 => self.words.yesterday.to_owned(),
            _ => self.date(ms),
        }
    }

    /// The clock today, else the day: for lists.
    pub(super) fn brief(&self, ms: i64) -> String {
        if self.days_ago(ms) == 0 { self.clock(ms) } else { self.day(ms) }
    }

    /// Day and clock.
    pub(super) fn full(&self, ms: i64) -> String {
        format!("{}, {}", self.date(ms), self.clock(ms))
    }

    /// The clock today, else day and clock.
    pub(super) fn moment(&self, ms: i64) -> String {
        if self.days_ago(ms) == 0 { self.clock(ms) } else { self.full(ms) }
    }

    /// The days since 1970 on the visitor's calendar: what a day line stands between.
    pub(super) fn day_number(&self, ms: i64) -> i64 {
        self.local(ms).div_euclid(DAY_MS)
    }

    fn days_ago(&self, ms: i64) -> i64 {
        self.day_number(self.now) - self.day_number(ms)
    }

    /// `25 November 2026`.
    fn date(&self, ms: i64) -> String {
        let (year, month, day) = civil(self.day_number(ms));
        format!("{day} {} {year}", self.words.months[month])
    }

    /// `12 kB`.
    pub(super) fn size(&self, bytes: i64) -> String {
        match bytes {
            ..1_000 => put(self.words.bytes, "n", &bytes.to_string()),
            1_000..1_000_000 => put(self.words.kilobytes, "n", &((bytes + 500) / 1_000).to_string()),
            _ => {
                let tenths = (bytes + 50_000) / 100_000;
                put(self.words.megabytes, "n", &format!("{}.{}", tenths / 10, tenths % 10))
            }
        }
    }
}

/// As `datetime` of a `<time>`.
pub(super) fn iso(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let seconds = ms.rem_euclid(DAY_MS) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1)
}

/// Year, month from 0, and day of the month of a day since 1970, in the Gregorian calendar.
fn civil(days: i64) -> (i64, usize, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    // Years begin in March here, so that the day that may be missing is the last.
    let from_march_0000 = days + 719_468;
    let era = from_march_0000.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = from_march_0000.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    (year, usize::try_from(month).unwrap_or_default(), day)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn look(cookies: &'static str, now: i64) -> Look {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
        Look::of(&headers, now)
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_799_999, "2000-02-29T23:59:59Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (1_700_000_000_000, "2023-11-14T22:13:20Z"),
            (-1_000, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso(ms), expected);
        }
        // No day is left out or comes twice in 800 years.
        let days = (-146_097..146_097).map(civil).collect::<Vec<_>>();
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn times_are_the_visitors() {
        let at = 1_700_000_000_000;
        let kyiv = look("desk_language=uk; desk_offset=-120", at + 1_000);
        assert_eq!((kyiv.clock(at).as_str(), kyiv.day(at).as_str()), ("00:13", "Сьогодні"));
        let utc = look("desk_language=en", at + DAY_MS);
        assert_eq!((utc.brief(at).as_str(), utc.full(at).as_str()), ("Yesterday", "14 November 2023, 22:13"));
        for odd in ["desk_offset=x", "desk_offset=99999", "other=1", "=; ;"] {
            assert_eq!(look(odd, at).offset_minutes, None, "{odd}");
        }
        assert_eq!([999, 1_499, 1_500, 1_250_000].map(|n| utc.size(n)), ["999 B", "1 kB", "2 kB", "1.3 MB"]);
    }
}
