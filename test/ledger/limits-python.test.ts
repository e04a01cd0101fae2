import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished, vi } from 'vitest'
import { recordedAnswers } from '../clients/recorded.ts'
import { needing } from '../support/left-out.ts'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { chat, sharedLimitedGateway } from './limited-gateway.ts'

/** Where `scripts/test.sh` puts the Python clients when there is a Python. */
const python = resolve('test/clients/.python/bin/python')

needing('Python 3 with the package openai (scripts/test.sh installs it)', existsSync(python), () => {
  const served = sharedLimitedGateway(
    { 'principal:spent': '1k tokens a day', 'principal:paced': '1 request a minute' },
    { CODEX_MODEL: 'gpt-5.5' }
  )

  it('the official Python client asks again when a minute is over, and not when a budget is used up', async () => {
    const { baseURL, gateway, ask, keyFor, upstream } = served()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2027-03-10T12:00:59Z') })
    onTestFinished(() => void vi.useRealTimers())
    upstream.answerAll(answer([message('Done.')], { input: 900, output: 100 }))
    const [spent, paced] = [keyFor('spent'), keyFor('paced')]
    expect((await ask(spent, '/chat/completions', chat())).status).toBe(200)
    const answers = recordedAnswers(gateway.server)
    gateway.server.prependListener('request', (_, response) => {
      const isOver = () => response.getHeader('retry-after') === '1'
      response.once('finish', () => isOver() && vi.setSystemTime(Date.parse('2027-03-10T12:01:00Z')))
    })
    const program = [resolve('test/ledger/limits.py'), baseURL, spent, paced]
    const { all } = await execa(python, program, { reject: false, all: true })
    expect(JSON.parse(all)).toEqual({ refused: 'insufficient_quota', answers: ['Done.', 'Done.'] })
    const shown = answers.map(({ status, body }) => [
      status,
      (JSON.parse(body) as { error?: { code: string } }).error?.code
    ])
    expect(shown).toEqual([
      [429, 'insufficient_quota'],
      [200, undefined],
      [429, 'rate_limit_exceeded'],
      [200, undefined]
    ])
  }, 60_000)
})
