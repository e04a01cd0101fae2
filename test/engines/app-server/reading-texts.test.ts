import { describe, expect, it } from 'vitest'
import { delta, message, readerOf, tools } from './reading.ts'
import type { Item } from './reading.ts'

const broke = { willRetry: true, error: { message: 'Reconnecting... 1/5' } }

describe('texts', () => {
  it('have their phase in the first delta and at the end; what is said on the way is reasoning', () => {
    const { events, begin, item, delta: said } = readerOf()
    begin()
    item('started', message('', { phase: 'final_answer' }))
    said('m', 'Hel')
    said('m', 'lo')
    item('completed', message('Hello', { phase: 'final_answer' }))
    item('started', { ...message('', { phase: 'commentary' }), id: 'c' })
    said('c', 'Hm.')
    item('completed', { ...message('Hm.', { phase: 'commentary' }), id: 'c' })
    item('completed', { id: 'p', type: 'plan' })
    expect(events.slice(1, -1)).toStrictEqual([
      delta('Hel', { phase: 'final_answer' }),
      delta('lo'),
      {
        type: 'item.completed',
        item: { id: 'm', type: 'agent_message', text: 'Hello', phase: 'final_answer', citations: undefined }
      },
      { type: 'item.delta', item_id: 'c', item_type: 'reasoning', delta: 'Hm.' },
      { type: 'item.completed', item: { id: 'c', type: 'reasoning', text: 'Hm.' } }
    ])
  })

  it('have what only the model’s own item says', () => {
    const { events, begin, item, says } = readerOf()
    begin()
    const source = { type: 'url_citation', url: 'https://a', title: 'A', start_index: 0, end_index: 2 }
    item('completed', message('Hi'))
    says('rawResponseItem/completed', { item: { id: 'm', content: [{ annotations: [source, { type: 'other' }] }] } })
    item('completed', { id: 'r', type: 'reasoning', summary: [], content: ['Hm.', 'So.'] })
    says('rawResponseItem/completed', { item: { id: 'r', encrypted_content: 'secret' } })
    item('completed', { ...message('No'), id: 'n' })
    says('rawResponseItem/completed', { item: { id: 'm', content: [{ annotations: [source] }] } })
    const completed = events.flatMap((event) => (event.type === 'item.completed' ? [event.item] : []))
    expect(completed).toMatchObject([
      { text: 'Hi', citations: [{ url: 'https://a', title: 'A', start_index: 0, end_index: 2 }] },
      { text: 'Hm.\n\nSo.', encrypted_content: 'secret' },
      { text: 'No', citations: undefined }
    ])
  })

  it('that break off are taken back where their reader can do that, and come anew', () => {
    const { events, begin, item, delta: said, says } = readerOf({ discardable: true })
    begin()
    item('started', message(''))
    said('m', 'Hel')
    says('error', broke)
    item('started', { ...message(''), id: 'n' })
    said('n', 'Bye')
    item('completed', { ...message('Bye.'), id: 'n' })
    says('rawResponse/completed')
    expect(events.filter(({ type }) => type !== 'error').slice(1)).toMatchObject([
      delta('Hel'),
      { type: 'item.discarded', item_id: 'm' },
      delta('Bye', { item_id: 'n' }),
      delta('.', { item_id: 'n' }),
      { type: 'item.completed', item: { id: 'n', text: 'Bye.' } }
    ])
  })

  it.each<[string, Item[], boolean]>([
    ['is begun and has no text', [message('')], true],
    ['is not there', [], false],
    ['is a thought', [{ id: 'r', type: 'reasoning', summary: [], content: [] }], false]
  ])('of a model that refuses are a message that is begun: what %s', (_what, items, refused) => {
    const { events, begin, item, end } = readerOf()
    begin()
    for (const one of items) item('started', one)
    end()
    expect(events.at(-1)).toStrictEqual(refused ? { type: 'turn.completed', refused } : { type: 'turn.completed' })
  })

  it('of a later response are no refusal, whatever the one before was', () => {
    const { events, begin, item, delta: said, says, end } = readerOf()
    begin()
    item('started', message(''))
    says('rawResponse/completed')
    item('started', { ...message(''), id: 'n' })
    said('n', 'Well.')
    item('completed', { ...message('Well.'), id: 'n' })
    says('thread/tokenUsage/updated')
    says('rawResponse/completed')
    end()
    expect(events.at(-1)).toStrictEqual({ type: 'turn.completed' })
  })

  it('of a turn that must call a tool come with its call, and never without', () => {
    const {
      events,
      begin,
      delta: said,
      end,
      asked,
      call,
      says,
      reader
    } = readerOf({}, { tools, toolChoice: 'required' })
    begin()
    said('m', 'No call.')
    end()
    expect([asked(), reader.over, reader.turnId]).toEqual([1, false, undefined])
    begin('second')
    said('n', 'A call: ')
    call('c')
    says('rawResponse/completed')
    expect(events).toMatchObject([
      { type: 'turn.started', turn_id: 'u' },
      { type: 'text.withheld' },
      { type: 'text.withheld' },
      delta('A call: ', { item_id: 'n' }),
      { type: 'tool.called', call_id: 'c' },
      { type: 'turn.completed' }
    ])
  })

  it('of a turn that fails without the call are dropped, and it is not asked a third time', () => {
    const { events, begin, delta: said, end, asked } = readerOf({}, { tools, toolChoice: 'required' })
    for (const id of ['u', 'second']) {
      begin(id)
      said('m', 'No call.')
      end()
    }
    expect([asked(), events.at(-1)]).toMatchObject([1, { type: 'turn.failed', error: { code: 'upstream_error' } }])
    expect(events.filter(({ type }) => type === 'item.delta')).toEqual([])
    const interrupted = readerOf({}, { tools, toolChoice: 'required' })
    interrupted.begin()
    interrupted.end('interrupted')
    expect([interrupted.asked(), interrupted.events.at(-1)?.type]).toEqual([0, 'turn.interrupted'])
  })
})
