import { join } from 'node:path'
import { ask, chat } from '../ask.ts'
import { below } from '../case.ts'
import type { Attack } from '../case.ts'
import { bytesIn } from '../files.ts'

export const attack: Attack = {
  title: 'many turns on one app-server',
  long: true,
  async run(start, brief) {
    const gateway = await start({ env: { CODEX_PROFILE: 'bare' } })
    const size = () => bytesIn(join(gateway.folder, 'home')) / 1024
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn++)
        await ask(gateway, '/v1/chat/completions', { body: chat('app-server read-only') })
    }
    await turns(10)
    const [before, count] = [size(), brief ? 30 : 400]
    await turns(count)
    return [below(`growth of its home in a turn, over ${count} turns`, (size() - before) / count, 3, 'KB')]
  }
}
