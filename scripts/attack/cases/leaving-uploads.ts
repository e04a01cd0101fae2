import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { postHead, sending } from '../raw.ts'

export const attack: Attack = {
  title: 'clients leave in the middle of their uploads',
  long: true,
  async run(start) {
    const gateway = await start()
    const sockets = [
      ...Array.from({ length: 20 }, () => sending(gateway, postHead('Content-Length: 1000\r\n') + '{"model":')),
      ...Array.from({ length: 20 }, () =>
        sending(gateway, postHead('Transfer-Encoding: chunked\r\n') + '9\r\n{"model":')
      ),
      ...Array.from({ length: 20 }, () => sending(gateway, 'POST /v1/chat/completions HTTP/1.1\r\nHost: loc'))
    ]
    await sleep(300)
    for (const socket of sockets) socket.resetAndDestroy()
    while (
      (await gateway.log()).split('"status":499').length <= 40 &&
      !/"level":"(error|fatal)"/.test(await gateway.log())
    )
      await sleep(50)
    const bad = (await gateway.log()).split('\n').filter((line) => /"level":"(error|fatal)"|"stack"/.test(line))
    const after = await ask(gateway, '/v1/models')
    return [
      holds('nothing of it is logged as an error', bad.length === 0, bad[0]?.slice(0, 200) ?? 'no line'),
      holds('others are served', after.status === 200, String(after.status))
    ]
  }
}
