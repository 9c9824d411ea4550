//! The conversation that the demo plays, scene by scene. Each check reads the desk's API or the customer's phone.

use e2e::uploads::{open, read};
use e2e::{Bench, User, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::transcript::Transcript;

const HELLO: &str = "Добрий день! Чи є у вас велосипед 28\"? 🚲";
const ANSWER: &str = "Так, є два кольори: синій і червоний 🙂";
const NOTE: &str = "Ask the warehouse about the red one.";
const AGAIN: &str = "Доброго ранку, ще питання: чи є дзвінок?";

struct Cast<'a> {
    bench: &'a Bench,
    account: String,
    customer: User,
    assignee: Value,
    colleague: Value,
}

pub(crate) async fn play(bench: &Bench, t: &mut Transcript) -> anyhow::Result<()> {
    let cast = connect(bench, t).await?;
    let task = first_message(&cast, t).await?;
    more_messages(&cast, &task, t).await?;
    answer(&cast, &task, t).await?;
    send_files(&cast, &task, t).await?;
    next_task(&cast, &task, t).await
}

async fn connect<'a>(bench: &'a Bench, t: &mut Transcript) -> anyhow::Result<Cast<'a>> {
    t.scene("An administrator connects a bot by its key");
    let desk = &bench.desk;
    let assignee = desk.post("employees", json!({"name": "Anna Melnyk"})).await?;
    let colleague = desk.post("employees", json!({"name": "Petro Bondar"})).await?;
    let template = desk
        .post("task_templates", json!({"name": "Viber conversation", "assignee": assignee["id"]}))
        .await?;
    let settings = json!({
        "task_template": template["id"].to_string(),
        "extra_assignees": [colleague["id"].to_string()],
        "send_as_employee": true,
    });
    let (account, bot) = bench.connect("Bike Shop", settings).await?;
    let shown = desk.get(&format!("accounts/{account}")).await?;
    let link = shown["links"]["deep"].as_str().unwrap_or_default();
    t.tell(&format!("{} is connected; its link is {link}", shown["bot"]["name"]));
    t.check(
        "S25 S27 I13",
        "the key was checked, the webhook set, and Viber called it back",
        shown["health"]["state"] == "connected",
    );
    t.check("S19 S20", "the entry link is shown", link == "viber://pa?chatURI=bikeshop");
    t.check(
        "S26",
        "the key is nowhere in the settings that are shown",
        shown["settings"].get("api_key").is_none(),
    );
    let more = json!({"language": "uk-UA", "country": "UA", "devices": 2, "avatar": "https://dl-media.viber.com/avatars/olena.png"});
    let customer = bench.viber.add_user(&bot, "Олена Коваль", more).await?;
    Ok(Cast { bench, account, customer, assignee, colleague })
}

async fn first_message(cast: &Cast<'_>, t: &mut Transcript) -> anyhow::Result<Value> {
    t.scene("A customer follows the link and writes for the first time");
    let desk = &cast.bench.desk;
    let opened = cast.customer.act("open", json!({"context": "bike-page"})).await?;
    let tasks = desk.list("tasks").await?;
    t.check("S21 S28", "opening the chat alone makes no task", opened["status"] == 200 && tasks.is_empty());
    t.say("Олена", HELLO);
    cast.customer.write(HELLO).await?;
    // The callback was answered 200, so the effects are on disk: nothing to wait for.
    let contacts = desk.list("contacts").await?;
    let tasks = desk.list("tasks").await?;
    let (contact, task) =
        (contacts.first().cloned().unwrap_or_default(), tasks.first().cloned().unwrap_or_default());
    t.check(
        "S4 S29",
        "a contact card with name and avatar",
        contact["name"] == "Олена Коваль" && contact["avatar"].is_string(),
    );
    t.check("S23", "it has no phone number: Viber passes none", contact["phone"].is_null());
    t.check(
        "S3 S14 S30",
        "one task, the customer is its requester",
        tasks.len() == 1 && task["requester"]["id"] == contact["id"],
    );
    let expected = format!("{HELLO}\n\nCame by a link with: bike-page");
    t.check(
        "S31 I17",
        "the text of the message is the text of the task, and below it where the customer came from",
        task["description"] == expected,
    );
    t.check("S32", "the template's employee is assigned", task["assignees"][0]["id"] == cast.assignee["id"]);
    t.check(
        "S36",
        "and the colleague from the settings besides",
        task["assignees"][1]["id"] == cast.colleague["id"],
    );
    Ok(task)
}

