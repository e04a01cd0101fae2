import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cost } from './cost.ts'
import { million } from './million.ts'
import { prove } from './prove.ts'

const { values } = parseArgs({ options: { turns: { type: 'string', default: '10000' }, million: { type: 'boolean' } } })
const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
try {
  const proven = await prove(join(folder), { turns: Number(values.turns), lifeMs: [60, 500] })
  print('kills', JSON.stringify(proven))
  for (const atOnce of [1, 4, 16])
    for (const deltas of [10, 200]) {
      const microseconds = await cost(join(folder, `cost-${atOnce}-${deltas}`), { turns: 2_000, atOnce, deltas })
      print(`µs of the processor a turn, ${atOnce} at once, ${deltas} deltas`, microseconds.toFixed(0))
    }
  if (values.million)
    for (const [name, ...ms] of million(join(folder, 'million'), 1_000_000)) print(name, ms.join(' / '))
  process.exitCode =
    proven.lost + proven.invented + proven.open + proven.difference + proven.unmarked === 0 && proven.agrees ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function print(name: string, value: string): void {
  process.stdout.write(`${name}: ${value} (load ${loadavg()[0]?.toFixed(1)})\n`)
}
