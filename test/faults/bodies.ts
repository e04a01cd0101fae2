import fc from 'fast-check'
import { gif, png } from '../support/images.ts'
import { spoiled } from '../support/spoiled.ts'

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false
}
const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }

/** Chat completions that are good; between them they hold all that is looked at. */
const chats = [
  {
    model: 'gpt-test',
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
    stream_options: { include_usage: true },
    stop: ['a', 'b'],
    n: 1,
    max_tokens: 5,
    temperature: 0.5,
    logprobs: false,
    top_logprobs: 0,
    seed: 1
  },
  {
    model: 'gpt-test',
    reasoning_effort: 'low',
    reasoning: { effort: 'low' },
    response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: parameters } },
    messages: [
      { role: 'system', content: 's', name: 'n' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'u' },
          { type: 'image_url', image_url: { url: png } },
          { type: 'image_url', image_url: { url: gif } }
        ]
      },
      { role: 'assistant', content: null, tool_calls: [call], function_call: { name: 'f', arguments: '' } },
      { role: 'tool', tool_call_id: 'c1', content: 'r' },
      { role: 'function', name: 'f', content: 'r' }
    ]
  },
  {
    model: 'gpt-test',
    stream: true,
    messages: [
      { role: 'developer', content: 'd' },
      { role: 'user', content: 'Weather?' }
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'w', parameters, strict: true } }],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: true
  },
  {
    model: 'fast',
    messages: [{ role: 'user', content: 'JSON' }],
    response_format: { type: 'json_object' },
    user: 'u',
    metadata: { a: 'b' }
  }
]

const responses = [
  {
    model: 'gpt-test',
    input: 'Hello',
    stream: true,
    instructions: 'i',
    store: false,
    metadata: { a: 'b' },
    temperature: 1,
    top_p: 1,
    max_output_tokens: 100,
    truncation: 'auto',
    include: ['reasoning.encrypted_content']
  },
  {
    model: 'gpt-test',
    store: false,
    text: { format: { type: 'json_schema', name: 'n', schema: parameters, strict: true } },
    reasoning: { effort: 'high', summary: 'auto' },
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'u' },
          { type: 'input_image', image_url: png }
        ]
      },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'rain' },
      { type: 'reasoning', summary: [] },
      { role: 'assistant', content: 'a' }
    ]
  },
  {
    model: 'gpt-test',
    store: false,
    stream: true,
    input: [{ role: 'user', content: 'Weather?' }],
    tools: [{ type: 'function', name: 'weather', description: 'w', parameters, strict: false }],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    previous_response_id: null
  }
]

const completions = [
  {
    model: 'gpt-test',
    prompt: ['One.', 'Two.'],
    stream: true,
    stream_options: { include_usage: true },
    stop: 'x',
    best_of: 1,
    echo: false
  },
  { model: 'gpt-test', prompt: 'One.', max_tokens: 5, suffix: null, n: 1 }
]

/** What would do harm where it became a flag, a setting, a path, a number without bound, or a prototype. */
export const hostile = [
  '-x',
  '--help',
  '--dangerously-bypass-approvals-and-sandbox',
  'x"\n[mcp_servers.p]\ncommand="/usr/bin/touch"',
  '${HOME}',
  '`id`',
  '$(id)',
  '../../etc/passwd',
  '/proc/self/environ',
  '\0',
  '\u2028',
  'x'.repeat(3_000),
  -1,
  1e308,
  2 ** 53,
  1e9,
  0.5,
  { __proto__: null, constructor: { prototype: { polluted: true } } },
  [[[[[[]]]]]]
]
/** Names of what all objects have, and of what only the operator may say. */
export const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'cwd',
  'sandbox',
  'profile',
  'config',
  'threadId',
  'effort',
  'addDirs',
  'client',
  'engine'
]

/** Any of these bodies, spoilt or not, for any API. */
const of = (path: string, good: readonly object[]) =>
  fc.oneof(...good.map((body) => spoiled(body, hostile, keys))).map((body) => ({ path, body }))
export const chatBodies = of('/v1/chat/completions', chats)
export const bodies = fc.oneof(
  { weight: 3, arbitrary: chatBodies },
  { weight: 2, arbitrary: of('/v1/responses', responses) },
  { weight: 1, arbitrary: of('/v1/completions', completions) }
)
