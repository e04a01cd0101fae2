import { turn } from '../../../test/support/scripted-codex/exec-steps.ts'
import { scriptedCodex } from '../../../test/support/scripted-codex/scripted-codex.ts'
import { ask } from '../ask.ts'
import { below, holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { otherToken } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'
import { latencyOf } from '../latency.ts'
import { growthDuring } from '../memory.ts'
import { png } from '../../../test/support/images.ts'

/** One pixel, and 14 MB behind it. */
const image = `data:image/png;base64,${Buffer.concat([
  Buffer.from(png.replace(/^.*,/, ''), 'base64'),
  Buffer.alloc(14_000_000, 'x')
]).toString('base64')}`
const input = (url: string) => [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }]

export const attack: Attack = {
  title: 'small requests continue stored conversations with large images',
  long: true,
  async run(start) {
    await using codex = await scriptedCodex({ exec: [turn('Fine.')] })
    const gateway = await start({ env: { CODEX_BIN: codex.path, CODEX_MAX_CONCURRENCY: '2' } })
    const other = await stored(gateway, { as: otherToken })
    const ids: string[] = []
    // More than three would not fit into the share of one token, and be refused.
    for (let at = 0; at < 3; at++) ids.push(await stored(gateway, { previous: ids.at(-1) }))
    const chained = { model: 'gpt-5.5', input: 'Go on.', previous_response_id: ids.at(-1) }
    let statuses: number[] = []
    const growth = await growthDuring(gateway.pid, async () => {
      const answers = Promise.all(Array.from({ length: 30 }, () => ask(gateway, '/v1/responses', { body: chained })))
      const probe = latencyOf(gateway.port, 2_000)
      statuses = (await answers).map(({ status }) => status)
      await probe
    })
    const again = await ask(gateway, `/v1/responses/${other}`, { as: otherToken })
    return [
      holds(
        '30 continuations at once of three images: the gateway lives',
        gateway.alive(),
        [...new Set(statuses)].join(' ')
      ),
      below('growth of memory', growth, 500, 'MB'),
      holds('what another token has stored is still there', again.status === 200, String(again.status))
    ]
  }
}

async function stored(
  gateway: AttackedGateway,
  { previous, as }: { previous?: string | undefined; as?: string }
): Promise<string> {
  const body = {
    model: 'gpt-5.5',
    input: input(image),
    ...(previous !== undefined && { previous_response_id: previous })
  }
  const { status, text } = await ask(gateway, '/v1/responses', { body, ...(as !== undefined && { as }) })
  if (status !== 200) throw new Error(`It was not stored: ${status} ${text.slice(0, 200)}`)
  return (JSON.parse(text) as { id: string }).id
}
