import { answer, says } from '../../../test/support/upstream/answer.ts'
import { message } from '../../../test/support/upstream/items.ts'
import { sse } from '../../../test/support/upstream/script.ts'
import type { Script } from '../../../test/support/upstream/script.ts'
import { ask, chat } from '../ask.ts'
import { below, holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import type { AttackedGateway } from '../gateway.ts'
import { growthDuring } from '../memory.ts'

const texts = Array.from({ length: 200 }, (_, at) => `<${at}>`)
const large = 'x'.repeat(5_000_000)

export const attack: Attack = {
  title: 'the model sends much at once, everything twice, or without an end',
  long: true,
  async run(start, brief) {
    const gateway = await start({ env: { CODEX_MAX_ANSWER_CHARS: '10000000' } })
    const findings: Finding[] = []
    for (const engine of ['exec', 'app-server']) {
      const model = `${engine} read-only`
      findings.push(await burst(gateway, model), await delta(gateway, model), await twice(gateway, model))
    }
    const limited = await start({ env: { CODEX_TIMEOUT_SECONDS: '40' } })
    findings.push(...(await endless(limited, false)), ...(brief ? [] : await endless(limited, true)))
    return findings
  }
}

/** `codex exec` itself loses some of them: run by hand it does, too. */
async function burst(gateway: AttackedGateway, model: string): Promise<Finding> {
  gateway.upstream.answerAll(answer(texts.map((text) => message(text))))
  const { text } = await ask(gateway, '/v1/chat/completions', { body: chat(model) })
  const found = texts.filter((one) => text.includes(one)).length
  const lost = found < texts.length
  const known = lost && model.startsWith('exec')
  return {
    what: `${model}: ${texts.length} messages at once are all delivered`,
    value: `${found}${known ? '; codex exec loses the others itself' : ''}`,
    held: known ? undefined : !lost
  }
}

async function delta(gateway: AttackedGateway, model: string): Promise<Finding> {
  gateway.upstream.answerAll(says(large))
  const { status, text } = await ask(gateway, '/v1/chat/completions', { body: chat(model, { stream: true }) })
  const length = text.split('x').length - 1 - (text.match(/[^x]x[^x]/g) ?? []).length
  return holds(
    `${model}: a delta of 5 MB is delivered in full`,
    status === 200 && length >= large.length && text.includes('[DONE]'),
    `${status}, ${length} characters`
  )
}

async function twice(gateway: AttackedGateway, model: string): Promise<Finding> {
  const script = says('Once.')
  gateway.upstream.answerAll({
    ...script,
    pieces: script.pieces.flatMap((piece) =>
      piece.startsWith('event: response.output_item.done') ? [piece, piece] : [piece]
    )
  })
  const { text } = await ask(gateway, '/v1/chat/completions', { body: chat(model) })
  const times = text.split('Once.').length - 1
  const known = times === 2 && model.startsWith('exec')
  return {
    what: `${model}: a message that the model ends twice is delivered once`,
    value: `${times} times${known ? '; codex exec reports two messages' : ''}`,
    held: known ? undefined : times === 1
  }
}

/** 800 MB, and no end. */
async function endless(gateway: AttackedGateway, stream: boolean): Promise<Finding[]> {
  const script = says('')
  const at = script.pieces.findIndex((piece) => piece.startsWith('event: response.output_text.delta'))
  const piece = sse({
    type: 'response.output_text.delta',
    item_id: 'msg_1_0',
    output_index: 0,
    content_index: 0,
    delta: 'x'.repeat(100_000)
  })
  const flood: Script = {
    pieces: [...script.pieces.slice(0, at), ...Array.from({ length: 8_000 }, () => piece)],
    rate: 500, // all at once would be one string
    ending: 'hang'
  }
  gateway.upstream.answerAll(flood)
  let status = 0
  const growth = await growthDuring(gateway.pid, async () => {
    status = (await ask(gateway, '/v1/chat/completions', { body: chat('app-server read-only', { stream }) })).status
  })
  return [
    below(
      `app-server, ${stream ? 'streamed' : 'complete'}: an answer without an end (${status}), growth of memory`,
      growth,
      200,
      'MB'
    )
  ]
}
