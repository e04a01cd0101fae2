import { describe, expect, it } from 'vitest'
import { deploymentOf, deploymentTemplate } from '../../src/tasks/deployment.ts'
import { Mask } from '../../src/tasks/mask.ts'
import type { TaskRecord } from '../../src/tasks/record.ts'
import { outcomeOf } from '../../src/tasks/result.ts'
import { correction, firstTurn } from '../../src/tasks/turns.ts'
import { filledTemplate } from '../../src/tasks/templates.ts'

describe('a mask', () => {
  const secret = 'p4ss"word+/\nsecond-line'
  const mask = new Mask([secret, 'abc'])

  it('takes a secret out as it is, line by line, as JSON, in a URL and in Base64', () => {
    const encoded = Buffer.from(secret).toString('base64')
    for (const form of [
      secret,
      'second-line',
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      encoded
    ])
      expect(mask.text(`<${form}>`).replaceAll('=', '')).toMatch(/^<.{0,1}\*\*\*.{0,1}>$/)
  })

  it.each([0, 1, 2])('takes it out of the Base64 of a longer text, after %d characters', (before) => {
    const text = Buffer.from(`${'x'.repeat(before)}${secret} and more`).toString('base64')
    expect(Buffer.from(mask.text(text).split('***')[0]!, 'base64').toString()).not.toContain('p4ss')
    expect(mask.text(text)).toContain('***')
  })

  it('looks into values and names of JSON, and leaves what is too short to be a secret', () => {
    const value = { [`a ${secret}`]: [secret, 1, null, true], abc: 'abc' }
    expect(mask.value(value)).toEqual({ 'a ***': ['***', 1, null, true], abc: 'abc' })
    expect(new Mask(['12345678']).value({ n: 12_345_678 })).toEqual({ n: '***' })
    expect(new Mask([]).text('as it is')).toBe('as it is')
  })
})

describe('the deployment template', () => {
  const filled = (repository: string, branch?: string) =>
    filledTemplate(deploymentTemplate, { githubToken: 'ghp_1', repository, ...(branch !== undefined && { branch }) })

  it('has its token in the environment alone', () => {
    const { prompt, env } = filled('owner/name', 'feature/a#1')
    expect(env).toEqual({ GITHUB_TOKEN: 'ghp_1' })
    expect(prompt).toMatch(/github\.com\/owner\/name.*"feature\/a#1"/s)
    expect(prompt).not.toContain('ghp_1')
  })

  it.each([
    ['owner'],
    ['owner/name/more'],
    ['owner/..'],
    ['../name'],
    ['owner/na me'],
    ['o/n', '-x'],
    ['o/n', '/x'],
    ['o/n', 'a..b'],
    ['o/n', 'a//b'],
    ['o/n', 'a.lock'],
    ['o/n', 'a b'],
    ['o/n', 'a'.repeat(256)]
  ])('refuses %j %j', (repository, branch?: string) => {
    const param = branch === undefined ? 'repository' : 'branch'
    expect(() => filled(repository, branch)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })

  it('has succeeded only with an image and a template', () => {
    const ended = (result: object) => deploymentOf({ id: 't', status: 'succeeded', result } as unknown as TaskRecord)
    const said = { status: 'succeeded', image: 'ghcr.io/o/n:1', template: 'node', message: 'Ok.', error: null }
    expect(ended(said)).toEqual({
      threadId: 't',
      status: 'succeeded',
      image: said.image,
      template: 'node',
      message: 'Ok.',
      error: null
    })
    const digest = `ghcr.io/o/n@sha256:${'a'.repeat(64)}`
    expect(ended({ ...said, image: digest }).status).toBe('succeeded')
    for (const image of ['ghcr.io/o/n', 'docker.io/o/n:1', 'ghcr.io/O/n:1', null]) {
      const { status, error } = ended({ ...said, image })
      expect([status, error]).toEqual(['failed', expect.stringContaining('no valid image')])
    }
    expect(ended({ ...said, template: ' ' })).toMatchObject({ status: 'failed', error: 'Codex named no template.' })
    expect(ended({ ...said, status: 'failed', error: 'No Dockerfile.' })).toMatchObject({
      status: 'failed',
      error: 'No Dockerfile.'
    })
  })
})

describe('a template', () => {
  it('puts parameters in as they are, and nothing that they name', () => {
    const template = { name: 't', prompt: '{{ a }} {{b}}', parameters: { a: {}, b: { type: 'integer' } }, env: {} }
    expect(filledTemplate(template, { a: '{{b}} $&', b: 2 }).prompt).toBe('{{b}} $& 2')
    expect(() => filledTemplate(template, { a: 1 })).toThrow("Missing required parameter: 'b'.")
    expect(() => filledTemplate(template, { a: 1, b: 'x' })).toThrow(/^Invalid value for 'b'/)
    expect(() => filledTemplate(template, { a: 1, b: 1, c: 1 })).toThrow("'t' has no such parameter")
  })
})

describe('the outcome of a turn', () => {
  const completed = { type: 'turn.completed' } as const

  it('is a result only where the answer is complete', () => {
    expect(outcomeOf(completed, 'Done.', {})).toEqual({ kind: 'succeeded', result: 'Done.' })
    expect(outcomeOf({ ...completed, cut: 'length' }, 'Do', {})).toMatchObject({ error: { class: 'invalid_result' } })
    expect(outcomeOf({ ...completed, cut: 'content_filter' }, 'Do', {})).toMatchObject({ error: { class: 'refused' } })
    expect(outcomeOf(completed, 'x'.repeat(1_048_577), {})).toMatchObject({ error: { class: 'invalid_result' } })
  })

  it('is what is wrong with an answer that does not follow the schema, whatever its pattern costs', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
    expect(outcomeOf(completed, '```json\n{"a":"aa"}\n```', { schema })).toEqual({
      kind: 'succeeded',
      result: { a: 'aa' }
    })
    expect(outcomeOf(completed, 'Hello', { schema })).toMatchObject({ kind: 'mismatch' })
    const costly = JSON.stringify({ a: `${'a'.repeat(50)}b` })
    expect(outcomeOf(completed, costly, { schema })).toEqual({
      kind: 'mismatch',
      problems: ['it takes too long to compare it with the schema']
    })
  })
})

describe('the turns of a task', () => {
  it('count for the API key that it was asked for with', () => {
    const task = { owner: 'anna', workspace: 'default', continuation: null, thread: null } as TaskRecord
    const order = { input: [], timeoutMs: 1, retry: 'never', whenLimited: 'fail', key: 'key_1' } as const
    const plan = { task, order: { ...order, input: [] }, secrets: {}, files: undefined }
    for (const turn of [firstTurn(plan, 1), correction(plan, { thread: 'thread', host: null }, ['problem'], 1)])
      expect(turn).toMatchObject({ owner: 'anna', key: 'key_1' })
  })
})
