import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { says } from '../../../test/support/upstream/answer.ts'
import { mute } from '../../../test/support/upstream/script.ts'
import { runs, scriptFor } from '../../../test/support/upstream/tool-calls.ts'
import { png } from '../../../test/support/images.ts'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { otherToken } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'

const marker = 'another-tenants-schema'
const format = {
  type: 'json_schema',
  json_schema: {
    name: 'n',
    schema: { type: 'object', description: marker, properties: {}, additionalProperties: false }
  }
}
const waiting = [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Wait.' },
      { type: 'image_url', image_url: { url: png } }
    ]
  }
]

export const attack: Attack = {
  title: 'a command looks for the files of a turn of another token',
  long: true,
  everywhere: true,
  async run(start) {
    const findings: Finding[] = []
    for (const sandbox of ['read-only', 'workspace-write']) {
      const gateway = await start()
      const leaving = new AbortController()
      const victim = await running(gateway, `exec ${sandbox}`, leaving.signal)
      const files = `find ${gateway.folder}/temp -type f 2> /dev/null`
      const command = `${files} | xargs -r cat; ${files} | while read f; do echo overwritten > "$f"; done; echo end`
      const output = await commandOf(gateway, `exec ${sandbox}`, command)
      const after = execFileSync('sh', ['-c', `find ${gateway.folder}/temp -name 'schema*' | xargs -r cat`], {
        encoding: 'utf8'
      })
      const means = (await ask(gateway, '/healthz')).text
      findings.push(
        holds(
          `${sandbox}: it reads none (${/namespace|watchdog/.exec(means)?.[0]})`,
          output.includes('end') && !output.includes(marker),
          output.includes(marker) ? 'it read the schema' : 'none read'
        ),
        holds(`${sandbox}: it overwrites none`, after.includes(marker), after.slice(0, 80).trim())
      )
      leaving.abort()
      await victim()
    }
    return findings
  }
}

/** Begins a turn with files that waits for a mute model. Resolves when the model has been asked, to what waits for the end of the turn. */
async function running(gateway: AttackedGateway, model: string, signal: AbortSignal): Promise<() => Promise<unknown>> {
  gateway.upstream.answerAll(mute)
  const body = { model, messages: waiting, response_format: format }
  const turn = ask(gateway, '/v1/chat/completions', { as: otherToken, body, signal }).catch(() => undefined)
  while (gateway.upstream.count === 0) await sleep(20)
  return () => turn
}

async function commandOf(gateway: AttackedGateway, model: string, command: string): Promise<string> {
  const script = runs(command, says('Done.'))
  gateway.upstream.answerAll((request) =>
    scriptFor(request.userTexts.join().includes('Look.') ? script : mute, request)
  )
  await ask(gateway, '/v1/chat/completions', { body: { model, messages: [{ role: 'user', content: 'Look.' }] } })
  return gateway.upstream.requests.at(-1)?.toolOutputs.join('\n') ?? ''
}
