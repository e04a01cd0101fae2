import { describe, expect, it } from 'vitest'
import { checkContent } from '../../src/openai/checked-content.ts'
import { userInputFrom } from '../../src/openai/content.ts'
import type { HistoryItem, UserInput } from '../../src/turn/request.ts'

const text = (value: string): UserInput => ({ type: 'text', text: value })
const image: UserInput = { type: 'image', url: 'data:,' }
const message = (...content: UserInput[]): HistoryItem => ({ type: 'message', role: 'user', content })
const data = Buffer.from('hi').toString('base64')
const read = (content: Parameters<typeof userInputFrom>[0]) =>
  userInputFrom(content, 'at', (url, param) => ({ type: 'image', url: `${url} ${param}` }))

describe('content', () => {
  it.each<[Parameters<typeof userInputFrom>[0], UserInput[]]>([
    [null, [text('')]],
    [undefined, [text('')]],
    ['', [text('')]],
    [[], [text('')]],
    ['a', [text('a')]],
    [[{ type: 'thinking' }], [text('')]],
    [
      [{ type: 'reasoning' }, { text: 'a' }, { refusal: 'b' }],
      [text('a'), text('b')]
    ],
    [
      [{ text: 'a' }, { image_url: 'u' }],
      [text('a'), { type: 'image', url: 'u at[1].image_url' }]
    ],
    [[{ image_url: { url: 'u' } }], [{ type: 'image', url: 'u at[0].image_url.url' }]],
    [[{ file: { file_data: data } }], [text('File:\nhi')]],
    [[{ type: 'input_file', file_data: data, filename: 'f' }], [text('File "f":\nhi')]]
  ])('%j is the input %j', (content, input) => {
    expect(read(content)).toEqual(input)
  })

  it.each<[Parameters<typeof userInputFrom>[0], string]>([
    [[{ type: 'input_audio' }], 'at[0].type'],
    [[{ text: 'a' }, { file: {} }], 'at[1].file'],
    [[{ type: 'input_file' }], 'at[0]']
  ])('%j is refused at %s', (content, param) => {
    expect(() => read(content)).toThrow(expect.objectContaining({ code: 'invalid_request', param }) as Error)
  })
})

describe('a request', () => {
  it.each<[UserInput[], HistoryItem[] | undefined]>([
    [[text('a')], undefined],
    [[image], undefined],
    [[text(' '), text('a')], []],
    [[], [message(text('')), message(text('a'))]],
    [[text('')], [message(image)]],
    [[], [{ type: 'tool_result', call_id: 'c', output: [text('')] }]]
  ])('of %j after %j has something to read', (input, history) => {
    expect(() => checkContent({ input, ...(history && { history }) }, 'messages')).not.toThrow()
  })

  it.each<[UserInput[], HistoryItem[] | undefined]>([
    [[], undefined],
    [[text(' \n')], undefined],
    [[text('')], [message(text('')), message()]]
  ])('of %j after %j has nothing', (input, history) => {
    expect(() => checkContent({ input, ...(history && { history }) }, 'messages')).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'messages' }) as Error
    )
  })
})
