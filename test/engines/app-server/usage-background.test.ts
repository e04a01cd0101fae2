import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { answer } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import type { OutputItem } from '../../support/upstream/items.ts'
import { gate } from '../../support/upstream/script.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { scriptFor } from '../../support/upstream/tool-calls.ts'
import { countedIn, CountedConversation, threadOf, unknownIn } from './counting.ts'
import { startAppServer } from './rig.ts'

/** What a provider named OpenAI answers to `compaction_trigger` (codex-cli 0.169). */
const compaction: OutputItem = (place) => {
  const done = { id: `cmp_#N#_${place}`, type: 'compaction', encrypted_content: 'sealed' }
  return { done, events: [{ type: 'response.output_item.done', output_index: place, item: done }] }
}
const config = { model_auto_compact_token_limit: 5_000 }

describe('the tokens of a compaction are counted', () => {
  it.each([
    ['remote, on a thread that began here', 'OpenAI', false, []],
    ['local, on a thread that began here', 'scripted', false, []],
    ['remote, on a thread that was resumed', 'OpenAI', true, ['compaction']],
    ['local, on a thread that was resumed', 'scripted', true, []]
  ])('or named as unknown: %s', async (_, name, resumed, unknown) => {
    await using rig = await startAppServer({ provider: { name }, config })
    const conversation = new CountedConversation(rig)
    const all: TurnEvent[] = []
    const persistent = { kind: 'new', persistent: true } as const
    if (resumed) all.push(...(await conversation.ask([conversation.costs(100, 7)], undefined, { thread: persistent })))
    const thread = resumed ? ({ kind: 'resume', id: threadOf(all) } as const) : undefined
    const isRemote = name === 'OpenAI'
    const cost: [number, number] = [3_000, 7]
    const compacts = conversation.costs(...cost, isRemote ? answer([compaction]) : undefined)
    const [calls] = conversation.command('true', [50_000, 17], answer([]))
    all.push(
      ...(await conversation.ask([calls!, compacts, conversation.costs(700, 7)], undefined, thread && { thread }))
    )
    expect(all.at(-1)?.type).toBe('turn.completed')
    expect(unknownIn(all)).toEqual(unknown)
    const [input, output] = conversation.reported
    const [lostInput, lostOutput] = unknown.length > 0 ? cost : [0, 0]
    expect(countedIn(all)).toEqual([input - lostInput, output - lostOutput])
  })
})

describe('the tokens of a sub-agent are counted with the turn it works for', () => {
  const call = (name: string, parameters: object) =>
    answer([functionCall(name, parameters, { namespace: 'collaboration' })])
  const spawn = call('spawn_agent', { task_name: 'worker', message: 'Do it.', fork_turns: 'none' })
  const isWorker = (headers: object) => JSON.stringify(headers).includes('/root/worker')
  const start = () =>
    startAppServer({
      config: { features: { multi_agent_v2: true, plugins: false, unbounded_connection_retries: false } },
      engine: { profiles: { agent: {}, bare: {} } }
    })

  it('when the turn waits for it', async () => {
    await using rig = await start()
    const conversation = new CountedConversation(rig)
    const root = [
      conversation.costs(100, 7, spawn),
      conversation.costs(200, 7, call('wait_agent', {})),
      conversation.costs(300, 7)
    ]
    const worker = conversation.costs(5_000, 50)
    rig.upstream.answerAll((request) =>
      scriptFor(isWorker(request.headers) ? worker : (root.shift() ?? answer([])), request)
    )
    const all = await conversation.ask([])
    expect(conversation.reported).toEqual([5_600, 71])
    expect(countedIn(all)).toEqual(conversation.reported)
    expect(unknownIn(all)).toEqual([])
    const roots = all.flatMap((event) => (event.type === 'usage.counted' && event.root_turn_id ? event.usage : []))
    expect(roots).toMatchObject([{ input_tokens: 5_000, output_tokens: 50 }])
  })

  it('or reported as unknown when it continues after it', async () => {
    await using rig = await start()
    const conversation = new CountedConversation(rig)
    const held = gate()
    const root: Answer[] = [conversation.costs(100, 7, spawn), conversation.costs(300, 7)]
    rig.upstream.answerAll((request) =>
      isWorker(request.headers)
        ? { ...answer([]), hold: { after: 1, until: held.opened } }
        : scriptFor(root.shift() ?? answer([]), request)
    )
    const all = await conversation.ask([])
    held.open()
    expect(all.at(-1)?.type).toBe('turn.completed')
    expect(countedIn(all)).toEqual(conversation.reported)
    expect(unknownIn(all)).toEqual(['subagent'])
  })
})
