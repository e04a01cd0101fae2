import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Calendar } from '../../src/ledger/calendar.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { Store } from '../../src/store/store.ts'

export interface Proven {
  turns: number
  responses: number
  kills: number
  /** Tokens of answers that were reported in a turn whose end was passed on, and are not stored. */
  lost: number
  /** Answers that are stored and were not reported, or with other numbers. */
  invented: number
  /** Reported in the moment of a kill, and not stored: their turns are marked as killed. */
  unsettled: number
  open: number
  agrees: boolean
}

/** Has two processes account for turns on one store, kills them again and again, and compares what is stored with what they noted. */
export async function prove(
  folder: string,
  { turns, lifeMs }: { turns: number; lifeMs: [number, number] }
): Promise<Proven> {
  const notes = join(folder, 'notes')
  const where = join(folder, 'gateway')
  let kills = 0
  const ended = () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\nE ').length : 0)
  const life = async () => {
    while (ended() < turns) {
      const child = spawn(
        process.execPath,
        ['--import', typescript, join(import.meta.dirname, 'worker.ts'), where, notes],
        {
          stdio: ['ignore', 'inherit', 'inherit']
        }
      )
      const before = ended()
      while (ended() === before) await pause(20) // it has begun to work
      await pause(randomInt(...lifeMs))
      child.kill('SIGKILL')
      await once(child, 'close')
      kills += 1
    }
  }
  await Promise.all([life(), life()])
  using store = new Store({ folder: where })
  using ledger = new Ledger({ store, calendar: new Calendar(), modelOf: () => '' })
  ledger.start()
  return { ...compared(store, readFileSync(notes, 'utf8')), kills, ...proofOf(ledger) }
}

const typescript = join(import.meta.dirname, '..', '..', 'test', 'support', 'typescript.mjs')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function compared(store: Store, notes: string) {
  const lines = notes.split('\n').map((line) => line.split(' '))
  const reported = new Map(
    lines.filter(([kind]) => kind === 'R').map(([, id = '', ...tokens]) => [id, tokens.join(' ')])
  )
  const over = new Set(lines.filter(([kind]) => kind === 'E').map(([, turn]) => turn))
  const rows = store.use((connection) => connection.all('SELECT response, input, output FROM ledger_responses'))
  const stored = new Map(
    rows.map(([id, input, output]) => [String(id).split(' ').at(-1) ?? '', `${Number(input)} ${Number(output)}`])
  )
  const missing = [...reported].filter(([id]) => !stored.has(id))
  return {
    turns: over.size,
    responses: stored.size,
    lost: missing.filter(([id]) => over.has(id.split('/')[0])).length,
    invented: [...stored].filter(([id, tokens]) => reported.get(id) !== tokens).length + rows.length - stored.size,
    unsettled: missing.filter(([id]) => !over.has(id.split('/')[0])).length
  }
}
