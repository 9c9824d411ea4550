//! The onboarding guide: all three languages say the same, and all that is required; not whether they read well.

use crate::manifest::describe;

/// The form's labels, which stay English everywhere.
const LABELS: [&str; 10] = [
    "Are you familiar with new Chatbot Commercial Terms?",
    "First name",
    "Last name",
    "Work email",
    "Country",
    "Company name",
    "Company website",
    "Do you have a Viber Business Account?",
    "Company type",
    "Your inquiry",
];

/// What every guide says: the requirement, then the words in English, Russian and Ukrainian.
const SAID: &[(&str, [&str; 3])] = &[
    ("S2", ["5 February 2024", "5 февраля 2024", "5 лютого 2024"]),
    ("S2", ["keep the old terms", "условия прежние", "умови ті самі"]),
    ("S5", ["Quick replies", "Быстрые ответы", "Швидкі відповіді"]),
    ("S6", ["1. Fill in the application", "1. Заполните заявку", "1. Заповніть заявку"]),
    ("S6", ["2. Viber's team", "2. С вами свяжется команда", "2. З вами зв'яжеться команда"]),
    (
        "S6",
        [
            "3. After approval you get an API key",
            "3. После одобрения вы получите ключ API",
            "3. Після схвалення ви отримаєте ключ API",
        ],
    ),
    ("S7", ["in English", "на английском языке", "англійською мовою"]),
    ("S9", ["chat-bot owner", "владелец чат-бота", "власник чат-бота"]),
    ("S9", ["chat-bot developer", "разработчик чат-ботов", "розробник чат-ботів"]),
    ("S9", ["reseller of chat-bots, other", "реселлер чат-ботов, другое", "реселер чат-ботів, інше"]),
    ("S10", ["you want to connect a chat-bot", "хотите подключить чат-бота", "хочете підключити чат-бота"]),
    ("S11", ["go to Viber support", "в поддержку Viber", "до підтримки Viber"]),
    ("S12", ["several accounts", "несколько", "кілька"]),
    ("S13", ["does not register new ones for now", "пока не регистрирует", "поки що не реєструє"]),
    ("S19", ["viber://pa?chatURI={botname}", "viber://pa?chatURI={botname}", "viber://pa?chatURI={botname}"]),
    ("S20", ["social networks", "социальных сетях", "соціальних мережах"]),
    (
        "S21",
        [
            "On a phone, or with Viber Desktop",
            "На телефоне или с Viber Desktop",
            "На телефоні або з Viber Desktop",
        ],
    ),
    (
        "S22",
        ["without Viber Desktop:** nothing", "без Viber Desktop:** ничего", "без Viber Desktop:** нічого"],
    ),
    ("S22", ["install the app", "установите приложение", "встановіть застосунок"]),
    (
        "S23",
        ["does not pass on the customer's number", "не передаёт номер клиента", "не передає номер клієнта"],
    ),
    ("S24", ["created by a link", "создаётся\nпо ссылке", "створюється\nза посиланням"]),
    ("S25", ["1. Copy the API key", "1. Скопируйте ключ API", "1. Скопіюйте ключ API"]),
    (
        "S26",
        [
            "Settings → Integrations → Messengers → Viber",
            "Настройки → Интеграции → Мессенджеры → Viber",
            "Налаштування → Інтеграції → Месенджери → Viber",
        ],
    ),
    ("S26", ["Only administrators", "только администраторам", "лише адміністраторам"]),
    ("S27", ["**Add public account**", "**Добавить публичный аккаунт**", "**Додати публічний акаунт**"]),
    ("I13", ["called it back", "к нему\nобратился", "до нього\nзвернувся"]),
    ("I17", ["QR code", "QR-кодом", "QR-кодом"]),
    ("the session", ["24 hours", "24-часовая", "24-годинна"]),
    ("the certificate", ["whole chain", "цепочка", "ланцюжок"]),
    ("five seconds", ["5 seconds", "5 секунд", "5 секунд"]),
];

fn guides() -> [String; 3] {
    let texts: Vec<_> = describe().texts.into_iter().map(|it| it.guide).collect();
    texts.try_into().unwrap()
}

/// Each block of a guide in order: what it is, not what it says.
fn shape(guide: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in guide.lines() {
        let block = match line {
            "" => "",
            _ if line.starts_with('#') => line.split(' ').next().unwrap(),
            _ if line.starts_with("* **") => "* **",
            _ if line.starts_with('|') => &format!("|{}", line.matches('|').count()),
            _ if line.starts_with('>') => ">",
            _ if line.starts_with(|c: char| c.is_ascii_digit()) => &line[..2],
            _ => "paragraph",
        };
        // A paragraph is as long as its language needs.
        if block != "paragraph" || blocks.last().is_none_or(|last| last != "paragraph") {
            blocks.push(block.to_owned());
        }
    }
    blocks
}

#[test]
fn the_guides_have_the_same_structure() {
    let [english, russian, ukrainian] = guides();
    let blocks = shape(&english);
    for (kind, count) in [("#", 1), ("##", 6), ("* **", 7), ("|4", 12), (">", 1), ("1.", 2), ("3.", 2)] {
        assert_eq!(blocks.iter().filter(|block| *block == kind).count(), count, "{kind}");
    }
    assert_eq!(shape(&russian), blocks, "ru");
    assert_eq!(shape(&ukrainian), blocks, "uk");
    for guide in guides() {
        assert!(
            guide.starts_with("# ")
                && guide.matches("**").count() % 2 == 0
                && guide.matches('`').count() % 2 == 0
        );
        assert!(!guide.contains('<'), "no HTML");
    }
}

/// S2, S5, S6, S7, S9, S10, S11, S12, S13, S19, S20, S21, S22, S23, S24, S25, S26, S27, I13, I17.
#[test]
fn every_guide_says_all_that_is_required() {
    for (guide, language) in guides().iter().zip(0..) {
        for (id, words) in SAID {
            assert!(guide.contains(words[language]), "{id}: {}", words[language]);
        }
    }
}

/// S8: ten fields in this order, each with its English label and what it means.
#[test]
fn the_ten_fields_stand_in_order_with_a_translation() {
    for (guide, language) in guides().iter().zip(0..) {
        let rows: Vec<Vec<&str>> = guide
            .lines()
            .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        assert_eq!(rows.len(), 10);
        for ((row, label), number) in rows.iter().zip(LABELS).zip(1..) {
            assert_eq!((row[0], row[1]), (number.to_string().as_str(), label));
            assert!(row[2].chars().count() > 2 && row[2] != label, "{label}");
            assert_eq!(row[2].starts_with(cyrillic), language > 0, "{label}: {}", row[2]);
        }
    }
}

fn cyrillic(c: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&c)
}

/// English words in the other guides are labels and names, never two words of a sentence; and each is its own language.
#[test]
fn nothing_was_left_in_another_language() {
    let [english, russian, ukrainian] = guides();
    assert!(!english.contains(cyrillic));
    for guide in [&russian, &ukrainian] {
        let mut rest = guide.clone();
        for name in LABELS.iter().chain(&["Viber Desktop", "viber://pa?chatURI={botname}"]) {
            rest = rest.replace(name, "");
        }
        let words = rest
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()));
        for word in words {
            assert!(["Viber", "API", "QR", "https", "yes", "no", "botname"].contains(&word), "{word}");
        }
    }
    assert!(!russian.contains(['і', 'ї', 'є', 'ґ']) && !ukrainian.contains(['ы', 'э', 'ъ', 'ё']));
}
