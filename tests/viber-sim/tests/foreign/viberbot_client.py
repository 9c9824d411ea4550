"""A bot on the official SDK `viberbot`, as its README shows one; foreign.rs starts it. Not an example of a good bot.

Arguments: the API's base URL and the bot's token. Says on stdout what happens, one JSON object a line; does what it is
told on stdin and ends when that closes. The SDK of 2020 runs unchanged on Python 3.11 with today's `requests` and `future`;
it has no setting for the API's address (https://chatapi.viber.com/pa), so its constant is replaced.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import viberbot.api.api
from viberbot import Api, BotConfiguration
from viberbot.api.messages import (
    ContactMessage, FileMessage, KeyboardMessage, LocationMessage, PictureMessage, RichMediaMessage, StickerMessage,
    TextMessage, URLMessage, VideoMessage)
from viberbot.api.messages.data_types.contact import Contact
from viberbot.api.messages.data_types.location import Location
from viberbot.api.viber_requests import (
    ViberConversationStartedRequest, ViberDeliveredRequest, ViberMessageRequest, ViberSeenRequest)

BUTTONS = [{"ActionBody": "yes", "Text": "Yes"}]
KEYBOARD = {"Type": "keyboard", "Buttons": BUTTONS}
CARDS = {"Type": "rich_media", "ButtonsGroupColumns": 6, "ButtonsGroupRows": 1, "Buttons": BUTTONS}
stdout_lock = threading.Lock()


def say(what, **fields):
    with stdout_lock:
        print(json.dumps({"said": what, **fields}), flush=True)


def one_of_each():
    return [
        TextMessage(text="a text", keyboard=KEYBOARD, tracking_data="t1"),
        PictureMessage(media="https://media.example/a.png"),
        VideoMessage(media="https://media.example/a.mp4", size=1000),
        FileMessage(media="https://media.example/a.pdf", size=1000, file_name="a.pdf"),
        ContactMessage(contact=Contact(name="Somebody", phone_number="+380441234567")),
        LocationMessage(location=Location(lat=50.45, lon=30.52)),
        URLMessage(media="https://media.example/"),
        StickerMessage(sticker_id=46105),
        RichMediaMessage(rich_media=CARDS, min_api_version=2),
        KeyboardMessage(keyboard=KEYBOARD),
    ]


def handle(request):
    """What the bot does about an event; returns the body of the answer."""
    if isinstance(request, ViberMessageRequest):
        say("message", text=request.message.text, token=str(request.message_token))
        answers = one_of_each() if request.message.text == "all" else TextMessage(text="Echo: " + request.message.text)
        # Within the callback, as in the README: Viber waits for this answer and is asked to send at the same time.
        say("sent", tokens=[str(token) for token in api.send_messages(request.sender.id, answers)])
        if request.message.text == "all":
            online = api.get_online([request.sender.id])[0]["online_status"]
            say("details", name=api.get_user_details(request.sender.id)["name"], online=online)
    elif isinstance(request, ViberConversationStartedRequest):
        return json.dumps(TextMessage(text="Welcome").to_dict())
    elif isinstance(request, (ViberDeliveredRequest, ViberSeenRequest)):
        say(request.event_type, token=str(request.message_token))
    return ""


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not api.verify_signature(body, self.headers.get("X-Viber-Content-Signature")):
            say("refused")
            return self.answer(403, "")
        try:
            reply = handle(api.parse_request(body))
        except Exception as error:  # Flask, which the README uses, makes a 500 of whatever is raised.
            say("raised", error=repr(error))
            return self.answer(500, "")
        self.answer(200, reply)

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def unset_webhook():
    try:
        say("unset", answer=api.unset_webhook())
    except Exception as error:
        say("unset", error=repr(error))


viberbot.api.api.VIBER_BOT_API_URL = sys.argv[1]
api = Api(BotConfiguration(auth_token=sys.argv[2], name="Python", avatar="https://media.example/bot.jpg"))
server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = "http://127.0.0.1:%d/" % server.server_address[1]
event_types = api.set_webhook(url)
say("connected", url=url, event_types=event_types, account=api.get_account_info())
for command in sys.stdin:
    if command.strip() == "unset":
        unset_webhook()
# At once: a callback under way must not hold the process.
os._exit(0)
