import { ask, outputOf } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'

/** Writes the value that is there already. */
const writes = ['vm/swappiness', 'kernel/core_pattern']
  .map((name) => `v=$(cat /proc/sys/${name}); (echo "$v" > /proc/sys/${name}) 2> /dev/null && echo WRITTEN`)
  .join('; ')

export const attack: Attack = {
  title: 'a read-only command writes to /proc/sys',
  long: true,
  everywhere: true,
  async run(start) {
    const gateway = await start()
    const findings: Finding[] = []
    const isRoot = process.getuid?.() === 0 && gateway.place?.uid === undefined
    const means = /namespace|watchdog/.exec((await ask(gateway, '/healthz')).text)?.[0]
    for (const engine of ['exec', 'app-server']) {
      const output = await outputOf(gateway, `${engine} read-only`, `${writes}; echo end`)
      const isWritten = output.includes('WRITTEN')
      const isKnown = isWritten && isRoot && means === 'watchdog' // docs/SECURITY.md: what is not promised
      findings.push({
        what: `${engine}: it cannot (${means})`,
        value: isWritten ? 'it can' : 'it cannot',
        held: isKnown ? undefined : output.includes('end') && !isWritten
      })
    }
    if (isRoot) findings.push(holds('as root, the start warns of it', /root/i.test(await gateway.log())))
    return findings
  }
}
