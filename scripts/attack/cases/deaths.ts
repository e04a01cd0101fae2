import { setTimeout as sleep } from 'node:timers/promises'
import { says } from '../../../test/support/upstream/answer.ts'
import { processesWith } from '../../../test/support/processes.ts'
import { mute } from '../../../test/support/upstream/script.ts'
import { ask, chat } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'

export const attack: Attack = {
  title: 'app-server is killed five times in a minute',
  long: true,
  async run(start) {
    const gateway = await start({ env: { CODEX_ENGINE: 'app-server' } })
    const body = chat()
    gateway.upstream.answerAll(mute)
    const statuses: number[] = []
    for (let death = 0; death < 5; death++) {
      const [asked, turn] = [gateway.upstream.count, ask(gateway, '/v1/chat/completions', { body })]
      let over = false
      void turn.finally(() => (over = true))
      while (gateway.upstream.count === asked && !over) await sleep(20)
      for (const line of processesWith(`CODEX_HOME=${gateway.folder}/home`))
        if (line.includes('/codex app-server') && !line.includes('bwrap')) process.kill(parseInt(line), 'SIGKILL')
      statuses.push((await turn).status)
    }
    gateway.upstream.answerAll(says('Fine.'))
    const { status, headers } = await ask(gateway, '/v1/chat/completions', { body })
    const retry = headers.get('x-should-retry')
    return [
      holds(
        'the turns of the killed ones end with an error',
        statuses.every((one) => one === 502 || one === 503),
        statuses.join(' ')
      ),
      holds(
        'the next turn is answered, or may be tried again',
        status === 200 || (status === 503 && retry === 'true'),
        `${status}, x-should-retry: ${retry}`
      )
    ]
  }
}
