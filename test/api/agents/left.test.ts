import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { useSession } from '../../../src/api/session-use.ts'
import type { ApiContext } from '../../../src/http/api.ts'

it('a client that left while its session was made keeps it in memory no longer', () => {
  const session = { uses: 0 }
  const request = (closed: boolean) => {
    const res = Object.assign(new EventEmitter(), { closed })
    useSession({ res } as unknown as ApiContext, session)
    return res
  }
  const open = request(false)
  expect(session.uses).toBe(1)
  request(true)
  open.emit('close')
  expect(session.uses).toBe(0)
})
