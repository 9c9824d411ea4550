//! Which language a visitor reads. Not here: the words of any page.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Russian,
    Ukrainian,
}

impl Language {
    pub(super) const ALL: [Self; 3] = [Self::English, Self::Ukrainian, Self::Russian];

    /// BCP 47.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
            Self::Ukrainian => "uk",
        }
    }

    /// As its readers call it.
    pub(super) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
            Self::Ukrainian => "Українська",
        }
    }

    /// The language of a tag such as `uk` or `ru-UA`.
    pub(super) fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// What was asked for by `?lang=`; else what the browser would rather have (RFC 9110, 12.5.4); else English.
    pub(super) fn choose(asked: Option<&str>, accepted: &str) -> Self {
        if let Some(language) = asked.and_then(Self::of) {
            return language;
        }
        let mut best = (0.0, Self::English);
        for range in accepted.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
            if let (Some(language), Some(weight)) = (Self::of(tag), weight)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: Option<&str>, accepted: &str, expected: Language) {
        assert_eq!(Language::choose(asked, accepted), expected, "{asked:?} {accepted}");
    }

    #[test]
    fn the_visitors_language_is_taken() {
        check(None, "", Language::English);
        check(None, "uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7", Language::Ukrainian);
        check(None, "de-DE,de;q=0.9,ru;q=0.5,en;q=0.4", Language::Russian);
        check(None, "en;q=0.4, RU;q=0.5", Language::Russian);
        check(None, "ru;q=0, *", Language::English);
        check(None, "ru;q=x,,;;", Language::English);
        check(Some("uk"), "ru", Language::Ukrainian);
        check(Some("UK-ua"), "ru", Language::Ukrainian);
        check(Some("xx"), "ru", Language::Russian);
        check(Some("\"><script>"), "ru", Language::Russian);
    }
}
