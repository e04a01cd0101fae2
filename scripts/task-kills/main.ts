import { claims } from './claims.ts'
import { gateways } from './gateways.ts'
import { isClean, reportText } from './report.ts'

const args = process.argv.slice(2)
const isClaims = args[0] === 'claims'
const kills = Number(args[isClaims ? 1 : 0] ?? (isClaims ? 1_000 : 200))
if (!Number.isInteger(kills) || kills < 1) throw new Error('Usage: task-kills.sh [claims] [KILLS]')

/** Ctrl-C ends it early, with a report of what there was. */
const early = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => early.abort())
const report = await (isClaims ? claims : gateways)(kills, early.signal)
process.stdout.write(`${reportText(report)}\n`)
process.exitCode = isClean(report) ? 0 : 1
