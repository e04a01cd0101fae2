import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesWith } from '../../../test/support/processes.ts'
import { mute } from '../../../test/support/upstream/script.ts'
import { ask, chat } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'

export const attack: Attack = {
  title: 'codex crashes where core dumps are allowed, as Docker allows them',
  long: true,
  async run(start) {
    const findings: Finding[] = []
    for (const engine of ['exec', 'app-server']) {
      const gateway = await start({
        place: { name: 'core dumps allowed', prefix: ['sh', '-c', 'ulimit -c unlimited; exec "$@"', 'sh'] }
      })
      gateway.upstream.answerAll(mute)
      const turn = ask(gateway, '/v1/chat/completions', { body: chat(`${engine} read-only`) })
      while (gateway.upstream.count === 0) await sleep(50)
      const [running] = processesWith(`CODEX_HOME=${gateway.folder}/home`).filter(
        (line) => line.includes(`/codex ${engine} `) && !line.includes('bwrap')
      )
      const pid = parseInt(running ?? '')
      const limit = /^Max core file size +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]
      process.kill(pid, 'SIGABRT') // Rust takes the first SIGSEGV for a stack overflow, and goes on
      const { status } = await turn
      const left = readdirSync(gateway.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /(^|\/)core(\.\d+)?$/.test(name)
      )
      findings.push(
        holds(`${engine}: its limit for core dumps is 0`, limit === '0', limit ?? 'unknown'),
        holds(
          `${engine}: no core is left, and the client is told`,
          left.length === 0 && status >= 500,
          `${left.join(' ') || 'none'}, ${status}`
        )
      )
    }
    return findings
  }
}
