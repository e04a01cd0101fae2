"""What the official Python client makes of the two kinds of 429, with its usual retries. Prints it as JSON."""

import json
import sys

import openai

base_url, spent, paced = sys.argv[1:]


def ask(key):
    client = openai.OpenAI(base_url=base_url, api_key=key)
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "user", "content": "Go on."}])


try:
    ask(spent)
    refused = None
except openai.RateLimitError as error:
    refused = error.code
print(json.dumps({"refused": refused, "answers": [ask(paced).choices[0].message.content for _ in range(2)]}))
