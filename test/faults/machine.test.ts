import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { chat, fullAnswerOf } from './watched-gateway.ts'
import { startGatewayOnCodex } from './gateway-on-codex.ts'
import type { GatewayOnCodex } from './gateway-on-codex.ts'

type Spoil = (path: string) => Promise<unknown>
const written =
  (text: string, mode: number): Spoil =>
  (path) =>
    writeFile(path, text).then(() => chmod(path, mode))

/** Puts something else in the place of the binary while `test` runs. */
async function without(binary: string, spoil: Spoil, test: () => Promise<void>): Promise<void> {
  await rename(binary, `${binary}.kept`)
  await spoil(binary)
  await test()
  await rm(binary, { recursive: true, force: true })
  await rename(`${binary}.kept`, binary)
}

/** What is told when a turn is asked for now. */
async function toldNow(gateway: GatewayOnCodex): Promise<[status: number, retry: string | null, told: string]> {
  const response = await chat(gateway.url)
  return [response.status, response.headers.get('x-should-retry'), await fullAnswerOf(response)]
}

const spoilt: [string, Spoil][] = [
  ['is gone', async () => {}],
  ['may not be executed', written('#!/bin/sh\n', 0o644)],
  ['is a folder', (path) => mkdir(path)],
  ['names an interpreter that is not there', written('#!/nowhere/sh\n', 0o755)],
  ['is no program', written('\x7fELF\0\0no program', 0o755)]
]

describe.each(['exec', 'app-server'] as const)('a codex, on %s,', (engine) => {
  it.each(['namespace', 'watchdog'] as const)(
    'that cannot be started is an overload, and works again when it is mended (%s)',
    async (means) => {
      await using gateway = await startGatewayOnCodex(engine, { means })
      const told: string[] = []
      for (const [name, spoil] of engine === 'exec' ? spoilt : spoilt.slice(2, 4)) {
        // app-server is not started for ever
        await without(gateway.binary, spoil, async () => {
          const [status, retry, text] = await toldNow(gateway)
          expect([status, retry], name).toEqual([503, 'true'])
          told.push(text)
        })
      }
      await gateway.expectNothingLeft(told.join(), told.length)
    }
  )

  it('whose workspace is gone fails, and works again when it is back', async () => {
    await using gateway = await startGatewayOnCodex(engine)
    await rm(gateway.workspace, { recursive: true })
    const [status, , told] = await toldNow(gateway)
    expect(status).toBe(503)
    await mkdir(gateway.workspace)
    await gateway.expectNothingLeft(told, 1)
  })
})
