import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { owner, sharedAgents } from '../api/agents/start-agents.ts'
import { needing } from '../support/left-out.ts'
import { answer, says } from '../support/upstream/answer.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { toolCall } from '../support/upstream/tool-calls.ts'

/** Where `scripts/test.sh` puts the Python clients when there is a Python. */
const python = resolve('test/clients/.python/bin/python')

/** Adds with the caller's function, when it was asked for that last. */
function adds(request: UpstreamRequest) {
  const last = request.body.input.at(-1)
  if (last?.type === 'function_call_output') return says(`The sum is ${textIn(last.output)}.`)
  const asked = JSON.stringify(last)
  if (asked.includes('Both.')) return answer(['add', 'sub'].map((name) => toolCall(request, name, { n: 2 })))
  if (asked.includes('Add.')) return answer([toolCall(request, 'add', { n: 2 })])
  return asked.includes('Typed.') ? says('{"answer":"yes"}') : says('Hello', ' there.')
}

const textIn = (output: unknown) =>
  typeof output === 'string' ? output : (output as { text: string }[]).map(({ text }) => text).join('')

needing('Python 3 with the package openai (scripts/test.sh installs it)', existsSync(python), () => {
  const rig = sharedAgents(adds)

  it('the official Python client works with the Agents API', { timeout: 120_000 }, async () => {
    const program = [resolve('test/clients/agents.py'), rig().url(), owner]
    const { all } = await execa(python, program, { reject: false, all: true })
    expect(all).toBe('all is well')
  })
})
