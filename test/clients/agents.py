"""The Agents API by the official Python client: its helpers, events, pages, and both of its kinds. Every assertion is of what the client made of an answer."""

import asyncio
import sys
import time

import openai
from pydantic import BaseModel

base_url, api_key = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0)
agents = client.beta.agents
sessions = agents.sessions
none = {"type": "none"}
add = {
    "type": "function",
    "name": "add",
    "description": "Adds.",
    "parameters": {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"], "additionalProperties": False},
}


class Answer(BaseModel):
    answer: str


def error_of(ask):
    try:
        ask()
    except openai.APIStatusError as error:
        return error.status_code, error.code
    return None


def saved_agents():
    made = [agents.create(model="gpt-5.5", name=f"agent {number}") for number in range(3)]
    assert {one.id for one in agents.list(limit=1)} == {one.id for one in made}
    assert agents.update(made[0].id, instructions="Be brief.").instructions == "Be brief."
    assert agents.delete(made[0].id).deleted
    assert error_of(lambda: agents.retrieve(made[0].id)) == (404, "not_found_error")
    return made[1].id


def creation_is_streamed(agent_id):
    with sessions.create(environment=none, agent_id=agent_id, input="Hello.", stream=True) as stream:
        events = list(stream)
    assert [events[0].type, events[-1].type] == ["agent.session.created", "agent.session.idle"]
    assert "".join(event.delta for event in events if event.type == "agent.session.turn.output_text.delta") == "Hello there."
    return events[0].session.id


def helpers(session_id):
    with sessions.stream(session_id, input="Hello.") as stream:
        result = stream.get_final_result()
    assert result.output_text == "Hello there."
    turns = list(sessions.turns.list(session_id, limit=1))
    assert [turn.status for turn in turns] == ["completed", "completed"]
    items = list(sessions.turns.items.list(turns[0].id, session_id=session_id, limit=1, order="asc"))
    assert [(item.type, item.role) for item in items] == [("message", "user"), ("message", "assistant")]
    assert len(list(sessions.items.list(session_id, limit=1))) == 4


def tools_are_called():
    failures = []
    handlers = {"add": lambda arguments: f"{arguments['n'] + 1}"}
    session = sessions.create(environment=none, agent={"model": "gpt-5.5", "tools": [add]}, input="Hello.", metadata={"kind": "tools"})
    wait_until_idle(session.id)
    with sessions.stream(session.id, input="Add.", tool_handlers=handlers) as stream:
        assert stream.get_final_result().output_text == "The sum is 3."

    def fails(_):
        raise ValueError("no")

    with sessions.stream(session.id, input="Add.", tool_handlers={"add": fails}, on_tool_error=failures.append) as stream:
        assert stream.get_final_result().output_text.startswith("The sum is ")
    assert len(failures) == 1
    assert [one.id for one in sessions.list(metadata={"kind": "tools"})] == [session.id]
    return session.id


def answers_have_a_type():
    agent = {"model": "gpt-5.5", "text": {"format": {"type": "json_schema", "schema": {**Answer.model_json_schema(), "additionalProperties": False}}}}
    session = sessions.create(environment=none, agent=agent, input="Typed.")
    wait_until_idle(session.id)
    with sessions.stream(session.id, input="Typed.", output_type=Answer) as stream:
        assert stream.get_final_result().output_parsed == Answer(answer="yes")


def results_are_sent_by_hand(session_id):
    content = [{"type": "input_text", "text": "Add."}]
    message = {"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]}
    with sessions.events.stream(session_id) as stream:
        sessions.events.create(session_id, events=[message], idempotency_key="once")
        sessions.events.create(session_id, events=[message], idempotency_key="once")
        action = next(event.session.required_actions[0] for event in stream if event.type == "agent.session.requires_action")
        result = {"type": "agent.session.input.tool_result", "turn_id": action.turn_id, "call_id": action.call_id, "success": True, "output": "5"}
        unknown = {**result, "call_id": "call_x"}
        assert error_of(lambda: sessions.events.create(session_id, events=[unknown])) == (400, "invalid_request_error")
        assert error_of(lambda: sessions.delete(session_id)) == (409, "conflict_error")
        sessions.events.create(session_id, events=[result])
        ended = next(event for event in stream if event.type == "agent.session.turn.completed")
        assert ended.turn.id == action.turn_id
    wait_until_idle(session_id)
    texts = [part.text for item in sessions.turns.items.list(action.turn_id, session_id=session_id) if item.type == "message" for part in item.content]
    assert sorted(texts) == ["Add.", "The sum is 5."]
    assert sessions.delete(session_id).deleted


def calls_at_once_are_answered_in_any_order():
    agent = {"model": "gpt-5.5", "tools": [add, {**add, "name": "sub"}]}
    session = sessions.create(environment=none, agent=agent, input="Both.")
    while len((waiting := sessions.retrieve(session.id)).required_actions) < 2:
        time.sleep(0.02)
    assert waiting.status == "requires_action"
    first, last = waiting.required_actions
    assert sessions.turns.retrieve(first.turn_id, session_id=session.id).status == "waiting"

    def answer(action, **more):
        result = {"type": "agent.session.input.tool_result", "turn_id": action.turn_id, "call_id": action.call_id, "success": True, "output": "7", **more}
        sessions.events.create(session.id, events=[result])

    answer(last)
    answer(last)
    assert error_of(lambda: answer(last, output="8")) == (409, "conflict_error")
    assert [action.call_id for action in sessions.retrieve(session.id).required_actions] == [first.call_id]
    answer(first, success=False, output=None, error="no")
    wait_until_idle(session.id)
    try:
        answer(first, call_id="call_x")
    except openai.BadRequestError as error:
        assert error.body["message"] == "Unknown pending tool call: call_x", error.body
    outputs = [item for item in sessions.items.list(session.id) if item.type == "function_call_output"]
    assert sorted((item.status, item.error) for item in outputs) == [("completed", None), ("failed", "no")]


def turns_are_cancelled():
    session = sessions.create(environment=none, agent={"model": "gpt-5.5", "tools": [add]}, input="Add.")
    while sessions.retrieve(session.id).status != "requires_action":
        time.sleep(0.02)
    for _ in range(2):
        sessions.events.create(session.id, events=[{"type": "agent.session.input.cancel"}])
    assert sessions.retrieve(session.id).required_actions == []
    wait_until_idle(session.id)
    assert [turn.status for turn in sessions.turns.list(session.id)] == ["cancelled"]
    with sessions.stream(session.id, input="Hello.") as stream:
        assert stream.get_final_result().output_text == "Hello there."


def automations():
    target = {"type": "new_session", "environment": none, "agent": {"model": "gpt-5.5"}, "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello."}]}]}
    made = agents.automations.create(type="periodic", name="daily", expression="0 7 * * *", timezone="Europe/Berlin", target=target)
    invoked = agents.automations.invocations.create(made.id)
    while invoked.status == "queued":
        invoked = agents.automations.invocations.retrieve(invoked.id, automation_id=made.id)
    assert invoked.status == "completed"
    wait_until_idle(invoked.session_id)
    assert agents.automations.delete(made.id).deleted


def wait_until_idle(session_id):
    with sessions.events.stream(session_id) as stream:
        if sessions.retrieve(session_id).status != "idle":
            next(event for event in stream if event.type == "agent.session.idle")


async def asynchronous():
    async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0) as other:
        async with await other.beta.agents.sessions.create(environment=none, agent={"model": "gpt-5.5"}, input="Hello.", stream=True) as stream:
            events = [event async for event in stream]
        async with other.beta.agents.sessions.stream(events[0].session.id, input="Hello.") as stream:
            assert (await stream.get_final_result()).output_text == "Hello there."


helpers(creation_is_streamed(saved_agents()))
results_are_sent_by_hand(tools_are_called())
answers_have_a_type()
calls_at_once_are_answered_in_any_order()
turns_are_cancelled()
automations()
asyncio.run(asynchronous())
print("all is well")
