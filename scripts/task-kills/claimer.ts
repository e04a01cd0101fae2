// Runs the tasks of the folder argv[2] as a gateway does, but on an engine that only writes a task's text to a file.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Store } from '../../src/store/store.ts'
import { Tasks } from '../../src/tasks/tasks.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { Lifetimes } from '../../src/turn/lifetimes.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { Work } from '../../src/work/work.ts'
import { taskStoreIn } from './task-store.ts'

const [, , folder = ''] = process.argv
const markers = join(folder, 'markers')
const store = new Store({ folder })

/** Whoever was told to go on looks first, as a model does. */
function isDone(marker: string): boolean {
  try {
    return readFileSync(markers, 'utf8').split('\n').includes(marker)
  } catch {
    return false
  }
}

async function* run({ input, thread }: TurnRequest): AsyncGenerator<TurnEvent> {
  const [first] = input
  const text = first?.type === 'text' ? first.text : ''
  const marker = thread?.kind === 'resume' ? thread.id : text
  yield { type: 'turn.admitted', engine: 'app-server', queued_ms: 0 }
  await sleep(Math.random() * 10)
  yield { type: 'thread.started', thread_id: marker }
  await sleep(Math.random() * 20)
  const goesOn = thread?.kind === 'resume' || input.length > 1
  if (!goesOn || !isDone(marker)) appendFileSync(markers, `${marker}\n`)
  await sleep(Math.random() * 20)
  yield { type: 'item.completed', item: { id: 'm', type: 'agent_message', text: 'Done.' } }
  yield { type: 'turn.completed' }
}

new Tasks({
  store: taskStoreIn(store, folder),
  engine: { run },
  work: new Work(new Lifetimes(), () => store.presence),
  isAlive: (mark) => store.presence.isAlive(mark),
  limits: { running: 4, runningPerOwner: 4 },
  writeFiles: async () => folder,
  clear: () => {},
  ended: () => {},
  forget: () => {},
  publish: () => {}
}).start()
process.stdout.write('ready\n')
setInterval(() => {}, 1_000)
process.once('SIGTERM', () => process.exit(0))
