import { outputOf } from '../ask.ts'
import { below } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { growthDuring } from '../memory.ts'

const floods: [what: string, command: string][] = [
  ['100 MB', `head -c 100000000 /dev/zero | tr '\\0' x`],
  ['300,000 lines', 'seq 300000'],
  ['random bytes', 'head -c 20000000 /dev/urandom']
]

export const attack: Attack = {
  title: 'a command prints without measure',
  long: true,
  async run(start, brief) {
    const gateway = await start()
    const findings: Finding[] = []
    for (const engine of brief ? ['exec'] : ['exec', 'app-server'])
      for (const [what, command] of brief ? floods.slice(0, 1) : floods) {
        const growth = await growthDuring(gateway.pid, () => outputOf(gateway, `${engine} read-only`, command))
        findings.push(below(`${engine}, ${what}: growth of memory`, growth, 60, 'MB'))
      }
    return findings
  }
}
