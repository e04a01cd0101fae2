"""The Python clients in their natural flows. The model of this test says what each step needs; every assertion is of what the client made of it."""

import json
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

base_url, api_key, png = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0)
hello = [{"role": "user", "content": "Say hello."}]
image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": png}}, {"type": "text", "text": "Which colour?"}]}]
parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
weather = {"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": parameters}}


class Colour(BaseModel):
    colour: str


def loop_of_tools(model):
    messages = [{"role": "user", "content": "Oslo, Rome, and then Bonn?"}]
    while True:
        message = client.chat.completions.create(model=model, messages=messages, tools=[weather]).choices[0].message
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            city = json.loads(call.function.arguments)["city"]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{city}: 3 °C"})


def error_of(ask):
    try:
        ask()
    except openai.APIError as error:
        return type(error).__name__, error.code
    return None


def openai_package(model):
    create = client.chat.completions.create
    assert create(model=model, messages=hello).choices[0].message.content == "Hello."
    chunks = list(create(model=model, messages=hello, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello."
    assert chunks[-1].usage.total_tokens == 120
    assert client.chat.completions.parse(model=model, messages=image, response_format=Colour).choices[0].message.parsed == Colour(colour="red")
    assert loop_of_tools(model) == "It is Oslo: 3 °C, Rome: 3 °C, Bonn: 3 °C."
    assert client.responses.create(model=model, input="Say hello.").output_text == "Hello."
    with client.responses.stream(model=model, input="Say hello.") as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text == "Hello."
    assert error_of(lambda: create(model="no-such-model", messages=hello)) == ("NotFoundError", "model_not_found")
    assert error_of(lambda: client.with_options(api_key="wrong").models.list()) == ("AuthenticationError", "invalid_api_key")


def langchain(model, **options):
    chat = ChatOpenAI(model=model, base_url=base_url, api_key=api_key, max_retries=0, **options)
    assert chat.invoke("Say hello.").text == "Hello."
    assert "".join(chunk.text for chunk in chat.stream("Say hello.")) == "Hello."
    assert chat.with_structured_output(Colour, method="json_schema").invoke([HumanMessage(image[0]["content"])]) == Colour(colour="red")
    messages = [HumanMessage("Oslo, Rome, and then Bonn?")]
    while True:
        messages.append(chat.bind_tools([weather]).invoke(messages))
        if not messages[-1].tool_calls:
            break
        messages += [ToolMessage(f"{call['args']['city']}: 3 °C", tool_call_id=call["id"]) for call in messages[-1].tool_calls]
    assert messages[-1].text == "It is Oslo: 3 °C, Rome: 3 °C, Bonn: 3 °C."


class Receiver(BaseHTTPRequestHandler):
    received = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.received.put((body, dict(self.headers)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


def background(model):
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    endpoint = client.webhooks.create(name="mine", url=url, event_types=["response.completed"])
    with client.responses.create(model=model, input="Say hello.", background=True, stream=True) as stream:
        first = next(iter(stream))
    rest = list(client.responses.retrieve(first.response.id, stream=True, starting_after=first.sequence_number))
    assert rest[0].sequence_number == first.sequence_number + 1
    assert rest[-1].type == "response.completed" and rest[-1].response.output_text == "Hello."
    assert client.responses.retrieve(first.response.id).output_text == "Hello."
    body, headers = Receiver.received.get(timeout=10)
    event = client.webhooks.unwrap(body, headers, secret=endpoint.signing_secret)
    assert (event.type, event.data.id) == ("response.completed", first.response.id)
    assert client.webhooks.delete(endpoint.id).deleted


for name in ["assistant", "live"]:
    openai_package(name)
    background(name)
    langchain(name)
langchain("live", use_responses_api=True)
print("all is well")