async fn more_messages(cast: &Cast<'_>, task: &Value, t: &mut Transcript) -> anyhow::Result<()> {
    t.scene("More messages of every kind, one of them repeated by Viber");
    let customer = &cast.customer;
    t.say("Олена", "[photo] «Ось такий»");
    customer.act("picture", json!({"text": "Ось такий"})).await?;
    t.say("Олена", "[location] [contact card] [sticker]");
    customer.act("location", json!({"lat": 50.4501, "lon": 30.5234})).await?;
    customer.act("contact", json!({"name": "Іван", "phone_number": "+380501234567"})).await?;
    customer.act("sticker", json!({"sticker_id": 40_133})).await?;
    t.say("Олена", "Дякую!  (Viber sends this callback three times)");
    let thrice = customer.act("write", json!({"text": "Дякую!", "repeat": 3})).await?;
    let actions = cast.bench.desk.list(&format!("tasks/{}/actions", task["id"])).await?;
    let has = |kind: &str| actions.iter().any(|action| action["parts"][0].get(kind).is_some());
    t.check(
        "S15 S37",
        "every message is an action in the same task, in order",
        actions.len() == 6 && actions[0]["text"] == HELLO,
    );
    t.check(
        "S38",
        "the photo, with its caption and link",
        has("image")
            && actions[1]["parts"][0]["image"]["caption"] == "Ось такий"
            && actions[1]["attachments"][0]["remote_url"].is_string(),
    );
    t.check(
        "S38",
        "the place, the contact card, the sticker",
        has("location") && has("contact") && has("sticker"),
    );
    let path = format!("tasks/{}/actions", task["id"]);
    let rescued = until("the photo is rescued", || async {
        let actions = cast.bench.desk.list(&path).await?;
        let photo = actions[1]["attachments"][0].clone();
        Ok((photo["state"] == "kept").then_some(photo))
    })
    .await?;
    t.check(
        "T8 G18",
        "the photo is fetched at once, and still there when Viber's link to it has died",
        outlives_its_link(cast.bench, &rescued).await?,
    );
    let repeats = actions.iter().filter(|action| action["text"] == "Дякую!").count();
    t.check(
        "I7",
        "three callbacks, one action, 200 each time",
        repeats == 1 && thrice["answers"] == json!([200, 200, 200]),
    );
    Ok(())
}

/// Lets Viber's links die, as they do after an hour, and looks for the photo in both places.
async fn outlives_its_link(bench: &Bench, photo: &Value) -> anyhow::Result<bool> {
    let (desk, viber) = (photo["url"].as_str(), photo["remote_url"].as_str());
    let viber = viber.unwrap_or_default().replace("https://dl-media.viber.com", bench.sim.base_url());
    let before = read(Method::GET, &viber, None).await?;
    bench.viber.patch("options", json!({"media_dead": true})).await?;
    let after = read(Method::GET, &viber, None).await?;
    let kept = read(Method::GET, desk.unwrap_or_default(), None).await?;
    bench.viber.patch("options", json!({"media_dead": false})).await?;
    Ok(before.status == 200 && after.status == 403 && kept.status == 200 && kept.bytes == before.bytes)
}

async fn answer(cast: &Cast<'_>, task: &Value, t: &mut Transcript) -> anyhow::Result<()> {
    t.scene("An operator comments, then answers");
    let desk = &cast.bench.desk;
    let path = format!("tasks/{}/actions", task["id"]);
    let anna = &cast.assignee["id"];
    t.say("Anna", &format!("{NOTE}  (inside)"));
    let note = desk.post(&path, json!({"author": anna, "text": NOTE})).await?;
    t.say("Anna", &format!("{ANSWER}  (notifies Олена)"));
    let reply = json!({"author": anna, "text": ANSWER, "notify": [task["requester"]["id"]]});
    let reply = desk.post(&path, reply).await?;
    let received = until("the answer is on the phone", || async {
        let received = cast.customer.received().await?;
        Ok((!received.is_empty()).then_some(received))
    })
    .await?;
    t.check("S17 S39", "the answer arrives on the phone", received[0]["text"] == ANSWER);
    t.check(
        "S46 S47",
        "in the name of the employee, as the setting says",
        received[0]["sender"]["name"] == "Anna Melnyk",
    );
    let delivered = reaches(cast, task, &reply, "delivered").await;
    t.check("G7", "the desk shows that it was delivered (two devices, two receipts)", delivered.is_ok());
    t.tell("Олена opens the chat and reads");
    cast.customer.act("read", json!({})).await?;
    t.check("G7", "then that it was seen", reaches(cast, task, &reply, "seen").await.is_ok());
    let received = cast.customer.received().await?;
    t.check(
        "S18",
        "the comment without notification was not sent",
        note["delivery"]["state"] == "internal" && received.len() == 1,
    );
    Ok(())
}

