//! The rules that people rely on: which task a message goes to, who is assigned, in whose name an answer goes. Played
//! between the simulator and a running desk. Not here: what becomes of answers that go wrong; that is in `sending.rs`.

use anyhow::ensure;
use e2e::callback::{self, Hook};
use e2e::{Bench, User, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A bench with one connected bot: the account's id, the bot's alias.
async fn connected(settings: Value) -> anyhow::Result<(Bench, String, String)> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", settings).await?;
    Ok((bench, account, bot))
}

async fn customer(bench: &Bench, bot: &str, name: &str) -> anyhow::Result<User> {
    bench.viber.add_user(bot, name, json!({})).await
}

/// S41, S42, S44, I2, I16. The change is answered before the customer writes, so the next message must know of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_opens_a_new_task_when_no_task_is_active() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let desk = &bench.desk;
    for (status, is_linked) in [("completed", true), ("inactive", true), ("deleted", false)] {
        let person = customer(&bench, &bot, status).await?;
        person.write("first").await?;
        let old = desk.tasks_of(&account, status).await?.remove(0);
        desk.set_status(&old, status).await?;
        person.write("second").await?;
        // What was deleted is in no list, and still there.
        let mut tasks = desk.tasks_of(&account, status).await?;
        ensure!(tasks.len() == if is_linked { 2 } else { 1 }, "{status}: {} tasks", tasks.len());
        let (old, new) = (&desk.get(&format!("tasks/{}", old["id"])).await?, &tasks.remove(tasks.len() - 1));
        ensure!(desk.texts(old).await? == ["first"] && desk.texts(new).await? == ["second"], "{status}");
        ensure!(new["status"] == "active" && old["status"] == status, "{status}: {new}");
        let description = new["description"].as_str().unwrap_or_default();
        ensure!(description.starts_with("second"), "S31, {status}: {description}");
        let link = format!("{}/tasks/{}", desk.base, old["id"]);
        ensure!(description.contains(&link) == is_linked, "S44, {status}: {description}");
        ensure!(description.contains("was deleted") != is_linked, "I2, {status}: {description}");
        ensure!((new["previous"] == old["id"]) == is_linked, "S44, {status}: {new}");
        ensure!((old["next"] == new["id"]) == is_linked, "S44, {status}: {old}");
    }
    ensure!(desk.list("contacts").await?.len() == 3, "S29: a card each");
    Ok(())
}

/// S37, S43: any active task takes the message, an older one that was reopened too, of two the latest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_goes_to_the_active_task_even_to_an_older_one() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let desk = &bench.desk;
    let person = customer(&bench, &bot, "Olena").await?;
    person.write("1").await?;
    person.write("2").await?;
    let old = desk.tasks(&account).await?.remove(0);
    desk.set_status(&old, "completed").await?;
    person.write("3").await?;
    let new = desk.tasks(&account).await?.remove(1);
    desk.set_status(&new, "inactive").await?;
    desk.set_status(&old, "active").await?;
    person.write("4").await?;
    desk.set_status(&new, "active").await?;
    person.write("5").await?;
    ensure!(desk.tasks(&account).await?.len() == 2, "no third task");
    ensure!(desk.texts(&old).await? == ["1", "2", "4"], "{:?}", desk.texts(&old).await?);
    ensure!(desk.texts(&new).await? == ["3", "5"], "{:?}", desk.texts(&new).await?);
    Ok(())
}

/// S45, I3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_setting_off_there_is_one_task_until_it_is_deleted() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({"new_task_when_none_active": false})).await?;
    let desk = &bench.desk;
    let person = customer(&bench, &bot, "Olena").await?;
    person.write("new").await?;
    let task = desk.tasks(&account).await?.remove(0);
    for status in ["completed", "inactive", "active"] {
        desk.set_status(&task, status).await?;
        person.write(status).await?;
        let tasks = desk.tasks(&account).await?;
        ensure!(tasks.len() == 1 && tasks[0]["status"] == status, "S45, {status}: {tasks:?}");
    }
    ensure!(desk.texts(&task).await? == ["new", "completed", "inactive", "active"], "S45: all of them");
    desk.delete(&format!("tasks/{}", task["id"])).await?;
    person.write("deleted").await?;
    let tasks = desk.tasks(&account).await?;
    ensure!(tasks.len() == 1 && tasks[0]["id"] != task["id"], "I3: another one: {tasks:?}");
    ensure!(desk.texts(&tasks[0]).await? == ["deleted"], "I3: {tasks:?}");
    Ok(())
}

