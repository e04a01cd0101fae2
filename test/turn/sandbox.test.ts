import { expect, it } from 'vitest'
import type { SandboxMode } from '../../src/turn/request.ts'
import { narrowerSandbox, sandboxesWithin } from '../../src/turn/sandbox.ts'

const [narrow, middle, wide] = ['read-only', 'workspace-write', 'danger-full-access'] as const

it.each<[SandboxMode, SandboxMode, SandboxMode]>([
  [narrow, wide, narrow],
  [wide, narrow, narrow],
  [middle, wide, middle],
  [wide, middle, middle],
  [wide, wide, wide]
])('of the sandboxes %s and %s the narrower one is %s', (one, other, narrower) => {
  expect(narrowerSandbox(one, other)).toBe(narrower)
})

it.each<[SandboxMode, SandboxMode[]]>([
  [narrow, [narrow]],
  [middle, [narrow, middle]],
  [wide, [narrow, middle, wide]]
])('a sandbox is wide enough for those up to itself: %s', (widest, within) => {
  expect(sandboxesWithin(widest)).toEqual(within)
})
