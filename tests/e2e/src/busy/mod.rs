//! A desk on which everything happens: people of every sort, files, answers that fail, mistakes, a channel that tells what
//! it should keep to itself. Every name, text, number and key in it is one that can be looked for afterwards. Not here:
//! where it is looked for.

mod people;
mod shown;
mod trouble;

pub use shown::Searched;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::callback::Hook;
use crate::{Bench, DeskOptions, User};

/// What people have that no log shows: what it is, and the text itself, odd enough to stand nowhere by chance.
pub const PEOPLE: &[(&str, &str)] = &[
    ("a customer's name", NAME),
    ("a customer's text", TEXT),
    ("a customer's phone number", PHONE),
    ("a customer's portrait", AVATAR),
    ("a customer's place", PLACE),
    ("a customer's file name", FILE),
    ("a customer's link", LINK),
    ("by which link a customer came", CONTEXT),
    ("a contact card's name", CARD),
    ("a contact card's number", CARD_PHONE),
    ("a customer's id at the messenger", USER_ID),
    ("what a phone says", REFUSAL),
    ("what Viber says", VIBER_SAYS),
    ("an employee's name", EMPLOYEE),
    ("an answer", ANSWER),
    ("an internal comment", COMMENT),
    ("a quick reply", QUICK),
];

const NAME: &str = "Квітослава-Зозуленко";
const TEXT: &str = "свіжий \"борщ\" <7731> & пампушки";
const PHONE: &str = "380671239854";
const AVATAR: &str = "dlid-8d7c6b5a4f31";
const PLACE: &str = "50.4412345";
const FILE: &str = "dovidka-8841-pro-dohody";
const LINK: &str = "private-link-3389";
const CONTEXT: &str = "ctx-order-91x7";
const CARD: &str = "Сантехнік-Ярополк";
const CARD_PHONE: &str = "380509981123";
const USER_ID: &str = "a2FuYXJrYS11c2VyLTAx";
const REFUSAL: &str = "phone-says-4471";
const VIBER_SAYS: &str = "viber-says-4410-ялинка";
const EMPLOYEE: &str = "Святомир-Оператенко";
const ANSWER: &str = "відповідь-майстра-7734";
const COMMENT: &str = "зауваження-5521-для-своїх";
const QUICK: &str = "заготовка-6612-на-щодень";

/// Keys of the accounts, in Viber's form.
const KEYS: [&str; 5] = [
    "51c0ffee00000001-aaaa1111bbbb2222-0123456789abcde1",
    "51c0ffee00000002-aaaa1111bbbb2222-0123456789abcde2",
    "51c0ffee00000003-aaaa1111bbbb2222-0123456789abcde3",
    "51c0ffee00000004-aaaa1111bbbb2222-0123456789abcde4",
    "51c0ffee00000005-aaaa1111bbbb2222-0123456789abcde5",
];
/// Keys that nobody accepts: entered as a new key, or in a wrong place.
const WRONG_KEYS: [&str; 6] = [
    "badc0de000000001-cccc3333dddd4444-fedcba9876543211",
    "badc0de000000002-cccc3333dddd4444-fedcba9876543212",
    "badc0de000000003-cccc3333dddd4444-fedcba9876543213",
    "badc0de000000004-cccc3333dddd4444-fedcba9876543214",
    "badc0de000000005-cccc3333dddd4444-fedcba9876543215",
    "badc0de000000006-cccc3333dddd4444-fedcba9876543216",
];
/// What somebody shows as a token, a ticket or a signature, without having been given it.
const FORGED: [&str; 3] = [
    "desk_f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0",
    "ticket-e1e1e1e1e1e1e1e1e1e1e1e1",
    "d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2",
];

/// A busy desk.
pub struct Busy {
    /// The desk and Viber's side.
    pub bench: Bench,
    /// The account of Viber's on which most of it happens.
    pub account: String,
    bot: String,
    hook: Hook,
    /// Ids of customers at the messenger, and signatures that were sent in a query.
    ids: Vec<String>,
    signatures: Vec<String>,
    /// Tokens of the API.
    pub tokens: Vec<String>,
    /// What mistakes were answered with.
    answered: Vec<u8>,
    next_token: u64,
}

