import { ask, startThread, threadTurn } from '../client.ts'
import type { Question } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import type { World } from '../world.ts'

/** Turns of one conversation. */
const turns = 10

const say = 'Say the word hello.'
const said = 'Hello from the model.'

/**
 * A further turn of a conversation by the threads API, one at a time: beside one by hand on a thread that codex stores in the same
 * way, and beside one by chat completions on the same app-server, whose threads codex does not store.
 */
export async function threadRows({ appServer, rawStored }: World, quick: boolean): Promise<Row[]> {
  const samples = await interleaved(quick ? 4 : 20, {
    threads: async () => {
      const thread = await startThread(appServer)
      return furtherTurns(() => threadTurn(appServer, thread, say))
    },
    raw: async () => {
      const turn = await rawStored.conversation()
      return furtherTurns(() => turn(say))
    },
    chat: () => {
      const messages: Question['messages'] = []
      return furtherTurns(async () => {
        messages.push({ role: 'user', content: say })
        const answered = await ask(appServer, { messages })
        messages.push({ role: 'assistant', content: said })
        return answered
      })
    }
  })
  const [ours, raw, chat] = [samples.threads, samples.raw, samples.chat].map(figuresFrom)
  const row = { what: 'threads: a further turn', unit: 'ms', ours: ours! } as const
  return [
    {
      ...row,
      other: { what: 'a raw JSON-RPC client, with a stored thread', figures: raw! },
      target: { text: '≤ 1.3 ×', met: ours!.median <= 1.3 * raw!.median }
    },
    { ...row, other: { what: 'chat completions on app-server, which are not stored', figures: chat! } }
  ]
}

async function furtherTurns(turn: () => Promise<{ ms: number }>): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < turns; number++) times.push((await turn()).ms)
  return times.slice(1)
}
