import { answer, says } from '../support/upstream/answer.ts'
import { functionCall, message } from '../support/upstream/items.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'

/** The caller's function in these tests. */
export const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city' as const],
  additionalProperties: false as const
}
export const weatherIn = (city: string) => `${city}: 3 °C`
export const question = 'Oslo, Rome, and then Bonn?'

/** The model of a three-step loop: two calls at once, then one, then what they returned. */
export function weatherModel({ body }: UpstreamRequest) {
  const outputs = body.input
    .filter(({ type }) => type === 'function_call_output')
    .map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output)))
  if (outputs.length === 0)
    return answer([functionCall('weather', { city: 'Oslo' }), functionCall('weather', { city: 'Rome' })])
  if (outputs.length === 2) return answer([functionCall('weather', { city: 'Bonn' })])
  return answer([message(['It is', ` ${outputs.join(', ')}.`])])
}
export const final = 'It is Oslo: 3 °C, Rome: 3 °C, Bonn: 3 °C.'

/** The loop, as `runTools` of the openai package takes it. */
export const weatherLoop = (model: string) => ({
  model,
  messages: [{ role: 'user' as const, content: question }],
  tools: [
    {
      type: 'function' as const,
      function: {
        name: 'weather',
        description: 'The weather.',
        parameters,
        parse: JSON.parse as (text: string) => { city: string },
        function: ({ city }: { city: string }) => weatherIn(city)
      }
    }
  ]
})

/** The model of the client programs in other languages: the loop above, a colour as an object, or a greeting. */
export function programModel(request: UpstreamRequest) {
  const { body } = request
  if (body.tools?.some(({ name }) => name === 'weather')) return weatherModel(request)
  return body.text?.format ? says('{"colour":', '"red"}') : says('Hel', 'lo.')
}
