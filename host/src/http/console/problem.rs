//! What did not work, as a channel or the desk says it: whose turn it is in the reader's words, then their own sentences, which
//! are English. Pure.

use maud::{Markup, html};
use serde_json::Value;

use super::words::Words;

/// Who has to act, or why nobody can; empty for a class of a later version.
pub(super) fn class(words: &Words, problem: &Value) -> &'static str {
    match problem["class"].as_str().unwrap_or_default() {
        "unauthenticated" => words.problem_unauthenticated,
        "malformed" => words.problem_malformed,
        "unsupported" => words.problem_unsupported,
        "recipient" => words.problem_recipient,
        "account" => words.problem_account,
        "limit" => words.problem_limit,
        "transport" => words.problem_transport,
        "internal" => words.problem_internal,
        _ => "",
    }
}

/// What happened.
pub(super) fn text(problem: &Value) -> Markup {
    said(problem, "text")
}

/// What a person can do now.
pub(super) fn advice(problem: &Value) -> Markup {
    said(problem, "advice")
}

/// With its language, so that it is read aloud as what it is.
fn said(problem: &Value, name: &str) -> Markup {
    let said = problem[name].as_str().unwrap_or_default();
    html! { @if !said.is_empty() { span lang="en" { (sentence(said)) } } }
}

/// With a capital letter and its stop.
fn sentence(text: &str) -> String {
    let is_whole = text.ends_with(['.', '!', '?', '…']);
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}{}", letters.as_str(), if is_whole { "" } else { "." })
}

#[cfg(test)]
mod tests {
    use channel_engine::contract::{Problem, ProblemClass};

    use super::super::super::language::Language;
    use super::*;

    #[test]
    fn it_says_whose_turn_it_is_and_what_happened() {
        let problem = |class| {
            let (text, advice) = ("viber says no".into(), String::new());
            serde_json::to_value(Problem { class, code: "no".into(), text, advice }).expect("JSON")
        };
        let classes = [
            ProblemClass::Unauthenticated,
            ProblemClass::Malformed,
            ProblemClass::Unsupported,
            ProblemClass::Recipient,
            ProblemClass::Account,
            ProblemClass::Limit,
            ProblemClass::Transport,
            ProblemClass::Internal,
        ];
        for language in Language::ALL {
            let words = Words::of(language);
            for known in &classes {
                assert!(
                    !class(words, &problem(known.clone())).is_empty(),
                    "{known:?} in {}",
                    language.code()
                );
            }
            assert_eq!(class(words, &problem(ProblemClass::Other("weather".into()))), "");
        }
        let shown = problem(ProblemClass::Recipient);
        assert_eq!(text(&shown).into_string(), "<span lang=\"en\">Viber says no.</span>");
        assert_eq!(advice(&shown).into_string(), "");
        assert_eq!(sentence("Is it there?"), "Is it there?");
    }
}
