import * as timers from 'node:timers'
import { vi } from 'vitest'

/** Files share a process: each begins with the real timers, whatever the one before it has left. */
vi.useRealTimers()
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = timers
Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate })
