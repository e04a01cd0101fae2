import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parsed } from '../../src/openai/invalid.ts'
import { errorAnswerFrom } from '../../src/openai/errors.ts'
import type { GatewayError } from '../../src/turn/error.ts'

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), url: z.union([z.string(), z.object({ href: z.string() })]) })
])
const schema = z.object({
  list: z.array(z.object({ content: z.union([z.string(), z.array(part).max(2, 'at most 2 parts')]) })).optional(),
  kind: z.enum(['a', 'b']).optional()
})

describe('a value that does not fit', () => {
  it.each([
    [5, undefined, 'invalid_type', 'The request body must be a JSON object, but it is number.'],
    [{ kind: 'c' }, 'kind', 'invalid_value', `Invalid value for 'kind': supported values are 'a', 'b'.`],
    [{ list: 'x' }, 'list', 'invalid_type', "Invalid type for 'list': expected array, but got string instead."],
    [
      { list: [{ content: 'x' }, {}] },
      'list[1].content',
      'missing_required_parameter',
      "Missing required parameter: 'list[1].content'."
    ],
    [
      { list: [{ content: 7 }] },
      'list[0].content',
      'invalid_type',
      "Invalid type for 'list[0].content': expected string or array, but got number instead."
    ],
    [
      { list: [{ content: [{}] }] },
      'list[0].content[0].type',
      'missing_required_parameter',
      "Missing required parameter: 'list[0].content[0].type'."
    ],
    [
      { list: [{ content: [{ type: 'sound' }] }] },
      'list[0].content[0].type',
      'invalid_value',
      "Invalid value for 'list[0].content[0].type': supported values are 'text', 'image'."
    ],
    [
      { list: [{ content: [{ type: 'text', text: null }] }] },
      'list[0].content[0].text',
      'invalid_type',
      "Invalid type for 'list[0].content[0].text': expected string, but got null instead."
    ],
    [
      { list: [{ content: [{ type: 'image', url: {} }] }] },
      'list[0].content[0].url.href',
      'missing_required_parameter',
      "Missing required parameter: 'list[0].content[0].url.href'."
    ],
    [
      { list: [{ content: [1] }] },
      'list[0].content[0]',
      'invalid_type',
      "Invalid type for 'list[0].content[0]': expected object, but got number instead."
    ],
    [
      { list: [{ content: [1, 2, 3] }] },
      'list[0].content',
      'invalid_value',
      "Invalid value for 'list[0].content': at most 2 parts."
    ]
  ])('%j is named by its path', (value, param, code, message) => {
    const refuse = () => {
      try {
        return parsed(schema, value)
      } catch (error) {
        return errorAnswerFrom(error as GatewayError)
      }
    }
    expect(refuse()).toMatchObject({ status: 400, body: { error: { param: param ?? null, code, message } } })
  })

  it('is named by its place in the request', () => {
    expect(() => parsed(part, { type: 'text' }, ['messages', 3, 'content', 0])).toThrow(
      expect.objectContaining({ param: 'messages[3].content[0].text' })
    )
  })

  const a = z.object({ type: z.literal('a'), x: z.string() })
  const b = z.object({ type: z.literal('b'), x: z.object({ y: z.number() }) })
  it.each([
    [{ type: 'b', x: 5 }, 'x'],
    [{ type: 'b', x: { y: 'z' } }, 'x.y'],
    [{ type: 'a', x: 5 }, 'x']
  ])('%j is named where the form that it fits best ends to fit: %s', (value, param) => {
    for (const form of [z.union([a, b]), z.union([b, a])])
      expect(() => parsed<unknown>(form, value)).toThrow(expect.objectContaining({ param }) as Error)
  })
})
