import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { engineNames } from '../../src/app/engines.ts'
import { eventsOf, turnRequest } from '../engines/app-server/rig.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'

const setting = '/proc/sys/vm/swappiness'

it.each(
  engineNames.flatMap((engine) => (['read-only', 'workspace-write'] as const).map((mode) => [engine, mode] as const))
)('a command cannot write kernel settings, root or not (%s, %s)', async (engine, sandbox) => {
  await using configured = await startConfiguredEngine()
  const value = readFileSync(setting, 'utf8').trim() // the command would write the same
  const others = 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'
  configured.upstream.answerAll(
    runs(`cat ${setting}; echo ${value} > ${setting} && echo wrote; ${others}`, says('Done.'))
  )
  const request = turnRequest({ engine, sandbox, model: 'gpt-5.5' })
  expect((await eventsOf(configured.engine.run(request, new AbortController().signal))).at(-1)).toMatchObject({
    type: 'turn.completed'
  })
  const output = JSON.stringify(configured.upstream.requests.at(-1)!.toolOutputs)
  expect(output).toContain(`\\n${value}\\n`)
  expect(output).toMatch(/Read-only file system|Permission denied/)
  expect(output).not.toContain('\\nwrote')
  expect(output).not.toContain('vitest') // it sees no process but those of its own sandbox
})
