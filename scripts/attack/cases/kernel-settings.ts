import { outputOf } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'

/** Writes the value that is there already. */
const writes = ['vm/swappiness', 'kernel/core_pattern']
  .map((name) => `v=$(cat /proc/sys/${name}); (echo "$v" > /proc/sys/${name}) 2> /dev/null && echo WRITTEN`)
  .join('; ')

export const attack: Attack = {
  title: 'a read-only command writes to /proc/sys',
  everywhere: true,
  async run(start) {
    const gateway = await start()
    const findings: Finding[] = []
    const isRoot = process.getuid?.() === 0 && gateway.place?.uid === undefined
    for (const engine of ['exec', 'app-server']) {
      const written = (await outputOf(gateway, `${engine} read-only`, `${writes}; echo end`)).includes('WRITTEN')
      // As root the sandbox of codex cannot prevent it; then the operator must know.
      findings.push({
        what: `${engine}: it cannot`,
        value: written ? `it can${isRoot ? ', as root' : ''}` : 'it cannot',
        held: written ? (isRoot ? undefined : false) : true
      })
    }
    if (isRoot) findings.push(holds('as root, the start warns of it', /root/i.test(await gateway.log())))
    return findings
  }
}
