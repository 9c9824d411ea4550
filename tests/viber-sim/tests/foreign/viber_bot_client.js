// A bot on the official SDK `viber-bot`, as its README shows one; foreign.rs starts it. Not an example of a good bot.
//
// Arguments: the API's base URL and the bot's token. Says on stdout what happens, one JSON object a line; does what it is
// told on stdin and ends when that closes. The SDK runs unchanged on Node 20; it only has no setting for the API's address
// (https://chatapi.viber.com/pa), so that of its client is replaced. It is found through NODE_PATH.
"use strict";

const http = require("http");
const readline = require("readline");
const { Bot, Events, Message } = require("viber-bot");

const [base, token] = process.argv.slice(2);
const buttons = [{ ActionBody: "yes", Text: "Yes" }];
const keyboard = { Type: "keyboard", Buttons: buttons };
const cards = { Type: "rich_media", ButtonsGroupColumns: 6, ButtonsGroupRows: 1, Buttons: buttons };

function say(what, fields) {
  process.stdout.write(JSON.stringify({ said: what, ...fields }) + "\n");
}

function oneOfEach() {
  return [
    // Of a list, the SDK sends the keyboard and the tracking data of the last message only.
    new Message.Text("a text", keyboard),
    new Message.Picture("https://media.example/a.png"),
    new Message.Video("https://media.example/a.mp4", 1000),
    new Message.File("https://media.example/a.pdf", 1000, "a.pdf"),
    new Message.Contact("Somebody", "+380441234567"),
    new Message.Location(50.45, 30.52),
    new Message.Url("https://media.example/"),
    new Message.Sticker(46105),
    new Message.RichMedia(cards),
    new Message.Keyboard(keyboard),
  ];
}

const quiet = () => {};
const logger = { debug: quiet, info: quiet, error: quiet, warn: (text) => say("warned", { text }) };
const bot = new Bot({ logger, authToken: token, name: "Node", avatar: "https://media.example/bot.jpg" });
bot._client._url = base;

bot.on(Events.MESSAGE_RECEIVED, (message, response) => {
  say("message", { text: message.text, token: message.token });
  const answers = message.text === "all" ? oneOfEach() : new Message.Text(`Echo: ${message.text}`);
  response.send(answers).then(async (tokens) => {
    say("sent", { tokens: tokens.map(String) });
    if (message.text !== "all") return;
    const { users } = await bot.getOnlineStatus(response.userProfile.id);
    const { name } = await bot.getUserDetails(response.userProfile);
    say("details", { name, online: users[0].online_status });
  }).catch((error) => say("failed", { error: JSON.stringify(error) }));
});
// Whoever comes without a context gets no welcome from this bot.
bot.onConversationStarted((user, isSubscribed, context, finish) => {
  finish(context ? new Message.Text(`Welcome from ${context}`) : null);
});
bot.on("delivered", (event) => say("delivered", { token: event.message_token }));
bot.on("seen", (event) => say("seen", { token: event.message_token }));
bot.onError((error) => say("error", { error: String(error) }));

const server = http.createServer(bot.middleware()).listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const answer = await bot.setWebhook(url);
  say("connected", { url, event_types: answer.event_types, account: await bot.getBotProfile() });
});

const commands = readline.createInterface({ input: process.stdin });
commands.on("line", (command) => {
  if (command === "unset") bot.setWebhook("").then((answer) => say("unset", { answer }));
});
commands.on("close", () => process.exit(0));
