import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Calendar } from '../../src/ledger/calendar.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { usageReport } from '../../src/ledger/report.ts'
import { Store } from '../../src/store/store.ts'

export interface Proven {
  turns: number
  responses: number
  kills: number
  /** Tokens of answers that were reported in a turn whose end was passed on, and are not stored. */
  lost: number
  /** Answers that are stored and were not reported, or with other numbers. */
  invented: number
  /** Tokens by which the sum of any principal differs from what was reported and is stored. */
  difference: number
  /** Turns that ended with fewer unknown answers than were reported. */
  unmarked: number
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
  const lines = readFileSync(notes, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
  return { ...compared(ledger, lines), unmarked: unmarked(store, lines), kills, ...proofOf(ledger) }
}

const typescript = join(import.meta.dirname, '..', '..', 'test', 'support', 'typescript.mjs')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function compared(ledger: Ledger, lines: readonly string[][]) {
  const { store } = ledger
  const answers = lines.filter(([kind]) => kind === 'R')
  const reported = new Map(answers.map(([, id = '', input, output]) => [id, `${input} ${output}`]))
  const over = new Set(lines.filter(([kind]) => kind === 'E').map(([, turn]) => turn))
  const rows = store.use((connection) => connection.all('SELECT response, input, output FROM ledger_responses'))
  const stored = new Map(
    rows.map(([id, input, output]) => [String(id).split(' ').at(-1) ?? '', `${Number(input)} ${Number(output)}`])
  )
  const missing = [...reported].filter(([id]) => !stored.has(id))
  const sums = new Map(
    usageReport(ledger, { since: 0, until: 1e11, by: ['principal'], of: {} }).map(({ principal, sums }) => [
      principal,
      sums.input + sums.output
    ])
  )
  for (const [, id = '', input, output, owner = ''] of answers)
    if (stored.has(id)) sums.set(owner, (sums.get(owner) ?? 0) - Number(input) - Number(output))
  return {
    difference: [...sums.values()].reduce((all, rest) => all + Math.abs(rest), 0),
    turns: over.size,
    responses: stored.size,
    lost: missing.filter(([id]) => over.has(id.split('/')[0])).length,
    invented: [...stored].filter(([id, tokens]) => reported.get(id) !== tokens).length + rows.length - stored.size,
    unsettled: missing.filter(([id]) => !over.has(id.split('/')[0])).length
  }
}

/** Each turn with an end has at least the unknown answers that were reported of it; one that was stopped may have more. */
function unmarked(store: Store, lines: readonly string[][]): number {
  const reported = new Map<string, number>()
  for (const [kind, turn = ''] of lines) if (kind === 'U') reported.set(turn, (reported.get(turn) ?? 0) + 1)
  const rows = store.use((connection) =>
    connection.all('SELECT thread, unknown FROM ledger_turns WHERE thread IS NOT NULL')
  )
  return rows.filter(([turn, unknown]) => Number(unknown) < (reported.get(String(turn)) ?? 0)).length
}
