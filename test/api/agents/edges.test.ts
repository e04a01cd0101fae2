import { expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { all, sharedAgents } from './start-agents.ts'

/** Messages that are sent; `scripts/agent-edges.sh` sends ten thousand. */
const count = Number(process.env['AGENT_EDGES'] ?? 60)
/** Sessions that they are sent to at once. */
const width = 4

const rig = sharedAgents(says('One', ' two', ' three.'), { CODEX_MAX_CONCURRENCY: '8' })
const sessions = () => rig().agents().sessions
const input = (text: string) => [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]

/** Sends messages at random moments around the end of what the last one began. */
async function sendAll(id: string, marks: readonly string[]): Promise<void> {
  for (const mark of marks) {
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.message', input: input(mark) }] })
    const until = performance.now() + Math.random() * 60
    await expect.poll(() => performance.now() > until, { interval: 1 }).toBe(true)
  }
}

it(
  `${count} messages around the ends of turns are each part of one turn, and read by the model once`,
  { timeout: 30_000 + count * 500 },
  async () => {
    const requests = () => rig().upstream.requests
    await Promise.all(
      Array.from({ length: width }, async (_, place) => {
        const marks = Array.from({ length: Math.ceil(count / width) }, (_, index) => `<${place}.${index}>`)
        const made = await sessions().create({
          environment: { type: 'none' },
          agent: { model: 'gpt-5.5' },
          input: '<0>'
        })
        await sendAll(made.id, marks)
        await expect
          .poll(async () => (await sessions().retrieve(made.id)).status, { timeout: 60_000, interval: 50 })
          .toBe('idle')
        const items = await all(sessions().items.list(made.id, { order: 'asc', limit: 100 }))
        const texts = items.flatMap((item) =>
          item.type === 'message' && item.role === 'user' ? item.content.map((part) => 'text' in part && part.text) : []
        )
        expect(texts).toEqual(['<0>', ...marks])
        const turns = await all(sessions().turns.list(made.id, { limit: 100 }))
        expect(turns.filter(({ status }) => status !== 'completed')).toEqual([])
        const last = requests().findLast(({ body }) => JSON.stringify(body.input).includes(marks.at(-1)!))
        const read = JSON.stringify(last?.body.input)
        for (const mark of marks) expect([mark, read.split(mark).length - 1]).toEqual([mark, 1])
      })
    )
  }
)
