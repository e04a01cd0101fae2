import { png } from '../../../test/support/images.ts'
import { ask, chat } from '../ask.ts'
import { below, holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { bombs } from '../image-bombs.ts'
import { growthDuring } from '../memory.ts'

const withImage = (url: string) => ({
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]
})
const input = (url: string) => ({
  model: 'gpt-5.5',
  store: false,
  input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }]
})

export const attack: Attack = {
  title: 'an image of a few bytes declares more pixels than fit into memory',
  long: true,
  async run(start) {
    const gateway = await start()
    const findings: Finding[] = []
    const growth = await growthDuring(gateway.pid, async () => {
      for (const [kind, url] of Object.entries(bombs)) {
        const chats = await ask(gateway, '/v1/chat/completions', { body: chat('app-server read-only', withImage(url)) })
        const responses = await ask(gateway, '/v1/responses', { body: input(url) })
        findings.push(
          holds(
            `${kind}: refused by both APIs`,
            chats.status === 400 && responses.status === 400,
            `${chats.status} ${responses.status}`
          )
        )
      }
    })
    const refused = gateway.upstream.count
    const usual = await ask(gateway, '/v1/chat/completions', { body: chat('gpt-5.5', withImage(png)) })
    return [
      ...findings,
      holds('none of them reaches codex', refused === 0, `${refused} requests to the model`),
      holds('a usual image does', usual.status === 200, String(usual.status)),
      below('growth of memory', growth, 60, 'MB')
    ]
  }
}
