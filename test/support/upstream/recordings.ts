import { join } from 'node:path'
import { answer, says } from './answer.ts'
import { failsWith, failures, garbled, incomplete, rateLimited } from './failure.ts'
import { customCall, functionCall, message, reasoning, webSearch } from './items.ts'
import type { OutputItem } from './items.ts'
import { cutAfter, dropped } from './script.ts'
import type { Answer } from './script.ts'
import { runs } from './tool-calls.ts'

/** What an upstream says, and how the real `codex exec --json` takes it. What it prints is kept under `name` in the fixtures. */
export interface Recording {
  name: string
  answers: Answer[]
  /** Model requests that codex makes. */
  requests: number
  exitCode: number
  model?: string
  retries?: number
  config?: Record<string, unknown>
}

const good = (name: string, requests: number, ...answers: Answer[]): Recording => ({
  name,
  answers,
  requests,
  exitCode: 0
})
const bad = (name: string, requests: number, ...answers: Answer[]): Recording => ({
  name,
  answers,
  requests,
  exitCode: 1
})

const hello = says('Hel', 'lo')
const afterDelta = cutAfter('response.output_text.delta', hello, 'drop')
const afterMessage = cutAfter('response.output_item.done', hello, 'drop')
const calling = (...items: OutputItem[]) => answer(items)
const plan = (look: string, act: string) =>
  functionCall('update_plan', {
    plan: [
      { step: 'Look', status: look },
      { step: 'Act', status: act }
    ]
  })
const patch = '*** Begin Patch\n*** Add File: hello.txt\n+hello\n*** End Patch'
const adder = { command: process.execPath, args: [join(import.meta.dirname, 'adder-mcp.mjs')], required: true }

const answered: Recording[] = [
  good('text', 1, hello),
  good('usage', 1, answer([message('Counted.')], { input: 1000, cached: 900, output: 80, reasoning: 64 })),
  good('messages', 1, answer([message('I look first.', 'commentary'), message(['It is ', 'done.'], 'final_answer')])),
  good('empty-message', 1, says('')),
  good('no-message', 1, answer([])),
  good('reasoning', 1, answer([reasoning(['**Weighing**', '\n\nfirst'], 'second'), message('42')])),
  good('web-search', 1, answer([webSearch('weather in Oslo'), message('Rain.')])),
  { ...good('unknown-model', 1, hello), model: 'gpt-unheard-of' }
]

const acted: Recording[] = [
  good('command', 2, runs('echo out; echo more', says('Done.'), 'I run it.')),
  good('command-failed', 2, runs('exit 3', says('It failed.'))),
  good('commands', 3, runs(['echo one', 'echo two'], says('Both ran.'))),
  { ...good('command-code-mode', 2, runs('echo out', says('Done.'))), model: 'gpt-6.1-sol' },
  { ...good('command-unknown-model', 2, runs('echo out', says('Done.'))), model: 'gpt-unheard-of' },
  good('file-change', 2, calling(customCall('apply_patch', patch)), says('Patched.')),
  good('unknown-tool', 2, calling(functionCall('no_such_tool', {})), says('There is no such tool.')),
  {
    ...good(
      'todo-list',
      4,
      calling(plan('in_progress', 'pending')),
      calling(plan('completed', 'in_progress')),
      calling(plan('completed', 'completed')),
      says('Planned.')
    ),
    config: { tools: { update_plan: { enabled: true } } }
  },
  {
    ...good(
      'mcp-tool-call',
      3,
      calling(functionCall('add', { a: 1, b: 2 }, { namespace: 'mcp__adder' })),
      calling(functionCall('add', {}, { namespace: 'mcp__adder' })),
      says('3')
    ),
    config: { mcp_servers: { adder } }
  }
]

const recovered: Recording[] = [
  { ...good('retried-drop', 2, afterDelta, hello), retries: 1 },
  { ...good('retried-drop-after-message', 2, afterMessage, hello), retries: 1 },
  { ...good('retried-500', 2, failures.server, hello), retries: 1 },
  { ...good('retried-429', 2, rateLimited(1), hello), retries: 1 }
]

const broken: Recording[] = [
  bad('drop', 1, afterDelta),
  bad('drop-after-message', 1, afterMessage),
  bad('drop-without-headers', 1, dropped),
  bad('early-end', 1, cutAfter('response.output_item.done', hello, 'end')),
  bad('bad-json', 1, garbled(hello, 'event: response.completed\ndata: {"type":"response.comp\n\n')),
  bad('half-event', 1, garbled(hello, 'event: response.completed\ndata: {"type":"respo')),
  bad('no-event-stream', 1, { headers: { 'content-type': 'text/html' }, pieces: ['<html>Bad gateway</html>'] }),
  bad('response-failed', 1, failsWith('server_error', 'The model failed.')),
  bad(
    'response-failed-context-length',
    1,
    failsWith('context_length_exceeded', 'Your input exceeds the context window of this model.')
  ),
  bad(
    'response-failed-rate-limit',
    1,
    failsWith('rate_limit_exceeded', 'Rate limit reached for gpt-5.5. Please try again in 11ms.')
  ),
  bad('response-failed-after-message', 1, failsWith('server_error', 'The model failed.', 'So far.')),
  bad('response-incomplete', 1, incomplete('max_output_tokens', 'Half an ans')),
  bad('response-content-filter', 1, incomplete('content_filter', 'I'))
]

const refused: Recording[] = [
  ...Object.entries(failures).map(([name, script]) =>
    bad(`http-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, 1, script)
  ),
  bad('http-rate-limited', 1, rateLimited()),
  bad('http-rate-limited-retry-after', 1, rateLimited(1)),
  bad('http-502-html', 1, {
    status: 502,
    headers: { 'content-type': 'text/html' },
    pieces: ['<html>Bad gateway</html>']
  })
]

export const recordings: Recording[] = [...answered, ...acted, ...recovered, ...broken, ...refused]
