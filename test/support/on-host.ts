// A front end or a worker on a host of its own, which does what its parent asks: node on-host.ts front|worker NAME URL
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { pieces } from './cables.ts'
import { startFrontEnd, startWorker } from './machines.ts'
import { completed, forever, scriptedEngine } from './scripted-engine.ts'
import type { Step } from './scripted-engine.ts'

/** What a parent asks: a turn to be run, or how it stands. */
export type Asked = { run: string } | 'state'

/** How a turn ended at a front end, and where it ran. */
export interface EndedTurn {
  prompt: string
  worker: string
  text: string
  end: string
}

/** `workers`: those that a front end would use. `starts`: of a worker, by prompt. */
export interface HostState {
  workers: string[]
  starts: Record<string, number>
  running: number
}

const [role, name = '', url = ''] = process.argv.slice(2)
const answer = (message: EndedTurn | HostState) => process.send?.(message)
const textIn = ({ input }: TurnRequest) => input.map((part) => (part.type === 'text' ? part.text : '')).join('')

async function front(): Promise<(asked: Asked) => unknown> {
  const { engine, frontEnd } = await startFrontEnd({ url }, name)
  const run = async (prompt: string) => {
    const turn = { prompt, worker: '', text: '', end: '' }
    for await (const event of engine.run(
      { input: [{ type: 'text', text: prompt }], owner: prompt },
      new AbortController().signal
    )) {
      if (event.type === 'turn.admitted') turn.worker = event.worker ?? ''
      if (event.type === 'item.delta') turn.text += event.delta
      turn.end = event.type === 'turn.failed' ? event.error.code : event.type
    }
    answer(turn)
  }
  const workers = () => frontEnd.roster.usable().map(({ worker }) => worker)
  return (asked) => (asked === 'state' ? answer({ workers: workers(), starts: {}, running: 0 }) : run(asked.run))
}

async function worker(): Promise<(asked: Asked) => unknown> {
  const pause: Step = () => new Promise((resolve) => setTimeout(resolve, 100))
  const delta = (text: string): TurnEvent => ({
    ...{ type: 'item.delta', item_id: 'm', item_type: 'agent_message' },
    delta: text
  })
  const engine = scriptedEngine((request) =>
    textIn(request).startsWith('endless')
      ? [delta('begun'), forever]
      : [...pieces.flatMap((piece) => [delta(piece), pause]), completed]
  )
  await startWorker({ url }, name, engine, { name: role ?? '', slots: 8 })
  return () => {
    const starts: Record<string, number> = {}
    for (const { request } of engine.turns) starts[textIn(request)] = (starts[textIn(request)] ?? 0) + 1
    answer({ workers: [], starts, running: engine.running })
  }
}

/** The broker may not listen yet. */
async function opened() {
  for (;;)
    try {
      return await (role === 'front' ? front() : worker())
    } catch (error) {
      if (!String(error).includes('cannot be used')) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
}

const act = await opened()
process.on('message', (asked: Asked) => void act(asked))
process.send?.('ready')
