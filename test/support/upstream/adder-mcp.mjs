// A tiny MCP server on stdio with one tool, `add`, which fails without numbers.
import process from 'node:process'
import { createInterface } from 'node:readline'

const tool = {
  name: 'add',
  description: 'Adds two numbers.',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
  annotations: { readOnlyHint: true }
}

const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'adder', version: '1.0.0' }
  }),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': ({ arguments: { a, b } }) => ({
    content: [{ type: 'text', text: String(a + b) }],
    isError: a === undefined
  })
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const result = results[method]?.(params) ?? {}
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
})
