//! Every word of the console, a table a language. That each has every word is the compiler's business. Not here: the words
//! of messages and guides, and what exactly went wrong, which come from channels.

mod english;
mod russian;
mod ukrainian;

use super::super::language::Language;

macro_rules! words {
    ($($key:ident),* $(,)?) => {
        /// The console's words. What stands in braces is put in by [`put`].
        #[derive(Debug)]
        pub(crate) struct Words {
            $(pub(crate) $key: &'static str,)*
            /// As they stand in a date.
            pub(crate) months: [&'static str; 12],
        }

        #[cfg(test)]
        impl Words {
            fn each(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key)),*]
            }
        }
    };
}

words! {
    // The frame.
    desk, tasks, settings, sign_in, sign_in_title, sign_in_lead, sign_out, token, token_help, token_refused, language, offline,
    account_trouble, look_at_accounts, something_wrong, to_tasks, today, yesterday, skip,
    // The inbox.
    status, status_active, status_inactive, status_completed, status_deleted, status_all, is_active, is_inactive, is_completed, is_deleted, assignee, everybody, mine, find,
    find_hint, show, older_tasks, new, nothing_here, nothing_found, show_all, first_connect_title, first_connect,
    first_connect_do, first_connect_ask, first_message_title, first_message, choose, keys, nameless,
    // The conversation.
    conversation, details, no_actions, earlier, new_below, wrote, internal, note, pending, sent, delivered, seen, failed,
    unconfirmed, part, retry, may_double, retry_anyway, photo, video, audio, file, sticker, location, map, contact_card,
    own_number, link_gone, being_kept, not_kept, no_link, what_came, unknown_content, bytes, kilobytes, megabytes,
    // What did not work, by the contract's class.
    problem_unauthenticated, problem_malformed, problem_unsupported, problem_recipient, problem_account, problem_limit,
    problem_transport, problem_internal,
    // The side.
    assignees, unassign, assign, add, save, complete, open_again, previous, next, customer, phone, phone_typed, phone_unknown,
    speaks, country, unknown, gets_messages, yes, no, must_write_first, session, session_until, session_over,
    session_help, price, price_in_session, price_charged, price_quota, price_balance, price_free, channel, opened,
    other_tasks, description,
    // The answer.
    answer, notify, will_get, will_stay, send, add_comment, place_answer, place_comment, not_reachable, sending, perhaps_sent,
    attach, drop_here, take_off, offer, offer_hint, offer_help, offered, quick_replies, quick_none, quick_choose, read_only,
    // The settings.
    accounts, people, system, connect_with, name, name_help, health_connected, health_pending, health_failed,
    health_disconnected, check, disconnect, disconnect_warning, save_and_check, bot, ways_in, landing, landing_help, deep_link,
    deep_help, qr, webhook, copy, copied, secret_kept, guide, none_chosen, employees, owner, picture, picture_help, task_templates,
    task_templates_help, contact_templates, title, text, quick_help, quick_new, delete, channels, parked, parked_help,
    parked_none, try_again, try_all, discard, discard_warning, held, held_help, held_count, release, release_all, drop,
    drop_all, doctor, doctor_help, doctor_do, doctor_good,
    // What is refused.
    no_such_thing, needs_scope, cross_site, changed, empty_text, too_long, disconnected, nothing_to_retry, no_message, full,
}

impl Words {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::Russian => &russian::WORDS,
            Language::Ukrainian => &ukrainian::WORDS,
        }
    }

    /// Tasks of a status.
    pub(crate) fn status(&self, status: &str) -> &'static str {
        match status {
            "active" => self.status_active,
            "inactive" => self.status_inactive,
            "completed" => self.status_completed,
            "deleted" => self.status_deleted,
            _ => self.status_all,
        }
    }

    /// What a single task is.
    pub(crate) fn state(&self, status: &str) -> &'static str {
        match status {
            "active" => self.is_active,
            "inactive" => self.is_inactive,
            "completed" => self.is_completed,
            _ => self.is_deleted,
        }
    }

    /// How far a part has come; a state of a later version is not known to have arrived.
    pub(crate) fn delivery(&self, state: &str) -> &'static str {
        match state {
            "pending" => self.pending,
            "sent" => self.sent,
            "delivered" => self.delivered,
            "seen" => self.seen,
            "failed" => self.failed,
            _ => self.unconfirmed,
        }
    }
}

/// The words with something put in for what stands in braces.
pub(crate) fn put(words: &str, name: &str, value: &str) -> String {
    words.replace(&format!("{{{name}}}"), value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn braces(words: &str) -> BTreeSet<&str> {
        words.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    /// Every word is there in every language, says the same things, and is not the English one left standing.
    #[test]
    fn languages_are_complete() {
        let english = Words::of(Language::English).each();
        assert!(english.len() > 100 && english.iter().all(|(_, words)| !words.trim().is_empty()));
        for language in [Language::Russian, Language::Ukrainian] {
            let words = Words::of(language);
            for ((key, ours), (_, theirs)) in english.iter().zip(words.each()) {
                assert_eq!(braces(ours), braces(theirs), "{key} in {}", language.code());
                assert!(!theirs.trim().is_empty(), "{key} in {}", language.code());
                let is_cyrillic = theirs.chars().any(|c| ('А'..='я').contains(&c) || "іїєґ".contains(c));
                assert!(is_cyrillic, "{key} in {}: {theirs}", language.code());
            }
            assert!(words.months.iter().all(|month| !month.is_empty()));
        }
    }
}
