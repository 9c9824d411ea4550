//! What customers and operators do when all goes as it should, or as it does with Viber. Not here: mistakes and attacks.

use anyhow::ensure;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    ANSWER, AVATAR, Busy, CARD, CARD_PHONE, COMMENT, CONTEXT, FILE, KEYS, LINK, NAME, PHONE, PLACE, REFUSAL,
    TEXT, USER_ID, VIBER_SAYS,
};
use crate::{feed_folder, json_files, until};

/// What Viber makes of the next answer, and the state that it comes to.
fn ends() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"delay_ms": 1}), "delivered"),
        (json!({"status": 3, "status_message": VIBER_SAYS}), "failed"),
        // A server may repeat what it was sent: the key too.
        (json!({"status": 6, "status_message": format!("{VIBER_SAYS} {}", KEYS[0])}), "failed"),
        (json!({"http": 500, "body": format!("{VIBER_SAYS} {ANSWER} {PHONE} {}", KEYS[0])}), "unconfirmed"),
        (json!({"html": true}), "unconfirmed"),
        (json!({"drop": "before"}), "unconfirmed"),
        (json!({"http": 503, "retry_after": 1, "body": VIBER_SAYS}), "delivered"),
    ]
}

impl Busy {
    /// Two customers do all that the simulator's phones can.
    pub(super) async fn customers_write(&mut self, round: u32) -> anyhow::Result<()> {
        for number in 0..2 {
            let user = self.customer(round, number).await?;
            let latitude: f64 = PLACE.parse()?;
            let media = format!("https://dl-media.viber.com/{LINK}/x.jpg?Expires=1767229200&Signature=a__");
            for (action, body) in [
                ("open", json!({"context": CONTEXT})),
                ("write", json!({"text": TEXT})),
                ("picture", json!({"text": TEXT})),
                ("picture", json!({"media": media})),
                ("video", json!({"size": 5_000, "duration": 3})),
                ("file", json!({"file_name": format!("{FILE}.pdf")})),
                ("file", json!({"file_name": format!("{FILE}-lying.png")})),
                ("sticker", json!({})),
                ("contact", json!({"name": CARD, "phone_number": CARD_PHONE})),
                ("location", json!({"lat": latitude, "lon": 30.523_412_3, "text": TEXT})),
                ("url", json!({"media": format!("https://shop.example/{LINK}"), "text": TEXT})),
                ("share_phone", json!({"text": TEXT})),
                ("write", json!({"text": TEXT, "repeat": 3})),
                ("unsubscribe", json!({})),
                ("subscribe", json!({})),
                ("write", json!({"text": format!("моя адреса: {LINK}, телефон +{PHONE}")})),
            ] {
                user.act(action, body).await?;
            }
        }
        self.bench.viber.quiet().await
    }

    /// Every shape of a callback that is known, right and wrong ones, with our people in it.
    pub(super) async fn every_shape_comes(&mut self) -> anyhow::Result<()> {
        let folder = feed_folder().join("../viber");
        for (name, text) in json_files(&folder, "")? {
            let token = self.next_token();
            let body = match serde_json::from_str::<Value>(&text) {
                Ok(mut callback) => {
                    put_people_in("", &mut callback);
                    if callback.get("message_token").is_some_and(Value::is_number) {
                        callback["message_token"] = token.into();
                    }
                    callback.to_string()
                }
                Err(_) => format!("{text} {TEXT} {PHONE} {token}"),
            };
            let (status, _) = self.hook.post(body.as_bytes()).await?;
            ensure!(status == StatusCode::OK, "{name}: {status}");
        }
        Ok(())
    }

    /// Operators answer, comment, use what was prepared, and try again; their answers end in every way.
    pub(super) async fn operators_answer(&mut self, round: u32) -> anyhow::Result<()> {
        let user = self.customer(round, 2).await?;
        user.write(TEXT).await?;
        let task = self.first_task(&format!("{NAME} {round}-2")).await?;
        let (desk, viber) = (&self.bench.desk, &self.bench.viber);
        let path = format!("tasks/{}/actions", task["id"]);
        desk.post(&path, json!({"text": COMMENT})).await?;
        for (fault, ends) in ends() {
            // A receipt would end the doubt.
            user.change(json!({"online": ends != "unconfirmed"})).await?;
            viber.fault("send_message", 1, fault).await?;
            let reply = desk.reply(&task, &format!("{ANSWER} {PHONE}")).await?;
            desk.delivered(&task, &reply, ends).await?;
            if ends == "failed" {
                let again = format!("{path}/{}/retry", reply["id"]);
                let (status, problem) = desk.call(Method::POST, &again, Some(json!({}))).await?;
                ensure!(status == StatusCode::ACCEPTED, "{status} {problem}");
                desk.delivered(&task, &reply, "delivered").await?;
            }
        }
        let quick = desk.list("quick_replies").await?[0]["id"].take();
        user.change(json!({"online": true})).await?;
        let canned = json!({"quick_reply": quick, "notify": [task["requester"]["id"]]});
        let canned = desk.post(&path, canned).await?;
        desk.delivered(&task, &canned, "delivered").await?;
        user.act("read", json!({})).await?;
        user.act("refuse", json!({"times": 1, "desc": REFUSAL})).await?;
        let reply = desk.reply(&task, ANSWER).await?;
        desk.delivered(&task, &reply, "failed").await?;
        desk.patch(&format!("tasks/{}", task["id"]), json!({"title": TEXT})).await?;
        desk.set_status(&task, "completed").await?;
        user.write(TEXT).await?;
        until("files are fetched or given up", || async {
            let actions = desk.actions(&task).await?;
            let files =
                actions.iter().flat_map(|action| action["attachments"].as_array().into_iter().flatten());
            Ok(files.into_iter().all(|file| file["state"] != "waiting").then_some(()))
        })
        .await
    }
}

/// Puts our people's values where a callback has such.
fn put_people_in(name: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| put_people_in(name, value));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_people_in(name, item)),
        Value::String(text) => {
            let put = match name {
                "id" | "user_id" => USER_ID.to_owned(),
                "name" => NAME.to_owned(),
                "text" | "tracking_data" => TEXT.to_owned(),
                "avatar" => format!("https://media-direct.cdn.viber.com/download_photo?{AVATAR}&fltp=jpg"),
                "media" | "thumbnail" => {
                    format!("https://dl-media.viber.com/{LINK}/b.jpg?Expires=1767229200")
                }
                "file_name" => format!("{FILE}.jpg"),
                "phone_number" | "formatted_phone_number" => format!("+{PHONE}"),
                "context" => CONTEXT.to_owned(),
                "desc" => REFUSAL.to_owned(),
                _ => return,
            };
            *text = put;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
