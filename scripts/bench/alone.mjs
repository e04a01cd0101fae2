// A process: the gateway with an engine that answers at once, in every wrapper but codex; and beside it Node's own server.
// world.ts bundles it, so that the process holds nothing but the gateway.
import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { configFrom } from '../../src/config/config.ts'
import { limited } from '../../src/engines/limited.ts'
import { measured } from '../../src/engines/measured.ts'
import { TurnQueue } from '../../src/engines/queue.ts'
import { timed } from '../../src/engines/timed.ts'
import { createGateway } from '../../src/app/gateway.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { contracted } from '../../src/turn/contract.ts'

/** The scripted engine says as many deltas as the prompt names, or one. */
const scripted = {
  name: 'scripted',
  run: contracted(async function* ({ input }) {
    yield { type: 'thread.started', thread_id: 'thread' }
    yield { type: 'turn.started' }
    const count = Number(/^(\d+) deltas/.exec(input[0]?.text)?.[1] ?? 1)
    for (let said = 0; said < count; said++)
      yield { type: 'item.delta', item_id: 'message', item_type: 'agent_message', delta: 'hello ' }
    yield {
      type: 'turn.completed',
      usage: {
        input_tokens: 100,
        cached_input_tokens: 40,
        cache_write_input_tokens: 0,
        output_tokens: 20,
        reasoning_output_tokens: 5
      }
    }
  }),
  [Symbol.asyncDispose]: async () => {}
}

async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}`
}

const [folder, model, token] = process.argv.slice(2)
const config = configFrom({ HOME: folder, CODEX_CLI_HOME: folder, CODEX_MODEL: model, CODEX_GATEWAY_TOKEN: token })
const metrics = createMetrics()
const queue = new TurnQueue({ concurrency: 256, queue: 256, patience: 10_000 })
const engine = measured(timed(limited(scripted, queue), { total: 600_000, start: 30_000, idle: 300_000 }), metrics.turn)
const gateway = createGateway({ config, engine, log: createLog(), metrics, observe: metrics.request })
const answer = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'hello ' }, finish_reason: 'stop' }]
})
const plain = createServer((req, res) => {
  req.on('data', () => {}).on('end', () => res.setHeader('content-type', 'application/json').end(answer))
})
process.on('message', () => {
  globalThis.gc()
  process.send?.(process.memoryUsage().heapUsed / 1_000_000)
})
process.once('disconnect', () => process.exit())
process.send?.({ url: await listening(gateway.server), plain: await listening(plain) })
