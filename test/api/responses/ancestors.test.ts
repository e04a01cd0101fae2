import { expect, it } from 'vitest'
import { responseKind } from '../../../src/api/responses/stored-response.ts'
import type { StoredResponse } from '../../../src/api/responses/stored-response.ts'
import { storedResponsesIn } from '../../../src/api/responses/stored-responses.ts'
import { bounds, later, opened, storeFolder } from '../../store/opened.ts'

const scope = { owner: 'ann', workspace: 'default' }
const idOf = (digit: string) => `resp_${digit.repeat(48)}`

function response(digit: string, previous: string | null): StoredResponse {
  const resource = {
    ...{ id: idOf(digit), object: 'response', created_at: 1, completed_at: 2, status: 'completed', error: null },
    ...{ model: 'gpt-test', output: [], usage: null, previous_response_id: previous, background: false }
  }
  return {
    resource: resource as unknown as StoredResponse['resource'],
    input: [{ type: 'message', role: 'user', content: digit }]
  }
}

it('a response that is continued, and all that it continues, live as long as new ones from then on', async () => {
  const { store } = opened(await storeFolder())
  const stored = storedResponsesIn(store.records(responseKind(bounds)))
  await stored.put(scope, response('1', null), true)
  await stored.put(scope, response('2', idOf('1')), true)
  await stored.put(scope, response('3', null), true)
  later(bounds.ttlMs - 1_000)
  const historyOf = async (id: string) => (await stored.previous(scope, id)).history
  expect(await historyOf(idOf('2'))).toHaveLength(2)
  later(bounds.ttlMs - 1_000)
  expect(await historyOf(idOf('2'))).toHaveLength(2)
  await expect(historyOf(idOf('3'))).rejects.toMatchObject({ reason: 'unknown_previous_response' })
})
