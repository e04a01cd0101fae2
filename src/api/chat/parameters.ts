import { honoured, ignored, refused, withTools } from '../../http/parameters.ts'
import type { Parameter, ParameterTable } from '../../http/parameters.ts'

const sampling = 'Codex chooses the sampling itself.'
const bookkeeping = 'Not stored.'

const parameters: Record<string, Parameter> = {
  messages: honoured(
    'All roles; text, images and text files as data URLs, images by https URL where the operator sets `CODEX_FETCH_IMAGES`, tool calls and tool results. `input` of a response in their place is taken, too.'
  ),
  model: honoured('An alias, an advertised model, a built-in name or one of the CLI’s catalog.'),
  stream: honoured('Complete messages from exec, tokens from app-server.'),
  stream_options: honoured('`include_usage`.'),
  n: honoured('Up to 8 answers, each of which is a turn, one after another.'),
  stop: honoured('Up to 4 sequences, cut by the gateway.'),
  reasoning_effort: honoured('Passed on to the model: the nearest that it has, which `x-codex-effort` names.'),
  reasoning: honoured('`reasoning.effort`, where `reasoning_effort` is absent.'),
  verbosity: honoured('Passed on to the model, where it knows it.'),
  service_tier: honoured(
    '`flex` and `priority` are passed on; `scale` has no effect, and otherwise the login’s own tier is used.'
  ),
  response_format: honoured('`json_schema`, with `strict` or without, and `json_object`.'),
  tools: withTools(
    'Functions and custom tools; such a request goes to app-server by itself. `strict` has no effect; clients.md says what becomes of the schemas. OpenAI’s `web_search` where the operator sets `CODEX_ENABLE_SEARCH`; others of OpenAI’s tools are errors, unless `CODEX_UNSUPPORTED_PARAMS=ignore-all`.'
  ),
  tool_choice: withTools(
    'Only with `tools`. A forced call that does not come is asked for once more. A tool of OpenAI’s cannot be forced: no effect.'
  ),
  parallel_tool_calls: withTools('Only with `tools`.'),
  audio: refused('Answers are text.'),
  modalities: refused('Answers are text.', ['text'], []),
  logprobs: refused('Codex does not report token probabilities.', false),
  top_logprobs: refused('Codex does not report token probabilities.', 0),
  temperature: ignored(sampling, 1),
  top_p: ignored(sampling, 1),
  presence_penalty: ignored(sampling, 0),
  frequency_penalty: ignored(sampling, 0),
  logit_bias: ignored(sampling, {}),
  seed: ignored(sampling),
  max_tokens: ignored('Codex has no limit on the length of an answer.'),
  max_completion_tokens: ignored('Codex has no limit on the length of an answer.'),
  prediction: ignored('Codex has no predicted outputs.'),
  store: honoured('`true`: stored by the gateway for `CODEX_THREAD_TTL_HOURS`, streamed or not.'),
  metadata: honoured('Stored with the completion; without `store: true` no effect.'),
  user: ignored(bookkeeping),
  safety_identifier: ignored(bookkeeping),
  moderation: ignored('The model provider moderates on its own terms.'),
  prompt_cache_key: ignored('Codex sends a key of its own.'),
  prompt_cache_options: ignored('Codex sends a key of its own.', {}),
  prompt_cache_retention: ignored('Codex sends a key of its own.'),
  web_search_options: honoured('Where the operator sets `CODEX_ENABLE_SEARCH`; an error otherwise.'),
  functions: withTools('The older form of `tools`: answered with `function_call`. Ignored beside `tools`.'),
  function_call: withTools('The older form of `tool_choice`.')
}

/** Every standard parameter of a chat completion, and `reasoning`, which some clients send. */
export const chatParameters: ParameterTable = new Map(Object.entries(parameters))