impl Busy {
    /// Starts the desk with these variables of the environment and plays everything on it once.
    ///
    /// # Errors
    /// Something did not go as it should.
    pub async fn play(environment: &[(&'static str, &str)]) -> anyhow::Result<Self> {
        let environment = environment.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let plugins = vec![guests::VIBER_CHANNEL.into(), guests::TATTLER.into()];
        let options = DeskOptions { plugins, environment, ..DeskOptions::default() };
        let mut bench = Bench::start_with(options, "127.0.0.1:0").await?;
        let mut tokens = vec![bench.desk.token.clone()];
        for scope in ["read", "operate", "admin"] {
            tokens.push(bench.desk.add_token(scope)?);
        }
        let (account, bot) = connect(&bench, "Bike Shop", KEYS[0]).await?;
        let hook = Hook::of(&bench.viber, &bot).await?;
        let (ids, signatures, answered) = (Vec::new(), Vec::new(), Vec::new());
        let next_token = 7_000;
        let mut busy = Self { bench, account, bot, hook, ids, signatures, tokens, answered, next_token };
        busy.set_up().await?;
        busy.round(0).await?;
        busy.the_tattler_tells().await?;
        Ok(busy)
    }

    /// What people do, once more; each time another number.
    ///
    /// # Errors
    /// Something did not go as it should.
    pub async fn round(&mut self, number: u32) -> anyhow::Result<()> {
        self.customers_write(number).await?;
        self.every_shape_comes().await?;
        self.operators_answer(number).await?;
        self.mistakes_are_made().await
    }

    /// What no log shows, what it is and the text itself: people's, and everything of [`Busy::secrets`].
    #[must_use]
    pub fn private(&self) -> Vec<(&str, &str)> {
        let ids = self.ids.iter().map(|id| ("a customer's id at the messenger", id.as_str()));
        PEOPLE.iter().copied().chain(ids).chain(self.secrets()).collect()
    }

    /// What nothing shows that the desk writes or answers: keys, tokens, signatures.
    #[must_use]
    pub fn secrets(&self) -> Vec<(&str, &str)> {
        let fixed = [
            ("an account's key", &KEYS[..]),
            ("a key that nobody accepts", &WRONG_KEYS[..]),
            ("a forged token", &FORGED[..]),
        ];
        let fixed = fixed.into_iter().flat_map(|(what, texts)| texts.iter().map(move |text| (what, *text)));
        let tokens = self.tokens.iter().map(|text| ("a token of the API", text.as_str()));
        let signatures = self.signatures.iter().map(|text| ("a signature", text.as_str()));
        fixed.chain(tokens).chain(signatures).collect()
    }

    async fn set_up(&self) -> anyhow::Result<()> {
        let desk = &self.bench.desk;
        let employee = desk.post("employees", json!({"name": EMPLOYEE})).await?["id"].take();
        desk.post("contact_templates", json!({"name": format!("для {EMPLOYEE}")})).await?;
        desk.post("task_templates", json!({"name": format!("від {EMPLOYEE}"), "assignee": employee})).await?;
        let quick = json!({"title": QUICK, "text": format!("{QUICK}, {{{{contact.name}}}}!")});
        desk.post("quick_replies", quick).await?;
        for (name, key) in [("Second", KEYS[1]), ("Third", KEYS[2])] {
            connect(&self.bench, name, key).await?;
        }
        // A new key that Viber refuses, one that it takes, and one that it has no time for.
        let (changed, bot) = connect(&self.bench, "Fourth", KEYS[3]).await?;
        let path = format!("accounts/{changed}");
        desk.patch(&path, json!({"settings": {"api_key": WRONG_KEYS[0]}})).await?;
        self.bench.health(&changed, "failed").await?;
        self.bench.viber.patch(&format!("bots/{bot}"), json!({"token": KEYS[4]})).await?;
        desk.patch(&path, json!({"settings": {"api_key": KEYS[4]}})).await?;
        self.bench.health(&changed, "connected").await?;
        let later = json!({"http": 503, "retry_after": 3_600});
        self.bench
            .viber
            .post("faults", json!({"method": "any", "bot": bot, "times": 9, "fault": later}))
            .await?;
        desk.patch(&path, json!({"settings": {"api_key": WRONG_KEYS[1]}})).await?;
        Ok(())
    }

    /// A token for a callback that no other has.
    fn next_token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    async fn customer(&mut self, round: u32, number: u32) -> anyhow::Result<User> {
        let avatar = format!("https://dl-media.viber.com/avatars/{AVATAR}.png");
        let person = json!({"phone_number": format!("+{PHONE}"), "avatar": avatar});
        let name = format!("{NAME} {round}-{number}");
        let user = self.bench.viber.add_user(&self.bot, &name, person).await?;
        self.ids.push(user.id.clone());
        Ok(user)
    }

    async fn first_task(&self, of: &str) -> anyhow::Result<Value> {
        let tasks = self.bench.desk.tasks_of(&self.account, of).await?;
        ensure!(!tasks.is_empty(), "{of} has no task");
        tasks.into_iter().next().context("a task")
    }
}

/// Connects a bot that has this key; the account's id and the bot's.
async fn connect(bench: &Bench, name: &str, key: &str) -> anyhow::Result<(String, String)> {
    let uri = name.to_lowercase().replace(' ', "");
    let bot = bench.viber.post("bots", json!({"name": name, "uri": uri, "token": key})).await?;
    let settings = json!({"send_as_employee": true, "welcome_message": "Вітаємо!"});
    let account = bench.add_account(name, &key.into(), settings).await?;
    bench.health(&account, "connected").await?;
    Ok((account, bot["alias"].as_str().context("a bot has an alias")?.to_owned()))
}
