import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { coreDumpsForbidden, forbidCoreDumps } from '../../../src/codex/process/core-dumps.ts'
import { needing } from '../../support/left-out.ts'

const allow = () => spawnSync('prlimit', ['--core=4096:4096', '--pid', String(process.pid)]).status === 0

needing('prlimit, and a process that may write core dumps', allow(), () => {
  it('a process that forbids core dumps writes none, and neither does what it starts', async () => {
    expect(coreDumpsForbidden()).toBe(false)
    expect(await forbidCoreDumps()).toBe(true)
    expect(spawnSync('sh', ['-c', 'ulimit -S -c; ulimit -H -c']).stdout.toString()).toBe('0\n0\n')
    expect(readFileSync('/proc/self/limits', 'latin1')).toMatch(/^Max core file size +0 +0 /m)
  })
})
