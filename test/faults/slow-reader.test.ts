import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { token } from '../app/start-gateway.ts'
import { megabytesOf } from '../support/descriptors.ts'
import { begin, complete, turn } from '../support/scripted-codex/exec-steps.ts'
import { ask } from './watched-gateway.ts'
import { startServeOnScriptedCodex } from './serve-on-scripted-codex.ts'

const body = JSON.stringify({ ...ask, stream: true })
const flood = {
  flood: { type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text: 'x'.repeat(65_000) } },
  times: 8_000
}

/** Bytes that a process has written so far. */
const writtenBy = (pid: number) => Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])

it('a reader that stands still makes codex wait, and the gateway holds little', async () => {
  await using gateway = await startServeOnScriptedCodex([turn('First.'), [...begin, flood, complete]], {
    env: { CODEX_MAX_ANSWER_CHARS: '1000000000' }
  })
  const before = megabytesOf(gateway.pid)
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
  await once(socket, 'data')
  socket.pause()
  const [, { pid } = { pid: 0 }] = gateway.codex.runs()
  let written = -1
  await expect.poll(() => written === (written = writtenBy(pid)), { interval: 300, timeout: 10_000 }).toBe(true)
  const held = megabytesOf(gateway.pid) - before
  console.log(
    `a reader that stands still: codex was let write ${Math.round(written / 1e6)} of 520 MB, the gateway grew by ${Math.round(held)} MB`
  )
  expect(written).toBeLessThan(50_000_000)
  expect(held).toBeLessThan(100)
  socket.destroy()
  await gateway.expectNothingLeft('', 1)
})
