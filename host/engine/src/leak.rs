//! Whether a secret stands in what a channel returned or wrote. Not here: what a channel hides on purpose; who may read a
//! value can always write it in a way that nobody looks for, so it matters which channels are loaded.
//!
//! Looked for are the value itself, its hexadecimal form and its base64 forms, at any place of a text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::contract::{
    Header, HttpRequest, HttpResponse, Inbound, Problem, ProblemClass, Receipt, Rejection, Secret, Unreadable,
};

/// A shorter value would be found everywhere by chance; no messenger's key is as short.
const VALUE_BYTES_MIN: usize = 8;
/// Base64 of the same bytes differs by where they begin: characters that the bytes before have a part in, by how many
/// there are of them, modulo 3.
const BASE64_SHARED: [usize; 3] = [0, 2, 3];

/// What stands where a value was.
const MASK: u8 = b'*';

/// What to look for.
pub(crate) struct Leaks<'a> {
    secrets: Vec<(&'a str, Vec<Form>)>,
}

struct Form {
    bytes: Vec<u8>,
    ignores_case: bool,
}

impl<'a> Leaks<'a> {
    pub(crate) fn of(secrets: &'a [Secret]) -> Self {
        let looked_for = secrets.iter().filter(|secret| secret.value.len() >= VALUE_BYTES_MIN);
        Self { secrets: looked_for.map(|secret| (secret.name.as_str(), forms(&secret.value))).collect() }
    }

    /// The name of a secret whose value stands in a receipt.
    pub(crate) fn in_receipt(&self, receipt: &Receipt) -> Option<&'a str> {
        let Receipt { response: HttpResponse { status: _, headers, body }, inbound, unreadable } = receipt;
        self.first_in(headers.iter().flat_map(of_header).chain([body.as_slice()]))
            .or_else(|| self.first_in(inbound.iter().flat_map(of_inbound)))
            .or_else(|| self.first_in(unreadable.iter().flat_map(of_unreadable)))
    }

    /// The name of a secret whose value stands in a rejection.
    pub(crate) fn in_rejection(&self, Rejection { status: _, problem }: &Rejection) -> Option<&'a str> {
        self.first_in(of_problem(problem))
    }

    /// The name of a secret whose value stands in a request. Who sent it knew it; that a channel passes it on is no leak of
    /// the channel's.
    pub(crate) fn in_request(&self, request: &HttpRequest) -> Option<&'a str> {
        let HttpRequest { method: _, path, query, headers, body } = request;
        let head = [path.as_bytes(), query.as_bytes(), body.as_slice()];
        self.first_in(headers.iter().flat_map(of_header).chain(head))
    }

    /// Masks every value in a receipt.
    pub(crate) fn mask_receipt(&self, receipt: &mut Receipt) {
        let Receipt { response: HttpResponse { status: _, headers, body }, inbound, unreadable } = receipt;
        headers.iter_mut().for_each(|Header { name, value }| self.mask_texts([name, value]));
        self.mask(body);
        for Inbound { conversation, dedupe, at: _, payload, extras } in inbound {
            self.mask_texts([conversation, dedupe]);
            extras.iter_mut().for_each(|(name, value)| self.mask_texts([name, value]));
            self.mask(payload);
        }
        for Unreadable { dedupe, problem, payload } in unreadable {
            self.mask_texts([dedupe]);
            self.mask_problem(problem);
            self.mask(payload);
        }
    }

    /// Masks every value in a problem.
    pub(crate) fn mask_problem(&self, Problem { class, code, text, advice }: &mut Problem) {
        self.mask_texts([code, text, advice]);
        if let ProblemClass::Other(name) = class {
            self.mask_texts([name]);
        }
    }

    fn mask(&self, bytes: &mut [u8]) {
        for form in self.secrets.iter().flat_map(|(_, forms)| forms) {
            let mut from = 0;
            while let Some(at) = form.place_in(&bytes[from..]) {
                let end = from + at + form.bytes.len();
                bytes[from + at..end].fill(MASK);
                from = end;
            }
        }
    }

    fn mask_texts<'b>(&self, texts: impl IntoIterator<Item = &'b mut String>) {
        for text in texts {
            let mut bytes = std::mem::take(text).into_bytes();
            self.mask(&mut bytes);
            // A value is whole characters, so what is left of the text is too.
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
    }

    /// The name of a secret whose value stands in these bytes.
    pub(crate) fn in_bytes(&self, bytes: &[u8]) -> Option<&'a str> {
        let has = |(_, forms): &&(&str, Vec<Form>)| forms.iter().any(|form| form.place_in(bytes).is_some());
        self.secrets.iter().find(has).map(|(name, _)| *name)
    }

    fn first_in<'b>(&self, parts: impl IntoIterator<Item = &'b [u8]>) -> Option<&'a str> {
        parts.into_iter().find_map(|part| self.in_bytes(part))
    }
}

fn of_header(Header { name, value }: &Header) -> [&[u8]; 2] {
    [name.as_bytes(), value.as_bytes()]
}

fn of_inbound(inbound: &Inbound) -> impl Iterator<Item = &[u8]> {
    let Inbound { conversation, dedupe, at: _, payload, extras } = inbound;
    let extras = extras.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    extras.chain([conversation.as_bytes(), dedupe.as_bytes(), payload.as_slice()])
}

fn of_unreadable(Unreadable { dedupe, problem, payload }: &Unreadable) -> impl Iterator<Item = &[u8]> {
    of_problem(problem).into_iter().chain([dedupe.as_bytes(), payload.as_slice()])
}

