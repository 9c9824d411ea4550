//! What an account does for the people who use it, from the phone to the desk's own lists: one statement a test. Not here:
//! which task a message goes to and in whose name an answer goes; that is in `rules.rs`.

use anyhow::{Context, ensure};
use e2e::{Bench, User, until};
use serde_json::{Value, json};

async fn customer(bench: &Bench, bot: &str, name: &str, more: Value) -> anyhow::Result<User> {
    bench.viber.add_user(bot, name, more).await
}

/// S1, S3, S4, S14, S23, S28–S31: a message is where everything else of a helpdesk is. S28: it is the first of each
/// person to this account, and only the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_channel_yields_ordinary_contacts_tasks_and_actions() -> anyhow::Result<()> {
    const TEXT: &str = "Добрий день!\nЧи є у вас велосипед?";
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let avatar = "https://dl-media.viber.com/avatars/olena.png";
    let more =
        json!({"avatar": avatar, "language": "uk-UA", "country": "UA", "phone_number": "+380501112233"});
    let olena = customer(&bench, &bot, "Олена", more).await?;
    ensure!(desk.list("contacts").await?.is_empty() && desk.list("tasks").await?.is_empty(), "nobody wrote");
    olena.write(TEXT).await?;
    let contact = desk.list("contacts").await?.pop().context("S4: a card, and no operator made it")?;
    ensure!(contact["name"] == "Олена" && contact["avatar"] == avatar, "S29: {contact}");
    ensure!(contact["language"] == "uk-UA" && contact["country"] == "UA", "S29: {contact}");
    ensure!(contact["phone"].is_null(), "S23: Viber does not tell the number that it has: {contact}");
    let task = desk.list("tasks?status=active").await?.pop().context("S14: among all active tasks")?;
    ensure!(task["requester"]["id"] == contact["id"], "S30: {task}");
    ensure!(task["description"] == TEXT, "S31: the whole text: {task}");
    ensure!(task["title"] == "Добрий день!" && task["account"] == account.as_str(), "{task}");
    ensure!(contact["tasks"] == json!([task["id"]]), "S3: the card leads to the task: {contact}");
    let by_requester = desk.list(&format!("tasks?requester={}", contact["id"])).await?;
    ensure!(by_requester.len() == 1 && by_requester[0]["id"] == task["id"], "S3: and its filter finds it");
    let action = desk.actions(&task).await?.pop().context("S3: an action")?;
    let author = json!({"kind": "contact", "id": contact["id"], "name": "Олена"});
    ensure!(action["kind"] == "message" && action["author"] == author && action["text"] == TEXT, "{action}");
    olena.write("again").await?;
    ensure!(desk.list("tasks").await?.len() == 1, "S28: the second is no first message");
    customer(&bench, &bot, "Petro", json!({})).await?.write("hello").await?;
    let requesters: Vec<_> =
        desk.tasks(&account).await?.iter().map(|it| it["requester"]["name"].clone()).collect();
    ensure!(requesters == ["Олена", "Petro"], "S28: of each person: {requesters:?}");
    Ok(())
}

/// S21, S28: who follows the link has a dialogue; it comes to the helpdesk with the first message, and not before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_the_link_alone_opens_no_task() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = customer(&bench, &bot, "Olena", json!({})).await?;
    for action in ["open", "subscribe", "open"] {
        let done = olena.act(action, json!({})).await?;
        ensure!(done["status"] == 200, "{action}: {done}");
    }
    ensure!(bench.desk.tasks(&account).await?.is_empty(), "S28: nobody wrote");
    olena.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("S21: the dialogue is in the helpdesk")?;
    let reply = bench.desk.reply(&task, "Good morning!").await?;
    bench.desk.delivered(&task, &reply, "delivered").await?;
    ensure!(olena.texts().await? == ["Good morning!"], "S21: and goes both ways");
    Ok(())
}

