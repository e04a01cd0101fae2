import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { prove } from '../../scripts/ledger/prove.ts'

it(
  'no token is lost or invented where two gateways on one store are killed again and again',
  { timeout: 180_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const proven = await prove(folder, { turns: 120, lifeMs: [60, 500] })
    expect(proven).toMatchObject({ lost: 0, invented: 0, difference: 0, unmarked: 0, open: 0, agrees: true })
    expect(proven.turns).toBeGreaterThanOrEqual(120)
    expect(proven.kills).toBeGreaterThanOrEqual(2)
  }
)
