import { claims } from './claims.ts'
import { gateways } from './gateways.ts'
import { isClean, reportText } from './report.ts'

const args = process.argv.slice(2)
const isClaims = args[0] === 'claims'
const kills = Number(args[isClaims ? 1 : 0] ?? (isClaims ? 1_000 : 200))
if (!Number.isInteger(kills) || kills < 1) throw new Error('Usage: task-kills.sh [claims] [KILLS]')

const report = await (isClaims ? claims(kills) : gateways(kills))
process.stdout.write(`${reportText(report)}\n`)
process.exitCode = isClean(report) ? 0 : 1
