import { honoured, ignored, refused, withTools } from '../../http/parameters.ts'
import type { Parameter, ParameterTable } from '../../http/parameters.ts'

const sampling = 'Codex chooses the sampling itself.'
const cacheKey = 'Codex sends a key of its own.'

const parameters: Record<string, Parameter> = {
  input: honoured(
    'A text, or items with or without `type`: messages of all roles with text, images and text files as data URLs, images by https URL where the operator sets `CODEX_FETCH_IMAGES`, calls of functions and of tools that clients execute, with their outputs. Items of OpenAI’s own tools are passed over and named: `input[3]`. `messages` of a chat completion in its place are taken, too.'
  ),
  model: honoured('An alias, an advertised model, a built-in name or one of the CLI’s catalog.'),
  instructions: honoured('Developer instructions of this turn.'),
  stream: honoured('Complete messages from exec, tokens from app-server.'),
  reasoning: honoured(
    '`effort` is passed on: the nearest that the model has, which `x-codex-effort` names; with `summary` the answer includes the reasoning.'
  ),
  text: honoured(
    '`format`: `json_schema`, with `strict` or without, and `json_object`; `verbosity` is passed on to the model, where it knows it.'
  ),
  service_tier: honoured(
    '`flex` and `priority` are passed on; `scale` has no effect, and otherwise the login’s own tier is used.'
  ),
  tools: withTools(
    'Functions and custom tools; such a request goes to app-server by itself. `strict` has no effect; clients.md says what becomes of the schemas. OpenAI’s `web_search` where the operator sets `CODEX_ENABLE_SEARCH`; others of OpenAI’s tools are errors, unless `CODEX_UNSUPPORTED_PARAMS=ignore-all`.'
  ),
  tool_choice: withTools(
    'Only with `tools`. A forced call that does not come is asked for once more. A tool of OpenAI’s cannot be forced: no effect.'
  ),
  parallel_tool_calls: withTools('Only with `tools`.'),
  store: honoured(
    'Stored by the gateway for `CODEX_THREAD_TTL_HOURS`, and, where there are no tools, in a Codex thread, unless `false`.'
  ),
  previous_response_id: honoured(
    'Continues the Codex thread of the conversation: exec only from its newest response, app-server from an older one too, in a fork. Otherwise a new thread is sent the whole history.'
  ),
  metadata: honoured('Echoed in the response.'),
  background: honoured('Not together with `stream` or without `store`. Ends when the gateway stops.'),
  conversation: honoured(
    'Its items come first, and those of the request and the response are added to it, whatever `store` is. Continues the Codex thread of its last response. One response at a time; not together with `previous_response_id`.'
  ),
  prompt: refused('Stored prompts are not supported.'),
  top_logprobs: refused('Codex does not report token probabilities.', 0),
  include: honoured(
    '`reasoning.encrypted_content` (such a request goes to app-server by itself) and `codex.work`, which adds Codex’s own work as items. Other values have no effect.'
  ),
  stream_options: ignored('Streams are not obfuscated.', { include_obfuscation: false }, {}),
  temperature: ignored(sampling, 1),
  top_p: ignored(sampling, 1),
  presence_penalty: ignored(sampling, 0),
  frequency_penalty: ignored(sampling, 0),
  max_output_tokens: ignored('Codex has no limit on the length of an answer.'),
  max_tool_calls: ignored('Codex decides how much work a turn takes.'),
  truncation: ignored('Codex compacts a long conversation itself.', 'disabled', 'auto'),
  context_management: ignored('Codex compacts a long conversation itself.', []),
  user: ignored('Not stored.'),
  safety_identifier: ignored('Not stored.'),
  moderation: ignored('The model provider moderates on its own terms.'),
  prompt_cache_key: ignored(cacheKey),
  prompt_cache_options: ignored(cacheKey, {}),
  prompt_cache_retention: ignored(cacheKey)
}

/** Every standard parameter of a response, and the two penalties, which some clients send. */
export const responsesParameters: ParameterTable = new Map(Object.entries(parameters))
