import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'

const day = 86_400_000
/** Loaded before the gateway: its clock is ahead by as many milliseconds as a file says. */
const preload = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync } from 'node:fs'; const now = Date.now; Date.now = () => now() + Number(readFileSync('clock', 'utf8'))`
)}`

export const attack: Attack = {
  title: 'the clock is a day ahead for a while',
  async run(start) {
    const set = (folder: string, ms: number) => writeFileSync(join(folder, 'run/clock'), String(ms))
    const gateway = await start({ env: { NODE_OPTIONS: `--import=${preload}` }, prepare: (folder) => set(folder, 0) })
    const store = async () =>
      (
        JSON.parse(
          (await ask(gateway, '/v1/responses', { body: { model: 'gpt-5.5', input: 'Store this.' } })).text
        ) as { id: string }
      ).id
    const before = await store()
    set(gateway.folder, day + 60_000)
    const meanwhile = await store()
    set(gateway.folder, 0)
    const statuses = []
    for (const id of [before, meanwhile]) statuses.push((await ask(gateway, `/v1/responses/${id}`)).status)
    return [
      holds('what was stored meanwhile is found when it is right again', statuses[1] === 200, String(statuses[1])),
      holds('what was stored before is found when it is right again', statuses[0] === 200, String(statuses[0]))
    ]
  }
}
