// A gateway in small, to be killed: a guard and what runs under it, told as JSON. It says `started` for each that has come to its last command.
import { watch } from '../../src/codex/process/guard.ts'
import type { WatchOptions } from '../../src/codex/process/guard.ts'
import { readUntil, startTurn } from '../support/guarded-turn.ts'
import type { CodexHome } from '../support/upstream/codex-home.ts'

/** A turn of the real codex, or a shell script that says `sleep 1000` when it is ready. */
export type GuardedWork = { home: Pick<CodexHome, 'env' | 'workspace'>; sandbox: string } | { script: string }

/** What the small gateway is told in its first argument. */
export interface GuardProgram {
  watch: WatchOptions
  turns: GuardedWork[]
}

const told = JSON.parse(process.argv[2]!) as GuardProgram
const guard = await watch(told.watch)
const start = (turn: GuardedWork) =>
  'script' in turn
    ? guard.start('/bin/sh', ['-c', turn.script], { env: { PATH: '/usr/bin:/bin' }, cwd: '/' })
    : startTurn(guard, turn.home, turn.sandbox)
await Promise.all(
  told.turns.map(async (turn) => {
    const said = await readUntil(start(turn), 'sleep 1000')
    console.log(said.includes('sleep 1000') ? 'started' : said)
  })
)