/// An invoice as a PDF that every reader opens.
const INVOICE: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n\
trailer<</Root 1 0 R>>\n%%EOF\n";

async fn send_files(cast: &Cast<'_>, task: &Value, t: &mut Transcript) -> anyhow::Result<()> {
    t.scene("An operator answers with a photo and an invoice");
    let desk = &cast.bench.desk;
    let photo = desk.upload("синій велосипед.png", e2e::files::PNG).await?;
    let invoice = desk.upload("рахунок.pdf", INVOICE).await?;
    t.say("Anna", "[photo] [рахунок.pdf]  (notifies Олена)");
    let reply = json!({
        "author": cast.assignee["id"],
        "attachments": [photo["id"], invoice["id"]],
        "notify": [task["requester"]["id"]],
    });
    let reply = desk.post(&format!("tasks/{}/actions", task["id"]), reply).await?;
    let delivered = reaches(cast, task, &reply, "delivered").await;
    let received = cast.customer.received().await?;
    let [_, picture, file] = received.as_slice() else { anyhow::bail!("on the phone: {received:?}") };
    t.check(
        "S17 S40",
        "each file is a message of its own, in order",
        delivered.is_ok() && picture["type"] == "picture" && file["type"] == "file",
    );
    let opened = (open(picture).await?, open(file).await?);
    t.check(
        "G19",
        "Олена opens both on her phone: every byte, and the size that was said before",
        opened.0 == e2e::files::PNG && opened.1 == INVOICE && file["file_name"] == "рахунок.pdf",
    );
    let link = file["media"].as_str().unwrap_or_default();
    let guessed = link.replace("/files/", "/files/0");
    t.check(
        "G19 T21",
        "the link ends in .pdf, and one letter more opens nothing",
        link.ends_with(".pdf") && read(Method::GET, &guessed, None).await?.status == 404,
    );
    Ok(())
}

/// Waits until the reply is in a state.
async fn reaches(cast: &Cast<'_>, task: &Value, reply: &Value, state: &str) -> anyhow::Result<()> {
    let path = format!("tasks/{}/actions", task["id"]);
    until(state, || async {
        let actions = cast.bench.desk.list(&path).await?;
        Ok(actions.iter().any(|it| it["id"] == reply["id"] && it["delivery"]["state"] == state).then_some(()))
    })
    .await
}

async fn next_task(cast: &Cast<'_>, task: &Value, t: &mut Transcript) -> anyhow::Result<()> {
    t.scene("The task is completed, and the customer comes back");
    let desk = &cast.bench.desk;
    let changed = desk.patch(&format!("tasks/{}", task["id"]), json!({"status": "completed"})).await?;
    t.check("S16", "the operator completes the task like any other", changed["status"] == "completed");
    t.say("Олена", AGAIN);
    cast.customer.write(AGAIN).await?;
    let tasks = desk.list("tasks").await?;
    let new = tasks.first().cloned().unwrap_or_default();
    t.check("S41 S42", "no task was active: a new one", tasks.len() == 2 && new["status"] == "active");
    let link = format!("{}/tasks/{}", desk.base, task["id"]);
    let description = new["description"].as_str().unwrap_or_default();
    t.check(
        "S44",
        "its description has the text and a link to the previous task",
        description.starts_with(AGAIN) && description.contains(&link),
    );
    let old = desk.get(&format!("tasks/{}", task["id"])).await?;
    t.check(
        "S44",
        "and the two are linked both ways",
        new["previous"] == task["id"] && old["next"] == new["id"],
    );
    let contacts = desk.list("contacts").await?;
    t.check(
        "S29",
        "it is still the one contact",
        contacts.len() == 1 && contacts[0]["tasks"] == json!([task["id"], new["id"]]),
    );
    let account = desk.get(&format!("accounts/{}", cast.account)).await?;
    let parked = desk.list("parked").await?;
    t.check(
        "I13",
        "the account is healthy and nothing is parked",
        account["health"]["state"] == "connected" && parked.is_empty(),
    );
    Ok(())
}
