//! Receipts for tokens that no answer named: which of them settle a lost answer, and which must not.

use super::*;

const BEGAN: u64 = 1_767_225_700_000;

/// A token that Viber would make at this time.
fn token(at: u64) -> String {
    (((at - TOKEN_EPOCH_MS) << 22) | 0x2_a5a5).to_string()
}

fn lost(part: u32, began_at: u64) -> Lost {
    Lost { reply: "r1".to_owned(), part, began_at }
}

/// A receipt settles the one message that it can be about (G6).
#[test]
fn a_receipt_settles_what_was_under_way_when_its_token_was_made() {
    for (after, settles) in [(-5_001, false), (-5_000, true), (0, true), (20_000, true), (20_001, false)] {
        let mut sends = Sends::default();
        sends.lost(lost(0, BEGAN));
        assert_eq!(sends.settled(), None);
        let token = token(BEGAN.checked_add_signed(after).unwrap());
        sends.heard(&token);
        assert_eq!(sends.settled(), settles.then(|| (lost(0, BEGAN), token.clone())), "{after} ms");
        sends.heard(&token);
        assert_eq!(sends.settled(), None, "once");
    }
}

#[test]
fn a_receipt_may_come_before_the_answer_is_given_up() {
    let mut sends = Sends::default();
    let token = token(BEGAN + 300);
    sends.heard(&token);
    sends.lost(lost(2, BEGAN));
    assert_eq!(sends.settled(), Some((lost(2, BEGAN), token)));
    sends.lost(lost(3, BEGAN));
    assert_eq!(sends.settled(), None, "a token is one message's");
}

/// G6: a message that never left is not taken for the next one, whose receipt overtakes its own answer.
#[test]
fn a_receipt_that_overtakes_its_answer_settles_nothing_that_was_lost_before() {
    let (next, mut sends) = (token(BEGAN + 1_000), Sends::default());
    sends.asked(2);
    sends.lost(lost(0, BEGAN));
    sends.ended();
    sends.heard(&next);
    assert_eq!(sends.settled(), None, "the next call is under way");
    sends.answered(&next);
    sends.ended();
    assert_eq!(sends.settled(), None, "it was its own");
    // One that no answer names in the end is the lost one's.
    let own = token(BEGAN + 10);
    sends.asked(1);
    sends.heard(&own);
    assert_eq!(sends.settled(), None);
    sends.ended();
    assert_eq!(sends.settled(), Some((lost(0, BEGAN), own)));
}

#[test]
fn tokens_that_answers_named_settle_nothing_else() {
    let mut sends = Sends::default();
    let before = token(BEGAN - 400);
    sends.answered(&before);
    sends.lost(lost(0, BEGAN));
    sends.heard(&before);
    assert_eq!(sends.settled(), None, "the message before this one, within what clocks are apart");
    let after = token(BEGAN + 100);
    let mut raced = Sends::default();
    raced.heard(&after);
    raced.answered(&after);
    raced.lost(lost(0, BEGAN));
    assert_eq!(raced.settled(), None);
}

#[test]
fn where_two_could_be_meant_neither_is() {
    let mut sends = Sends::default();
    sends.lost(lost(0, BEGAN));
    sends.lost(lost(1, BEGAN + 1_000));
    sends.heard(&token(BEGAN + 2_000));
    assert_eq!(sends.settled(), None);
    let mut sends = Sends::default();
    sends.heard(&token(BEGAN + 1));
    sends.heard(&token(BEGAN + 2));
    sends.lost(lost(0, BEGAN));
    assert_eq!(sends.settled(), None);
}

#[test]
fn tokens_that_are_no_numbers_and_long_lists_do_no_harm() {
    let mut sends = Sends::default();
    for odd in ["", "x", "-5", "99999999999999999999999", "12"] {
        sends.heard(odd);
        sends.lost(lost(0, BEGAN));
        assert_eq!(sends.settled(), None);
    }
    sends.asked(3);
    for number in 0..100 {
        sends.answered(&token(BEGAN + 60_000 + number));
        sends.heard(&token(BEGAN + 90_000 + number));
        sends.lost(lost(0, BEGAN + 200_000 + number));
    }
    assert_eq!((sends.known.len(), sends.heard.len(), sends.lost.len()), (KEPT, KEPT, KEPT));
    let bytes = serde_json::to_vec(&sends).unwrap();
    assert_eq!(Sends::of(Saved::parse(&bytes).unwrap()).unwrap(), sends);
}