/// I16: a change and a message at the same moment. Whichever comes first, the message is in one task and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_races_with_a_message_loses_and_doubles_nothing() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let desk = &bench.desk;
    for round in 0..10 {
        let name = format!("Racer {round}");
        let person = customer(&bench, &bot, &name).await?;
        person.write("first").await?;
        let task = desk.tasks_of(&account, &name).await?.remove(0);
        let (changed, written) = tokio::join!(desk.set_status(&task, "completed"), person.write("second"));
        changed?;
        written?;
        let tasks = desk.tasks_of(&account, &name).await?;
        let mut texts = Vec::new();
        for task in &tasks {
            texts.extend(desk.texts(task).await?);
        }
        ensure!(texts == ["first", "second"], "{name}: {texts:?}");
        ensure!(tasks[0]["status"] == "completed" && tasks.len() <= 2, "{name}: {tasks:?}");
    }
    Ok(())
}

/// S32, S33, S36, I1: the template's employee, else who configured the account, else its owner; never nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_assigned_by_its_template_or_to_who_configured_the_account() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let anna = desk.post("employees", json!({"name": "Anna"})).await?["id"].take();
    let petro = desk.post("employees", json!({"name": "Petro"})).await?["id"].take();
    let owner = desk.list("employees").await?[0]["id"].clone();
    let with = desk.post("task_templates", json!({"name": "Anna's", "assignee": anna})).await?;
    let without = desk.post("task_templates", json!({"name": "Nobody's"})).await?;
    let (with, without) = (with["id"].to_string(), without["id"].to_string());
    let extra = json!([petro.to_string(), "999"]);
    let cases = [
        ("S32", json!({"task_template": with}), vec![&anna]),
        ("S33", json!({"task_template": without}), vec![&owner]),
        ("no template", json!({}), vec![&owner]),
        ("a template that is gone", json!({"task_template": "999"}), vec![&owner]),
        ("S36", json!({"task_template": with, "extra_assignees": extra}), vec![&anna, &petro]),
        (
            "S36, twice the same",
            json!({"task_template": with, "extra_assignees": [anna.to_string()]}),
            vec![&anna],
        ),
    ];
    for (case, settings, expected) in cases {
        let (account, bot) = bench.connect(case, settings).await?;
        customer(&bench, &bot, "Olena").await?.write("hello").await?;
        let task = desk.tasks(&account).await?.remove(0);
        let assignees = task["assignees"].as_array().cloned().unwrap_or_default();
        let ids: Vec<_> = assignees.iter().map(|assignee| &assignee["id"]).collect();
        ensure!(ids == expected, "{case}: {ids:?}, not {expected:?}");
    }
    Ok(())
}

/// S46, S47, I10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_goes_in_the_name_of_the_account_or_of_the_employee() -> anyhow::Result<()> {
    const LONG: &str = "Олександра-Вікторія Мельник-Шевченко";
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    for (setting, name, expected) in [
        (json!({}), "Anna Melnyk", "Bike Shop 0"),
        (json!({"send_as_employee": false}), "Anna Melnyk", "Bike Shop 1"),
        (json!({"send_as_employee": true}), "Anna Melnyk", "Anna Melnyk"),
        (json!({"send_as_employee": true}), LONG, "Олександра-Вікторія Мельник-"),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, (setting, name, expected))| ((number, setting), name, expected))
    {
        let (account, bot) = bench.connect(&format!("Bike Shop {}", setting.0), setting.1).await?;
        let person = customer(&bench, &bot, "Olena").await?;
        person.write("hello").await?;
        let task = desk.tasks(&account).await?.remove(0);
        let author = desk.post("employees", json!({"name": name})).await?;
        let body = json!({"author": author["id"], "text": "hi", "notify": [task["requester"]["id"]]});
        let reply = desk.post(&format!("tasks/{}/actions", task["id"]), body).await?;
        desk.delivered(&task, &reply, "delivered").await?;
        let shown = person.received().await?[0]["sender"]["name"].take();
        ensure!(shown == expected, "{name}: {shown}, not {expected}");
    }
    Ok(())
}