/// S15, S38, T31: whatever can be sent is an action of the one task, in order, and Viber is asked nothing about the
/// sender for it: it answers twice in twelve hours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_a_customer_sends_is_an_action_of_the_task() -> anyhow::Result<()> {
    let sends = [
        ("write", json!({"text": "hello"}), "text"),
        ("picture", json!({"text": "look"}), "image"),
        ("location", json!({"lat": 50.45, "lon": 30.52}), "location"),
        ("contact", json!({"name": "Ivan", "phone_number": "+380501112233"}), "contact"),
        // A doodle arrives as a picture.
        ("picture", json!({}), "image"),
        ("sticker", json!({"sticker_id": 40_133}), "sticker"),
        ("video", json!({}), "video"),
        ("file", json!({"file_name": "bill.pdf"}), "file"),
        ("url", json!({"media": "https://shop.example/p/17"}), "link"),
        ("send", json!({"message": {"type": "hologram", "depth": 3}}), "other"),
    ];
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = customer(&bench, &bot, "Olena", json!({})).await?;
    for (action, body, _) in &sends {
        let sent = olena.act(action, body.clone()).await?;
        ensure!(sent["status"] == 200, "{action}: {sent}");
    }
    let tasks = bench.desk.tasks(&account).await?;
    ensure!(tasks.len() == 1, "S15: one task: {tasks:?}");
    let actions = bench.desk.actions(&tasks[0]).await?;
    ensure!(actions.len() == sends.len(), "S15: {actions:?}");
    for (action, (name, _, kind)) in actions.iter().zip(&sends) {
        ensure!(action["parts"][0].get(*kind).is_some(), "S38, {name}: {action}");
        ensure!(action["text"].as_str().is_some_and(|it| !it.is_empty()), "{name} can be read: {action}");
    }
    ensure!(bench.viber.calls("get_user_details").await?.is_empty(), "T31: what came says who sent it");
    Ok(())
}

/// S16: nothing of the task is the channel's own, and what comes later respects what was changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_works_in_the_task_as_in_any_other() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = customer(&bench, &bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let anna = desk.post("employees", json!({"name": "Anna"})).await?["id"].take();
    let petro = desk.post("employees", json!({"name": "Petro"})).await?["id"].take();
    let task = desk.tasks(&account).await?.remove(0);
    let path = format!("tasks/{}", task["id"]);
    let change =
        json!({"title": "A bicycle", "description": "She wants a red one.", "assignees": [petro, anna]});
    desk.patch(&path, change.clone()).await?;
    desk.post(&format!("{path}/actions"), json!({"author": anna, "text": "I shall ask."})).await?;
    olena.write("a red one, please").await?;
    let shown = desk.get(&path).await?;
    ensure!(shown["title"] == change["title"] && shown["description"] == change["description"], "{shown}");
    let assignees: Vec<_> = shown["assignees"].as_array().into_iter().flatten().map(|it| &it["id"]).collect();
    ensure!(assignees == [&petro, &anna], "S16: the next message keeps who was assigned: {shown}");
    ensure!(
        desk.texts(&task).await? == ["hello", "I shall ask.", "a red one, please"],
        "S16: comments between"
    );
    for status in ["inactive", "completed", "active"] {
        ensure!(desk.set_status(&task, status).await?["status"] == status, "S16: {status}");
    }
    desk.delete(&path).await?;
    ensure!(desk.tasks(&account).await?.is_empty(), "S16: deleted");
    Ok(())
}

/// S33, I1: with nobody in the template it is who entered the key, though the desk has an owner; only where nobody in
/// person did is it the owner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_template_the_one_who_configured_is_assigned() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let owner = bench.desk.list("employees").await?[0].clone();
    let anna = bench.desk.post("employees", json!({"name": "Anna"})).await?;
    let by_anna = bench.desk.add_token_with(&["--scope", "admin", "--employee", &anna["id"].to_string()])?;
    let by_a_program = bench.desk.add_token_with(&["--scope", "admin"])?;
    let nobody = bench.desk.post("task_templates", json!({"name": "Nobody's"})).await?["id"].to_string();
    for (name, token, expected) in [("Anna's Shop", by_anna, &anna), ("Their Shop", by_a_program, &owner)] {
        bench.desk.token = token;
        for settings in [json!({"task_template": nobody}), json!({})] {
            let (account, bot) = bench.connect(&format!("{name} {settings}"), settings).await?;
            customer(&bench, &bot, "Olena", json!({})).await?.write("hello").await?;
            let task = bench.desk.tasks(&account).await?.remove(0);
            let assignees = task["assignees"].as_array().cloned().unwrap_or_default();
            ensure!(assignees.len() == 1 && assignees[0]["id"] == expected["id"], "{name}: {assignees:?}");
        }
    }
    let stranger = bench.desk.add_token_with(&["--scope", "admin", "--employee", "999"]);
    ensure!(stranger.is_err_and(|error| error.to_string().contains("employee")), "nobody has the number 999");
    Ok(())
}

