import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OpenAI } from 'openai-newest'
import { expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, runs, toolCall } from '../../support/upstream/tool-calls.ts'
import { owner } from './start-agents.ts'
import { sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({})
const project = join(import.meta.dirname, '..', '..', '..')

type Run = (scope: Readonly<Record<string, unknown>>) => Promise<unknown>

/** A snippet as it is written, which sees what is in `scope`. */
function snippet(code: string, result = 'undefined'): Run {
  const body = code.replace(/^import .*$/gm, '').replaceAll('http://127.0.0.1:8000/v1', rig().url())
  return (scope) =>
    // eslint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
    new Function(...Object.keys(scope), `return (async () => { ${body}\n return ${result} })()`)(
      ...Object.values(scope)
    ) as Promise<unknown>
}

/** The client's own examples, one of each operation, by its name. */
function examples(): Map<string, string> {
  const folder = join(project, 'node_modules/openai-newest/resources/beta/agents')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'))
  const blocks = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/@example\n\s*\* ```ts\n([^]*?)```/g)].map(([, block = '']) =>
      block.replaceAll(/^\s*\* ?/gm, '')
    )
  )
  const nameOf = (block: string) => /client\.beta\.agents\.([\w.]+)\(/.exec(block)?.[1] ?? ''
  return new Map(blocks.map((block) => [nameOf(block), block]))
}

/** What comes of one, whose ids are those of nothing. */
async function outcomeOf(block: string): Promise<string> {
  const client = new OpenAI({ apiKey: owner, baseURL: rig().url(), maxRetries: 0 })
  try {
    await snippet(block)({ client, console: { log: () => {} } })
    return 'ok'
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error
    return `${error.status} ${error.code}${error.param ? ` ${error.param}` : ''}`
  }
}

/** Examples that need nothing that is there. */
const complete = ['create', 'list', 'sessions.list', 'automations.list', 'environments.create', 'environments.list']
/** What the examples lack that the API wants of them. */
const lacking: Readonly<Record<string, string>> = {
  'automations.create': '400 invalid_request_error expression',
  'sessions.create': '400 invalid_request_error input'
}

function expected(name: string): string {
  if (name.startsWith('vaults.')) return '400 unsupported_operation'
  const isComplete = complete.includes(name) || /^environments\.templates\.(create|list)$/.test(name)
  return lacking[name] ?? (isComplete ? 'ok' : '404 not_found_error')
}

it('the 57 examples of the newest client find their operation, or are refused with a reason', async () => {
  const all = examples()
  const outcomes = await Promise.all([...all].map(async ([name, block]) => [name, await outcomeOf(block)]))
  expect(outcomes).toEqual([...all.keys()].map((name) => [name, expected(name)]))
  expect(all.size).toBe(57)
})

const blocks = [...readFileSync(join(project, 'docs/agents.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)].map(
  ([, block = '']) => block
)

it('the snippets of the documentation do what they show', async () => {
  const [first = '', second = ''] = blocks
  rig().upstream.answerNext(
    afterTools(
      (request) => answer([toolCall(request, 'weather', { city: 'Utrecht' })]),
      (request) => says(`No: ${JSON.stringify(request.toolOutputs)}`)
    )
  )
  rig().upstream.answerNext((request) => says(`No: ${JSON.stringify(request.toolOutputs)}`))
  const process = { env: { CODEX_GATEWAY_TOKEN: owner } }
  const functions = await snippet(first, '[output_text, more.output_text]')({ OpenAI, process })
  expect(functions).toEqual([expect.stringContaining('It rains in Utrecht.'), 'Done.'])
  const writes = runs('echo five seven five > outputs/haiku.txt', says('Done.'))
  rig().upstream.answerNext(writes)
  rig().upstream.answerNext(writes)
  const logged: string[] = []
  const { sessions } = rig().agents()
  await snippet(second)({ sessions, console: { log: (text: string) => logged.push(text) } })
  expect(logged).toEqual(['five seven five\n'])
})
