import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type { AgentSession } from '../../../src/agents/agent-session.ts'
import { use } from '../../../src/api/agents/enter.ts'
import type { ApiContext } from '../../../src/http/api.ts'

it('a client that left while its session was made keeps it in memory no longer', () => {
  const session = { uses: 0 }
  const request = (closed: boolean) => {
    const res = Object.assign(new EventEmitter(), { closed })
    use({ res } as unknown as ApiContext, { session } as unknown as AgentSession)
    return res
  }
  const open = request(false)
  expect(session.uses).toBe(1)
  request(true)
  open.emit('close')
  expect(session.uses).toBe(0)
})
