import { agentKills } from './kills.ts'
import { isClean, reportText } from './report.ts'

const args = process.argv.slice(2)
const victim = args[0] === 'app-server' ? 'app-server' : 'gateway'
const kills = Number(args[victim === 'app-server' ? 1 : 0] ?? 100)
if (!Number.isInteger(kills) || kills < 1) throw new Error('Usage: agent-kills.sh [app-server] [KILLS]')

/** Ctrl-C ends it early, with a report of what there was. */
const early = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => early.abort())
const report = await agentKills(victim, kills, early.signal)
process.stdout.write(`${reportText(victim, report)}\n`)
process.exitCode = isClean(report) ? 0 : 1
