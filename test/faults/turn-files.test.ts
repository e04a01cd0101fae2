import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SandboxMode } from '../../src/turn/request.ts'
import { eventsOf, turnRequest } from '../engines/app-server/rig.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'

const outputSchema = { type: 'object', title: 'planted', properties: {}, required: [], additionalProperties: false }

it.each<SandboxMode>(['read-only', 'workspace-write'])(
  'without namespaces no command reads or writes the files of a turn, though codex does (%s)',
  async (sandbox) => {
    await using configured = await startConfiguredEngine({}, 'watchdog')
    const files = join(tmpdir(), `codex-gateway-${process.pid}.*`)
    const command = `echo works; ls ${files} 2>&1; cat ${files}/*/* 2>&1; for f in ${files} ${files}/*; do echo x > $f/planted && echo wrote; done`
    configured.upstream.answerAll(runs(command, says('{}')))
    const request = turnRequest({ engine: 'exec', sandbox, outputSchema, model: 'gpt-5.5' })
    const events = await eventsOf(configured.engine.run(request, new AbortController().signal))
    expect(events.at(-1)).toMatchObject({ type: 'turn.completed' })
    const last = configured.upstream.requests.at(-1)!
    expect(JSON.stringify(last.body)).toContain('planted') // the schema
    const output = JSON.stringify(last.toolOutputs)
    expect(output).toContain('works')
    expect(output).toContain('Permission denied')
    expect(output).not.toMatch(/planted"|turn-|wrote/)
  }
)
