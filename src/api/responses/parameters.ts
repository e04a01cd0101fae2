import { honoured, ignored, refused, withTools } from '../../http/parameters.ts'
import type { Parameter, ParameterTable } from '../../http/parameters.ts'

const sampling = 'Codex chooses the sampling itself.'
const cacheKey = 'Codex sends a key of its own.'

const parameters: Record<string, Parameter> = {
  input: honoured(
    'A text, or items with or without `type`: messages of all roles with text and images as data URLs, function calls and their outputs.'
  ),
  model: honoured('An alias, an advertised model or one of the CLI’s catalog.'),
  instructions: honoured('Developer instructions of this turn.'),
  stream: honoured('Whole messages from exec, tokens from app-server.'),
  reasoning: honoured('`effort` is passed on; with a `summary` the answer holds what the model thought.'),
  text: honoured('`format`: `json_schema` (always strict) and `json_object`.'),
  tools: withTools(
    'Functions; such a request goes to app-server by itself. OpenAI’s own tools are unsupported parameters.'
  ),
  tool_choice: withTools('Only with `tools`.'),
  parallel_tool_calls: withTools('Only with `tools`.'),
  store: honoured(
    'Kept as files of the gateway, and as a Codex thread where there are no tools, for `CODEX_THREAD_TTL_HOURS` unless `false`.'
  ),
  previous_response_id: honoured(
    'Goes on in the Codex thread that holds the conversation: exec where it is the newest there, app-server also in a fork. Else what was said before is told to a new thread.'
  ),
  metadata: honoured('Given back.'),
  background: honoured('Not together with `stream` or without `store`. Ends with the gateway.'),
  conversation: refused('There are no conversations. Send the items.'),
  prompt: refused('There are no stored prompts.'),
  top_logprobs: refused('Codex tells no token probabilities.', 0),
  include: ignored('But for `codex.work`: then Codex’s own work is told as items.', [], ['codex.work']),
  stream_options: ignored('Nothing is obfuscated.', { include_obfuscation: false }, {}),
  temperature: ignored(sampling, 1),
  top_p: ignored(sampling, 1),
  presence_penalty: ignored(sampling, 0),
  frequency_penalty: ignored(sampling, 0),
  max_output_tokens: ignored('Codex has no limit for an answer’s length.'),
  max_tool_calls: ignored('Codex decides how much work a turn takes.'),
  truncation: ignored('Codex compacts a long conversation itself.', 'disabled', 'auto'),
  context_management: ignored('Codex compacts a long conversation itself.', []),
  service_tier: ignored('The login’s own tier is used.', 'auto', 'default'),
  user: ignored('Nothing is kept beside the turn.'),
  safety_identifier: ignored('Nothing is kept beside the turn.'),
  moderation: ignored('The model provider moderates on its own terms.'),
  prompt_cache_key: ignored(cacheKey),
  prompt_cache_options: ignored(cacheKey, {}),
  prompt_cache_retention: ignored(cacheKey)
}

/** Every standard parameter of a response, and the two penalties, which some clients send. */
export const responsesParameters: ParameterTable = new Map(Object.entries(parameters))
