import { setTimeout as sleep } from 'node:timers/promises'
import { OpenAI } from 'openai-newest'
import { expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { all, sharedAgents } from './start-agents.ts'

/** Messages that are sent; `scripts/agent-edges.sh` sends ten thousand. */
const count = Number(process.env['AGENT_EDGES'] ?? 60)
/** Sessions that they are sent to at once, clients of each that do not know of one another, and messages of one client to one session. */
const [width, clients, most] = [4, 3, 25]

/** What the model is sent: the marks of a session, each of which it may read once. */
const readBy = new Map<string, string[]>()
const twice: string[] = []

/** Fewer slots than sessions, so that turns also wait for them, and some are refused. */
const settings = { CODEX_MAX_CONCURRENCY: '3', CODEX_MAX_QUEUE: '2' }
const rig = sharedAgents((request) => {
  const marks = request.userTexts.join().match(/<[\d.]+>/g) ?? []
  if (new Set(marks).size !== marks.length) twice.push(marks.join())
  readBy.set(marks[0] ?? '', marks)
  return says('One', ' two', ' three.')
}, settings)
const sessions = () => rig().agents().sessions
const input = (text: string) => [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]

/** Sends a message under its own key until it is taken, and now and then once more: as a client does that has had no answer. */
async function send(id: string, mark: string): Promise<void> {
  const once = () =>
    sessions().events.create(
      id,
      { events: [{ type: 'agent.session.input.message', input: input(mark) }] },
      { headers: { 'Idempotency-Key': mark } }
    )
  for (;;) {
    try {
      await (Math.random() < 0.1 ? Promise.all([once(), once()]) : once())
      return
    } catch (error) {
      if (!(error instanceof OpenAI.APIError) || !(error.status === 429 || (error.status ?? 500) >= 500)) throw error
      await sleep(Math.random() * 50) // it is to be tried again
    }
  }
}

/** Messages of one client, at random moments around the end of what the last one began. */
async function sendAll(id: string, marks: readonly string[]): Promise<void> {
  for (const mark of marks) {
    await send(id, mark)
    await sleep(Math.random() * 60)
  }
}

/** Messages to a new session by several clients at once: each is in one turn, in the order of its client. */
async function checkSession(name: string, messages: number): Promise<void> {
  const first = `<${name}>`
  const marks = Array.from({ length: clients }, (_, client) =>
    Array.from({ length: Math.ceil(messages / clients) }, (__, index) => `<${name}.${client}.${index}>`)
  )
  const { id } = await sessions().create({ environment: { type: 'none' }, agent: { model: 'gpt-5.5' }, input: first })
  await Promise.all(marks.map((own) => sendAll(id, own)))
  const status = async () => (await sessions().retrieve(id)).status
  await expect.poll(status, { timeout: 60_000, interval: 50 }).toBe('idle')
  const items = await all(sessions().items.list(id, { order: 'asc', limit: 100 }))
  const texts = items.flatMap((item) =>
    item.type === 'message' && item.role === 'user' ? item.content.map((part) => 'text' in part && part.text) : []
  )
  expect(texts.toSorted()).toEqual([first, ...marks.flat()].toSorted())
  for (const own of marks) expect(texts.filter((text) => own.includes(String(text)))).toEqual(own)
  const turns = await all(sessions().turns.list(id, { limit: 100 }))
  expect(turns.flatMap(({ status, error }) => (status === 'completed' ? [] : [error ?? status]))).toEqual([])
  const isThere = new Set(readBy.get(first))
  expect([first, ...marks.flat()].filter((mark) => !isThere.has(mark))).toEqual([])
}

it(
  `${count} messages around the ends of turns are each part of one turn, and read by the model once`,
  { timeout: 30_000 + count * 500 },
  async () => {
    const each = Math.min(most * clients, Math.ceil(count / width))
    const rounds = Math.ceil(count / each / width)
    const rows = Array.from({ length: width }, async (_, place) => {
      for (let round = 0; round < rounds; round++) await checkSession(`${place}.${round}`, each)
    })
    await Promise.all(rows)
    expect(twice).toEqual([])
  }
)
