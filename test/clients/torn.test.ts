import { describe, expect, it } from 'vitest'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { cutAfter } from '../support/upstream/script.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

const served = callerToolsGateway()
const torn = () => cutAfter('response.output_text.delta', says('half an ', 'answer'), 'drop')

describe.each(['chat', 'responses'] as const)(
  'an answer of %s whose connection to the model is torn in its middle',
  (api) => {
    it.each(['assistant', 'live'])('has the second answer alone, where it is complete: %s', async (model) => {
      served().upstream.answerNext(torn(), says('Another ', 'answer.'))
      expect(await served().ask(api, { model })).toEqual({ text: 'Another answer.', calls: [] })
    })

    it('may have a call instead', async () => {
      for (const tool_choice of ['auto', 'required']) {
        served().upstream.answerNext(torn(), answer([functionCall('look_up', { word: 'a' })]))
        const { text, calls } = await served().ask(api, { tools: [lookUp], tool_choice })
        expect([text, calls.length]).toEqual(['', 1])
      }
    })

    it('fails where it is streamed, as half of it was sent', async () => {
      served().upstream.answerNext(torn(), says('Another ', 'answer.'))
      const path = api === 'chat' ? '/chat/completions' : '/responses'
      const text = await (await served().post(path, bodyOf(api, { model: 'live', stream: true }))).text()
      expect(text).toContain('half an ')
      expect(text).toContain('its second answer was another')
      expect(text).not.toContain('Another')
    })
  }
)

it.each([
  [undefined, 200],
  ['###', 502]
])('a completion has the second answer too, unless a stop sequence %s is looked for: %s', async (stop, status) => {
  served().upstream.answerNext(torn(), says('Another ', 'answer.'))
  const response = await served().post('/completions', { model: 'live', prompt: 'Hi', stop })
  expect(response.status).toBe(status)
  if (status === 200) expect(await response.json()).toMatchObject({ choices: [{ text: 'Another answer.' }] })
})
