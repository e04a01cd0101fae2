import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { otherToken, token } from '../gateway.ts'

export const attack: Attack = {
  title: 'a client keeps sending a wrong token from the address of others',
  async run(start) {
    const gateway = await start()
    const statuses = async (as: string, times: number) => {
      const all = []
      for (let at = 0; at < times; at++) all.push((await ask(gateway, '/v1/models', { as })).status)
      return all
    }
    const wrong = await statuses('sk-wrong', 40)
    const right = [
      ...(await statuses(token, 5)),
      ...(await statuses('sk-wrong', 5)),
      ...(await statuses(otherToken, 5))
    ]
    return [
      holds('wrong tokens are slowed down', wrong.at(-1) === 429 && wrong[0] === 401, `${wrong[0]} … ${wrong.at(-1)}`),
      holds(
        'right tokens, new to this process, get in',
        right.filter((status) => status === 200).length === 10,
        right.join(' ')
      )
    ]
  }
}
