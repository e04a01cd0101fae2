import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { caseNamed, findingsOf } from '../../scripts/attack/findings.ts'
import type { AttackedGateway } from '../../scripts/attack/gateway.ts'
import { commandFolder } from '../support/command.ts'

const main = `${import.meta.dirname}/../../scripts/attack/main.ts`
const typescript = `${import.meta.dirname}/../support/typescript.mjs`

it('every case of attack.sh that is short holds', { timeout: 600_000 }, async () => {
  await using _built = await commandFolder()
  const { stdout, stderr, exitCode } = await execa(process.execPath, ['--import', typescript, main, '--brief'], {
    reject: false
  })
  const lines = stdout.split('\n')
  expect(
    lines.filter((line) => line.includes('BROKEN')),
    stderr
  ).toEqual([])
  expect(lines.filter((line) => line.includes('HELD')).length).toBeGreaterThan(28)
  expect(exitCode).toBe(0)
})

/** Answers every request at once with 44 KB, as any server does by default. */
const unprotected = `
  const body = 'x'.repeat(44_000)
  const server = require('node:http').createServer((req, res) => res.end(body))
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

async function startUnprotected(): Promise<AttackedGateway> {
  const child = spawn(process.execPath, ['-e', unprotected], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    pid: child.pid!,
    port: Number(port),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  } as unknown as AttackedGateway
}

it('a server without protection is found to be broken', { timeout: 60_000 }, async () => {
  const findings = await findingsOf(await caseNamed('pipelining'), { brief: true, starter: startUnprotected })
  expect(findings.find(({ what }) => what.includes('memory'))).toMatchObject({ held: false })
})
