import { describe, expect, it } from 'vitest'
import { createLog, errorText } from '../../src/telemetry/log.ts'
import { scrubbed } from '../../src/telemetry/redaction.ts'

function written(terminal: boolean, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  write(createLog({ terminal, destination: { write: (line: string) => void (text += line) } }))
  return text
}

describe('the log', () => {
  it('is one JSON object a line, without the machine’s name', () => {
    const text = written(false, (log) => log.info({ model: 'a\nb\u001b[2J' }, 'said'))
    expect(JSON.parse(text)).toEqual({
      level: 'info',
      time: expect.any(String) as string,
      model: 'a\\nb\\u001b[2J',
      msg: 'said'
    })
    expect(text.match(/\n/g)).toHaveLength(1)
  })

  it('is for people to read on a terminal, still one line each and without what a terminal would obey', () => {
    const text = written(true, (log) =>
      log.warn({ model: 'a\nINFO: forged\r\u001b[2J\u009b\u2028', status: 500 }, 'said')
    )
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: said \{.*"status":500.*\}\n$/)
    expect(text).toContain('forged')
    // oxlint-disable-next-line no-control-regex
    expect(text.slice(0, -1)).not.toMatch(/[\n\r\u001b\u009b\u2028]/)
  })
})

describe('what is written of an error', () => {
  it('is its stack and its causes, on one line', () => {
    const text = errorText(new Error('outer\nline', { cause: new TypeError('inner') }))
    expect(text).toMatch(/^Error: outer\\nline at .*log\.test\.ts.* — caused by TypeError: inner at /)
    expect(text).not.toContain('\n')
  })

  it.each([
    [undefined, 'undefined'],
    ['text', 'text'],
    [{ a: 1 }, '[object Object]']
  ])('is something even for a thrown %j', (thrown, text) => expect(errorText(thrown)).toBe(text))

  it.each([
    ['a key: sk-proj-abc_DEF-123456', 'a key: [hidden]'],
    ['Authorization: Bearer abc.def==, next', 'Authorization: [hidden], next'],
    ['401 from https://user:pw@host.example:8443/v1?key=x (bad)', '401 from [hidden] (bad)'],
    ['the word of my-own-secret here', 'the word of [secret] here'],
    ['a risk-averse desk', 'a risk-averse desk'],
    ['tab\there', 'tab\\u0009here']
  ])('hides what must not be there: %s', (text, clean) => expect(scrubbed(text, ['my-own-secret', ''])).toBe(clean))
})