/// The class of a later version is a text too.
fn of_problem(Problem { class, code, text, advice }: &Problem) -> [&[u8]; 4] {
    let class = if let ProblemClass::Other(name) = class { name.as_str() } else { "" };
    [class.as_bytes(), code.as_bytes(), text.as_bytes(), advice.as_bytes()]
}

impl Form {
    fn place_in(&self, bytes: &[u8]) -> Option<usize> {
        let is_here = |window: &[u8]| match self.ignores_case {
            true => window.eq_ignore_ascii_case(&self.bytes),
            false => window == self.bytes,
        };
        bytes.windows(self.bytes.len()).position(is_here)
    }
}

fn forms(value: &str) -> Vec<Form> {
    let hex = value.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut forms = vec![
        Form { bytes: value.as_bytes().to_vec(), ignores_case: false },
        Form { bytes: hex.into_bytes(), ignores_case: true },
    ];
    for (before, shared) in BASE64_SHARED.iter().enumerate() {
        let mut bytes = vec![0; before];
        bytes.extend(value.as_bytes());
        let mut text = STANDARD_NO_PAD.encode(&bytes);
        if bytes.len() % 3 != 0 {
            // What follows has a part in the last one.
            text.pop();
        }
        let text = text.split_off(*shared);
        let url_safe = text.replace('+', "-").replace('/', "_");
        forms.extend([text, url_safe].map(|it| Form { bytes: it.into_bytes(), ignores_case: false }));
    }
    forms
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const VALUE: &str = "4dc8e0b1-?>~ÿtoken";

    fn secrets() -> [Secret; 2] {
        let secret = |name: &str, value: &str| Secret { name: name.into(), value: value.into() };
        [secret("short", "1234567"), secret("api_key", VALUE)]
    }

    /// G21: in each form, wherever it begins.
    #[test]
    fn a_value_is_found_in_every_form() {
        let secrets = secrets();
        let leaks = Leaks::of(&secrets);
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{VALUE}{before}");
            let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
            for form in [text.clone(), hex, STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                assert_eq!(leaks.in_bytes(form.as_bytes()), Some("api_key"), "{form}");
            }
        }
        assert_eq!(leaks.in_bytes(b"1234567 4dc8e0b1-?>~ token"), None);
    }

    /// G21: no field of an answer is passed over.
    #[test]
    fn a_value_is_found_in_every_field() {
        let (secrets, value) = (secrets(), VALUE.to_owned());
        let leaks = Leaks::of(&secrets);
        let problem = Problem {
            class: ProblemClass::Other(value.clone()),
            code: String::new(),
            text: value.clone(),
            advice: String::new(),
        };
        let response = |name: &str, value: &str, body: &str| Receipt {
            response: HttpResponse {
                status: 200,
                headers: vec![Header { name: name.into(), value: value.into() }],
                body: body.into(),
            },
            ..Receipt::default()
        };
        let inbound = |inbound| Receipt { inbound: vec![inbound], ..Receipt::default() };
        let unreadable = |dedupe: &str, problem: &Problem, payload: &str| Receipt {
            unreadable: vec![Unreadable {
                dedupe: dedupe.into(),
                problem: problem.clone(),
                payload: payload.into(),
            }],
            ..Receipt::default()
        };
        let none = Problem { class: ProblemClass::Internal, text: String::new(), ..problem.clone() };
        for receipt in [
            response(VALUE, "", ""),
            response("", VALUE, ""),
            response("", "", VALUE),
            inbound(Inbound { conversation: value.clone(), ..Inbound::default() }),
            inbound(Inbound { dedupe: value.clone(), ..Inbound::default() }),
            inbound(Inbound { payload: value.clone().into(), ..Inbound::default() }),
            inbound(Inbound { extras: vec![("a".into(), value.clone())], ..Inbound::default() }),
            unreadable(VALUE, &none, ""),
            unreadable("", &problem, ""),
            unreadable("", &none, VALUE),
        ] {
            assert_eq!(leaks.in_receipt(&receipt), Some("api_key"), "{receipt:?}");
            let mut masked = receipt;
            leaks.mask_receipt(&mut masked);
            assert_eq!(leaks.in_receipt(&masked), None, "{masked:?}");
        }
        assert_eq!(leaks.in_receipt(&response("a", "b", "c")), None);
        assert_eq!(leaks.in_rejection(&Rejection { status: 401, problem }), Some("api_key"));
        assert_eq!(leaks.in_rejection(&Rejection { status: 401, problem: none }), None);
    }

    /// G21: of a text nothing is lost but the value, in each of its forms.
    #[test]
    fn what_somebody_wrote_stays_but_for_the_value() {
        let secrets = secrets();
        let leaks = Leaks::of(&secrets);
        let hex: String = VALUE.bytes().map(|byte| format!("{byte:02x}")).collect();
        let payload = format!("Олена: {VALUE}, {VALUE}; {hex}.");
        let mut receipt = Receipt::default();
        receipt.inbound.push(Inbound { payload: payload.into(), dedupe: "7".into(), ..Inbound::default() });
        leaks.mask_receipt(&mut receipt);
        let (stars, more) = ("*".repeat(VALUE.len()), "*".repeat(hex.len()));
        let left = String::from_utf8_lossy(&receipt.inbound[0].payload).into_owned();
        assert_eq!(left, format!("Олена: {stars}, {stars}; {more}."));
        assert_eq!(receipt.inbound[0].dedupe, "7");
        let request = |body: &str| HttpRequest { body: body.into(), ..HttpRequest::default() };
        assert_eq!(leaks.in_request(&request(&format!("it is {VALUE}"))), Some("api_key"));
        assert_eq!(leaks.in_request(&request("it is not")), None);
    }
}
