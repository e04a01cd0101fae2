import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonUnwrapper } from '../../src/text/any-object.ts'
import { inPieces } from './pieces.ts'

describe('an answer that is any JSON object', () => {
  it.each([
    ['{"json":"{\\"a\\":1}"}', '{"a":1}'],
    ['{ "json": "{}" }\n', '{}'],
    ['{"json":"[1]"}', '{"json":"[1]"}'],
    ['{"json":"not json"}', '{"json":"not json"}'],
    ['{"json":{"a":1}}', '{"json":{"a":1}}'],
    ['{"json":"{}","more":1}', '{"json":"{}","more":1}'],
    ['{"a":1}', '{"a":1}'],
    ['I cannot.', 'I cannot.'],
    ['', '']
  ])('comes as %j and goes as %j', (answer, content) => {
    expect(inPieces(jsonUnwrapper(), [...answer])).toBe(content)
  })

  it('goes exactly as the model wrote it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const inner = JSON.stringify(object, null, indent)
        expect(inPieces(jsonUnwrapper(), [JSON.stringify({ json: inner })])).toBe(inner)
      })
    )
  })

  it('emits nothing before it is complete', () => {
    expect(jsonUnwrapper().push('{"json":"{}"}')).toBe('')
  })
})