/// T20, I10: whatever the name is made of, Viber must take it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_any_characters_is_cut_to_what_viber_takes() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({"send_as_employee": true})).await?;
    let person = customer(&bench, &bot, "Olena").await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    for name in ["x".repeat(200), "Ї".repeat(29), "e\u{301}".repeat(30), "a b".repeat(30), "🚲".repeat(40)]
    {
        let author = bench.desk.post("employees", json!({"name": name})).await?;
        let body = json!({"author": author["id"], "text": name, "notify": [task["requester"]["id"]]});
        let reply = bench.desk.post(&format!("tasks/{}/actions", task["id"]), body).await?;
        let delivery = until("it is sent or refused", || async {
            let delivery = bench.desk.delivery(&task, &reply).await?;
            Ok((delivery["state"] != "pending").then_some(delivery))
        });
        let delivery = delivery.await?;
        ensure!(delivery["state"] != "failed", "I10, {name}: {}", delivery["reason"]);
    }
    Ok(())
}

/// I4, S12: the same person writes to two bots, and a third bot is nobody's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_on_two_bots_is_two_conversations() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let mut accounts = Vec::new();
    for name in ["Bike Shop", "Ski Shop", "Tea Shop"] {
        accounts.push(bench.connect(name, json!({})).await?);
    }
    let at_bikes = customer(&bench, &accounts[0].1, "Olena").await?;
    let at_skis = at_bikes.at(&accounts[1].1).await?;
    ensure!(at_bikes.id != at_skis.id, "Viber gives each bot another id of a person");
    let mut cards = Vec::new();
    for (person, (account, _), what) in [(&at_bikes, &accounts[0], "bikes"), (&at_skis, &accounts[1], "skis")]
    {
        person.write(what).await?;
        let task = desk.tasks(account).await?.remove(0);
        ensure!(desk.texts(&task).await? == [what], "I4: {task}");
        let reply = desk.reply(&task, &format!("about {what}")).await?;
        desk.delivered(&task, &reply, "delivered").await?;
        cards.push(task["requester"]["id"].clone());
    }
    ensure!(cards[0] != cards[1] && desk.list("contacts").await?.len() == 2, "I4: two cards");
    ensure!(at_bikes.texts().await? == ["about bikes"] && at_skis.texts().await? == ["about skis"], "I4");
    ensure!(desk.tasks(&accounts[2].0).await?.is_empty(), "S12: the third account has nothing of it");
    Ok(())
}

/// I5, S15, S38.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_message_that_is_no_text_names_the_task_by_what_came() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    for (action, body, title) in [
        ("picture", json!({}), "Photo from Olena 0"),
        ("picture", json!({"text": "look"}), "Photo from Olena 1"),
        ("video", json!({}), "Video from Olena 2"),
        ("file", json!({"file_name": "bill.pdf"}), "File from Olena 3"),
        ("sticker", json!({}), "Sticker from Olena 4"),
        ("location", json!({}), "Location from Olena 5"),
        ("contact", json!({}), "Contact from Olena 6"),
        ("share_phone", json!({}), "Phone number from Olena 7"),
    ] {
        let name = format!("Olena {}", &title[title.len() - 1..]);
        let person = customer(&bench, &bot, &name).await?;
        ensure!(person.act(action, body.clone()).await?["status"] == 200, "{action}");
        let task = bench.desk.tasks_of(&account, &name).await?.remove(0);
        ensure!(task["title"] == title, "I5: {task}");
        let description = task["description"].as_str().unwrap_or_default();
        let caption = body["text"].as_str().unwrap_or_default();
        ensure!(description.starts_with(title) && description.ends_with(caption), "I5: {description}");
        let actions = bench.desk.actions(&task).await?;
        let is_file = matches!(action, "picture" | "video" | "file" | "sticker");
        ensure!(actions.len() == 1, "I5: {actions:?}");
        ensure!(
            actions[0]["attachments"][0]["remote_url"].is_string() == is_file,
            "I5, {action}: {}",
            actions[0]
        );
    }
    Ok(())
}

