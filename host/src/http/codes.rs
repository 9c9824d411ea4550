//! The codes of the API's errors: what programs decide by. A code that was released is never given another meaning.

/// Each code, and what it means.
pub(super) const CODES: &[(&str, &str)] = &[
    ("account-disconnected", "An administrator took the account down: nothing is sent through it"),
    ("bad-expiry", "A token's days are none that there can be"),
    ("bad-json", "The body is no JSON, or not of the shape that the route takes"),
    ("bad-link", "A link is no http or https address, or too long"),
    ("bad-name", "A name is empty or too long"),
    ("bad-path", "What the path names is no id"),
    ("bad-placeholder", "A quick reply's placeholder is not known"),
    ("bad-query", "A parameter is not known, or not of its type"),
    ("bad-setting", "A setting has no usable value"),
    ("bad-status", "The task's status is none of those that there are"),
    ("bad-text", "A text is empty or too long"),
    ("bad-title", "A title is empty or too long"),
    ("behind", "Too much waits for the disk: try again in a moment (503)"),
    ("broken-body", "The body ended too early: send it again"),
    ("changed", "It was changed since its `ETag` was read: read it again (412)"),
    ("conflict", "Something else was changed at the same moment: read again, try again"),
    ("dead-link", "The customer could not open its file any more: write a new answer"),
    ("disk-full", "The disk has too little room left: the desk only reads until there is more"),
    ("doctor", "The desk could not be looked at: try again"),
    ("empty-file", "An upload has no bytes"),
    ("empty-text", "A comment has no text"),
    ("empty-title", "A task's title must not be empty"),
    ("forbidden", "The token's scope is too narrow (403)"),
    ("in-use", "Something still refers to it; `detail` says what"),
    ("internal", "A fault of the desk; its log says more"),
    ("last-admin", "Without this token nobody could administrate: make another one first"),
    ("may-double", "It may have arrived: sending it again may double it"),
    ("method-not-allowed", "The route does not take that method (405)"),
    ("missing-setting", "A setting is needed that was not given"),
    ("no-account", "A conversation means something in its account only: name that too"),
    ("no-assignee", "A task is never without an assignee"),
    ("no-message", "No message could be made of it, so there is none to send again"),
    ("no-randomness", "The system has no randomness to make an id of"),
    ("not-found", "There is no such thing, or no such route (404)"),
    ("not-kept", "The disk refused: nothing was changed"),
    ("nothing-to-retry", "Everything arrived, or is on its way"),
    ("the-owner", "The owner is who is assigned when nobody else is, and stays"),
    ("token-expired", "The token's time is over (401)"),
    ("too-large", "A file is larger than the desk takes"),
    ("too-long", "A text is too long"),
    ("too-many", "A list is too long"),
    ("unauthorized", "There is no token, or nobody knows it (401)"),
    ("unknown-author", "`author` is no employee"),
    ("unknown-channel", "No plugin for that channel is loaded"),
    ("unknown-quick-reply", "`quick_reply` does not exist"),
    ("unknown-setting", "The channel has no setting of that name"),
    (
        "unreadable",
        "A parked event that the plugin could not read is not replayed: its signature is not kept",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// What stands in quotes in the files of the API and looks like a code: small words with hyphens between.
    fn written(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                written(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("it is text");
            let quoted = text.split('"').skip(1).step_by(2);
            let is_code = |it: &&str| {
                it.contains('-')
                    && it
                        .split('-')
                        .all(|word| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase()))
            };
            found.extend(quoted.filter(is_code).map(str::to_owned));
        }
    }

    /// A code that the document does not list is one that no program knows.
    #[test]
    fn every_code_is_listed_once_and_in_order() {
        let mut found = BTreeSet::new();
        written(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/api")), &mut found);
        let known: BTreeSet<_> = CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
        let missing: Vec<_> = found.difference(&known).collect();
        assert!(missing.is_empty(), "list in host/src/http/codes.rs: {missing:?}");
        assert!(CODES.is_sorted() && known.len() == CODES.len(), "the codes are listed in order, each once");
    }
}