/// S34, S35: the settings name the templates; a template that is gone keeps no message out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_and_tasks_are_made_from_the_templates_of_the_settings() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let mut ids = Vec::new();
    for list in ["contact_templates", "task_templates"] {
        // The first of each is nobody's, so that an id is no accident.
        desk.post(list, json!({"name": "Any"})).await?;
        ids.push(desk.post(list, json!({"name": "From Viber"})).await?["id"].clone());
    }
    let settings = |contact: &Value, task: &Value| json!({"contact_template": contact.to_string(), "task_template": task.to_string()});
    for (name, settings, expected) in [
        ("Chosen", settings(&ids[0], &ids[1]), [ids[0].clone(), ids[1].clone()]),
        ("None", json!({}), [Value::Null, Value::Null]),
        ("Empty", json!({"contact_template": "", "task_template": ""}), [Value::Null, Value::Null]),
    ] {
        let (account, bot) = bench.connect(name, settings).await?;
        customer(&bench, &bot, "Olena", json!({})).await?.write("hello").await?;
        let task = desk.tasks(&account).await?.remove(0);
        let contact = desk.get(&format!("contacts/{}", task["requester"]["id"])).await?;
        ensure!(contact["template"] == expected[0], "S34, {name}: {contact}");
        ensure!(task["template"] == expected[1], "S35, {name}: {task}");
    }
    let (account, bot) = bench.connect("Gone", settings(&json!(999), &json!(999))).await?;
    customer(&bench, &bot, "Olena", json!({})).await?.write("hello").await?;
    ensure!(desk.tasks(&account).await?.len() == 1, "S35: a template that is gone");
    Ok(())
}

/// I8: the parts of an answer go in order and have a state each; one that is refused hides neither the others nor itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_part_of_an_answer_hides_no_other() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = customer(&bench, &bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    let refusal = json!({"status": 3, "status_message": "badData"});
    bench
        .viber
        .post("faults", json!({"method": "send_message", "skip": 1, "times": 1, "fault": refusal}))
        .await?;
    // More than twice the 7000 characters that Viber takes in one message.
    let text: String = (0..1_500).map(|number| format!("{number:>9}\n")).collect();
    let reply = bench.desk.reply(&task, &text).await?;
    let delivery = until("all parts are settled", || async {
        let delivery = bench.desk.delivery(&task, &reply).await?;
        let parts = delivery["parts"].as_array().cloned().unwrap_or_default();
        let is_open = |part: &Value| matches!(part["state"].as_str(), Some("pending" | "sent"));
        Ok((!parts.is_empty() && !parts.iter().any(is_open)).then_some(delivery))
    })
    .await?;
    let states: Vec<_> = delivery["parts"].as_array().into_iter().flatten().map(|it| &it["state"]).collect();
    ensure!(states == ["delivered", "failed", "delivered"], "I8: a state each: {delivery}");
    let says = |problem: &Value| problem["reason"].as_str().is_some_and(|it| it.contains("status 3"));
    ensure!(says(&delivery["parts"][1]) && delivery["parts"][0]["reason"].is_null(), "I8: {delivery}");
    ensure!(delivery["state"] == "failed" && says(&delivery), "I8: and one for the whole: {delivery}");
    let shown = olena.texts().await?;
    ensure!(shown.len() == 2 && text.starts_with(&shown[0]) && text.ends_with(&shown[1]), "I8: in order");
    Ok(())
}
