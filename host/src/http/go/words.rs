//! Every word of the landing page in every language it has. No markup.

use super::super::language::Language;

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Russian => &RUSSIAN,
        Language::Ukrainian => &UKRAINIAN,
    }
}

/// The page's words. `{app}` is the messenger's name.
pub(super) struct Words {
    pub(super) lead: &'static str,
    pub(super) open: &'static str,
    pub(super) opening: &'static str,
    pub(super) nothing_happens: &'static str,
    pub(super) help_title: &'static str,
    pub(super) desktop_needed: &'static str,
    pub(super) scan_title: &'static str,
    pub(super) scan: &'static str,
    pub(super) install_title: &'static str,
    pub(super) install: &'static str,
    pub(super) install_link: &'static str,
    pub(super) other_app: &'static str,
    pub(super) qr_alt: &'static str,
    pub(super) languages: &'static str,
    pub(super) gone_title: &'static str,
    pub(super) gone: &'static str,
    pub(super) gone_owner: &'static str,
    pub(super) long_title: &'static str,
    pub(super) long: &'static str,
    pub(super) go_on: &'static str,
}

static ENGLISH: Words = Words {
    lead: "Write to us in {app}. We answer in the same chat.",
    open: "Open the chat in {app}",
    opening: "Opening {app}…",
    nothing_happens: "Nothing happens?",
    help_title: "{app} did not open?",
    desktop_needed: "A click in a browser opens the chat only where {app} is installed. On a computer without {app} Desktop it does nothing.",
    scan_title: "On your phone",
    scan: "Point the phone’s camera at this code and follow the link.",
    install_title: "No {app} yet?",
    install: "Install it, then come back to this page and press the button.",
    install_link: "Get {app}",
    other_app: "Did you come from another app? Open this page in your browser first: apps often block such links.",
    qr_alt: "QR code of the link to the chat",
    languages: "Language",
    gone_title: "This link leads to no chat",
    gone: "It may be mistyped, or the chat was closed. Go back to the site where you found it, or ask the company how else to reach it.",
    gone_owner: "Is it your link? In your helpdesk open the account, see whether it is connected, and publish the link that stands there.",
    long_title: "This link is too long",
    long: "What was added to it does not fit into a link. You can open the chat without it.",
    go_on: "To the chat",
};

static RUSSIAN: Words = Words {
    lead: "Напишите нам в {app}. Мы ответим в том же чате.",
    open: "Открыть чат в {app}",
    opening: "Открываем {app}…",
    nothing_happens: "Ничего не происходит?",
    help_title: "{app} не открылся?",
    desktop_needed: "Щелчок в браузере открывает чат, только если {app} установлен. На компьютере без {app} Desktop ничего не произойдёт.",
    scan_title: "На телефоне",
    scan: "Наведите камеру телефона на этот код и перейдите по ссылке.",
    install_title: "Ещё нет {app}?",
    install: "Установите его, затем вернитесь на эту страницу и нажмите кнопку.",
    install_link: "Скачать {app}",
    other_app: "Пришли из другого приложения? Сначала откройте эту страницу в браузере: приложения часто блокируют такие ссылки.",
    qr_alt: "QR-код ссылки на чат",
    languages: "Язык",
    gone_title: "Эта ссылка не ведёт в чат",
    gone: "Возможно, в ней опечатка или чат закрыт. Вернитесь на сайт, где вы её нашли, или спросите у компании, как ещё с ней связаться.",
    gone_owner: "Это ваша ссылка? Откройте аккаунт в своём хелпдеске, проверьте, подключён ли он, и опубликуйте ссылку, которая там указана.",
    long_title: "Эта ссылка слишком длинная",
    long: "То, что к ней добавили, в ссылку не помещается. Чат можно открыть и без этого.",
    go_on: "Перейти в чат",
};

static UKRAINIAN: Words = Words {
    lead: "Напишіть нам у {app}. Ми відповімо в тому самому чаті.",
    open: "Відкрити чат у {app}",
    opening: "Відкриваємо {app}…",
    nothing_happens: "Нічого не відбувається?",
    help_title: "{app} не відкрився?",
    desktop_needed: "Клацання в браузері відкриває чат, лише якщо {app} встановлено. На комп’ютері без {app} Desktop нічого не станеться.",
    scan_title: "На телефоні",
    scan: "Наведіть камеру телефону на цей код і перейдіть за посиланням.",
    install_title: "Ще немає {app}?",
    install: "Встановіть його, потім поверніться на цю сторінку й натисніть кнопку.",
    install_link: "Завантажити {app}",
    other_app: "Прийшли з іншого застосунку? Спершу відкрийте цю сторінку в браузері: застосунки часто блокують такі посилання.",
    qr_alt: "QR-код посилання на чат",
    languages: "Мова",
    gone_title: "Це посилання не веде до чату",
    gone: "Можливо, у ньому помилка або чат закрито. Поверніться на сайт, де ви його знайшли, або запитайте в компанії, як іще з нею зв’язатися.",
    gone_owner: "Це ваше посилання? Відкрийте акаунт у своєму хелпдеску, перевірте, чи його під’єднано, і опублікуйте посилання, яке там зазначено.",
    long_title: "Це посилання задовге",
    long: "Те, що до нього додали, у посилання не вміщується. Чат можна відкрити й без цього.",
    go_on: "До чату",
};