/// S23: in words and by a button, until the customer gives it; an old app shows no button.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_phone_number_is_asked_for_once_in_words_and_then_known() -> anyhow::Result<()> {
    let settings = json!({"ask_for_phone": true, "phone_question": "Your number?"});
    let (bench, account, bot) = connected(settings).await?;
    for (name, api_version, gives) in
        [("New", 10, ("tap", json!({"button": 0}))), ("Old", 1, ("write", json!({"text": "+380501234567"})))]
    {
        let person = bench.viber.add_user(&bot, name, json!({"api_version": api_version})).await?;
        person.act("open", json!({})).await?;
        person.write("hello").await?;
        let task = bench.desk.tasks_of(&account, name).await?.remove(0);
        for text in ["one", "two"] {
            bench.desk.delivered(&task, &bench.desk.reply(&task, text).await?, "delivered").await?;
        }
        ensure!(person.act(gives.0, gives.1).await?["status"] == 200, "{name} gives it");
        bench.desk.delivered(&task, &bench.desk.reply(&task, "three").await?, "delivered").await?;
        let received = person.received().await?;
        let words: Vec<_> = received.iter().map(|it| it["text"].as_str().unwrap_or_default()).collect();
        ensure!(words == ["Your number?", "one\n\nYour number?", "two", "three"], "{name}: {words:?}");
        let buttons: Vec<_> = received.iter().map(|it| it["keyboard"].is_object()).collect();
        let shows = api_version >= 3;
        ensure!(buttons == [shows, shows, shows, false], "{name}: {buttons:?}");
        let contact = bench.desk.get(&format!("contacts/{}", task["requester"]["id"])).await?;
        ensure!(contact["phone"].as_str().is_some_and(|phone| phone.contains("380")), "{contact}");
    }
    Ok(())
}

/// I6: two first messages at the same moment, twenty times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_messages_at_once_make_one_contact_and_one_task() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    for round in 0..20 {
        let user = format!("user-{round}");
        let (one, two) =
            (callback::text(round * 2, &user, "one"), callback::text(round * 2 + 1, &user, "two"));
        let (first, second) = tokio::join!(hook.post(&one), hook.post(&two));
        ensure!(first?.0 == StatusCode::OK && second?.0 == StatusCode::OK, "both are answered 200");
    }
    let tasks = bench.desk.tasks(&account).await?;
    ensure!(tasks.len() == 20 && bench.desk.all("contacts").await?.len() == 20, "{} tasks", tasks.len());
    for task in &tasks {
        let mut texts = bench.desk.texts(task).await?;
        ensure!(task["description"] == texts[0].as_str(), "S31: the first one opened the task");
        texts.sort();
        ensure!(texts == ["one", "two"], "I6: {texts:?}");
    }
    Ok(())
}

/// T7, I7: Viber repeats, one after the other and at the same time, and days later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_callback_is_one_action_and_200_each_time() -> anyhow::Result<()> {
    let (mut bench, account, bot) = connected(json!({})).await?;
    let person = customer(&bench, &bot, "Olena").await?;
    for (text, parallel) in [("in turn", false), ("at once", true)] {
        let sent = person.act("write", json!({"text": text, "repeat": 8, "parallel": parallel})).await?;
        ensure!(sent["answers"] == json!(vec![200; 8]), "{text}: {sent}");
    }
    let hook = Hook::of(&bench.viber, &bot).await?;
    let body = callback::text(7, &person.id, "again");
    ensure!(hook.post(&body).await?.0 == StatusCode::OK, "the first time");
    // What was handled is remembered on disk, and not only for the last few messages.
    for token in 100..140 {
        ensure!(
            hook.post(&callback::text(token, &person.id, "between")).await?.0 == StatusCode::OK,
            "{token}"
        );
    }
    bench.desk.kill()?;
    bench.desk.start_again()?;
    ensure!(hook.post(&body).await?.0 == StatusCode::OK, "after all that");
    let texts = bench.desk.texts(&bench.desk.tasks(&account).await?[0]).await?;
    ensure!(texts.len() == 43 && texts[..3] == ["in turn", "at once", "again"], "I7: {texts:?}");
    Ok(())
}

/// I11, S17, S18, S39.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_reaches_everybody_it_notifies_once_and_nobody_else() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let desk = &bench.desk;
    let mut people = Vec::new();
    for name in ["Olena", "Petro", "Vira"] {
        let person = customer(&bench, &bot, name).await?;
        person.write("hello").await?;
        let task = desk.tasks_of(&account, name).await?.remove(0);
        people.push((person, task));
    }
    let notify: Vec<_> = people[..2].iter().map(|(_, task)| task["requester"]["id"].clone()).collect();
    let path = format!("tasks/{}/actions", people[0].1["id"]);
    // Named twice, and still told once.
    let twice = [notify.clone(), notify].concat();
    let reply = desk.post(&path, json!({"text": "to both of you", "notify": twice})).await?;
    let delivery = desk.delivered(&people[0].1, &reply, "delivered").await?;
    ensure!(delivery["parts"].as_array().map(Vec::len) == Some(2), "I11: a part for each: {delivery}");
    let inside = desk.post(&path, json!({"text": "inside"})).await?;
    ensure!(inside["delivery"]["state"] == "internal", "S18: {inside}");
    bench.viber.quiet().await?;
    for (place, (person, _)) in people.iter().enumerate() {
        let expected: &[&str] = if place < 2 { &["to both of you"] } else { &[] };
        ensure!(person.texts().await? == expected, "I11: {:?}", person.texts().await?);
    }
    Ok(())
}

