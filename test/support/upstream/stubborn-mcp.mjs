// An MCP server that nothing but SIGKILL ends: neither signals nor the end of its stdin.
import process from 'node:process'
import { setInterval } from 'node:timers'
import './adder-mcp.mjs'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
setInterval(() => {}, 60_000)
