import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'

export const attack: Attack = {
  title: 'the folder of stored responses is removed while the gateway runs',
  long: true,
  async run(start) {
    const gateway = await start()
    const body = { model: 'gpt-5.5', input: 'Store this.' }
    await ask(gateway, '/v1/responses', { body })
    const home = join(gateway.folder, 'home')
    const folders = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(^|\/)gateway$/.test(name)
    )
    for (const name of folders) rmSync(join(home, name), { recursive: true })
    const statuses = []
    for (let at = 0; at < 3; at++) {
      const { status, text } = await ask(gateway, '/v1/responses', { body })
      const { id } = JSON.parse(text) as { id?: string }
      statuses.push([status, (await ask(gateway, `/v1/responses/${id}`)).status])
    }
    const last = statuses.at(-1) ?? []
    return [
      holds('there was such a folder', folders.length === 1, folders.join(' ')),
      holds(
        'what is stored afterwards is found',
        last[0] === 200 && last[1] === 200,
        statuses.map((pair) => pair.join('/')).join(' ')
      )
    ]
  }
}
