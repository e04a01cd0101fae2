"""Uses the client that openapi-python-client generates from the gateway's own description: an answer, a list and a failure."""

import sys

folder, base_url, api_key = sys.argv[1:]
sys.path.insert(0, folder)

from generated import AuthenticatedClient
from generated.api.default import get_models, post_chat_completions, post_responses
from generated.models.error import Error
from generated.models.post_chat_completions_body import PostChatCompletionsBody
from generated.models.post_responses_body import PostResponsesBody

client = AuthenticatedClient(base_url=base_url, token=api_key)
hello = [{"role": "user", "content": "Say hello."}]

chat = post_chat_completions.sync(client=client, body=PostChatCompletionsBody.from_dict({"model": "codex-bare", "messages": hello, "n": 2}))
assert [choice.message.content for choice in chat.choices] == ["Hello.", "Hello."], chat
assert chat.usage.total_tokens == 240, chat

response = post_responses.sync(client=client, body=PostResponsesBody.from_dict({"model": "codex", "input": "Say hello.", "store": False}))
assert response.output[0].content[0].text == "Hello.", response

assert "codex" in [model.id for model in get_models.sync(client=client).data]

failure = post_chat_completions.sync_detailed(client=client, body=PostChatCompletionsBody.from_dict({"model": "none", "messages": hello}))
assert failure.status_code == 404 and isinstance(failure.parsed, Error), failure
assert failure.parsed.error.code == "model_not_found", failure

print("all is well")