/// I14.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_who_unsubscribed_fails_and_says_what_to_do() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let desk = &bench.desk;
    let person = customer(&bench, &bot, "Olena").await?;
    person.write("hello").await?;
    let task = desk.tasks(&account).await?.remove(0);
    ensure!(task["requester"]["subscribed"] == true, "I14: who writes is subscribed: {task}");
    person.act("unsubscribe", json!({})).await?;
    let shown = desk.tasks(&account).await?.remove(0);
    ensure!(shown["requester"]["subscribed"] == false, "I14: it is on the contact: {shown}");
    let notes = desk.actions(&task).await?;
    ensure!(notes[1]["kind"] == "note" && notes.len() == 2, "I14: it is in the task: {notes:?}");
    let reply = desk.reply(&task, "are you there?").await?;
    let delivery = desk.delivered(&task, &reply, "failed").await?;
    ensure!(delivery["reason"].as_str().is_some_and(|it| it.contains("status 6")), "I14: {delivery}");
    ensure!(delivery["advice"].as_str().is_some_and(|it| it.contains("write first")), "I14: {delivery}");
    person.write("I am back").await?;
    let shown = desk.tasks(&account).await?.remove(0);
    ensure!(shown["requester"]["subscribed"] == true, "I14: {shown}");
    let reply = desk.reply(&task, "welcome").await?;
    desk.delivered(&task, &reply, "delivered").await?;
    ensure!(person.texts().await? == ["welcome"], "the failed one was not sent after all");
    Ok(())
}

/// S23: a number that the customer typed is marked as such, until their app shares the one that it is registered with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_number_says_how_it_came() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({"ask_for_phone": true})).await?;
    let person = customer(&bench, &bot, "Olena").await?;
    let known = async || {
        let task = bench.desk.tasks(&account).await?.remove(0);
        let contact = bench.desk.get(&format!("contacts/{}", task["requester"]["id"])).await?;
        anyhow::Ok((contact["phone"].clone(), contact["phone_source"].clone()))
    };
    person.write("My order came broken (sad)").await?;
    ensure!(known().await? == (Value::Null, Value::Null), "{:?}", known().await?);
    ensure!(
        bench.desk.tasks(&account).await?[0]["title"] == "My order came broken 🙁",
        "S15: codes are emoji"
    );
    person.write("00380 (50) 111-22-33").await?;
    ensure!(known().await? == (json!("+380501112233"), json!("typed")), "{:?}", known().await?);
    person.act("share_phone", json!({})).await?;
    let (shared, source) = known().await?;
    ensure!(shared != "+380501112233" && source == "shared", "{shared} {source}");
    person.write("+380501112244").await?;
    ensure!(known().await? == (shared, source), "a typed number replaces no shared one");
    Ok(())
}

/// C6: answers to one customer arrive in the order in which they were written, whatever each takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_quick_answers_arrive_in_order() -> anyhow::Result<()> {
    let (bench, account, bot) = connected(json!({})).await?;
    let mut people = Vec::new();
    for name in ["Olena", "Petro"] {
        let person = customer(&bench, &bot, name).await?;
        person.write("hello").await?;
        let task = bench.desk.tasks_of(&account, name).await?.remove(0);
        people.push((person, task));
    }
    for delay in [80, 0, 40, 0, 0, 60] {
        bench
            .viber
            .fault("send_message", 1, json!({"delay_ms": delay, "answer_delay_ms": delay / 2}))
            .await?;
    }
    let expected: Vec<_> = (0..10).map(|number| format!("answer {number}")).collect();
    for text in &expected {
        for (_, task) in &people {
            bench.desk.reply(task, text).await?;
        }
    }
    for (person, _) in &people {
        until("all ten are on the phone", || async {
            Ok((person.received().await?.len() >= 10).then_some(()))
        })
        .await?;
        ensure!(person.texts().await? == expected, "{:?}", person.texts().await?);
    }
    Ok(())
}
