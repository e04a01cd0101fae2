import { answerTagRemover } from './answer-tags.ts'
import { stopFilter } from './stop.ts'
import { jsonUnwrapper } from './any-object.ts'
import { chained } from './text-filter.ts'
import type { TextFilter } from './text-filter.ts'

/** What is done to the text of an answer. */
export interface AnswerTextOptions {
  stop?: readonly string[]
  stripAnswerTags?: boolean
  /** The turn's output schema is `anyObjectSchema`. */
  unwrapJson?: boolean
}

/** The text on its way to the client. `stopped`: a stop sequence has come, and nothing more will. */
export interface AnswerText extends TextFilter {
  readonly stopped: boolean
  /** Every text comes out as it went in. */
  readonly unchanged?: boolean
}

/** Most answers need no filter. */
const untouched: AnswerText = { push: (text) => text, end: () => '', stopped: false, unchanged: true }

/** Stop sequences are looked for in what the model wrote, so before the tags are gone. */
export function answerText({ stop = [], stripAnswerTags = false, unwrapJson = false }: AnswerTextOptions): AnswerText {
  const stops = stop.length > 0 ? stopFilter(stop) : undefined
  const filters = [
    ...(unwrapJson ? [jsonUnwrapper()] : []),
    ...(stops ? [stops] : []),
    ...(stripAnswerTags ? [answerTagRemover()] : [])
  ]
  if (filters.length === 0) return untouched
  const { push, end } = chained(filters)
  return {
    push,
    end,
    get stopped() {
      return stops?.stopped ?? false
    }
  }
}

/** Joins the texts of several items by blank lines: returns each delta as it is to be emitted. */
export function paragraphs(): (itemId: string, delta: string) => string {
  let last: string | undefined
  return (itemId, delta) => {
    const joined = last === undefined || last === itemId ? delta : `\n\n${delta}`
    last = itemId
    return joined
  }
}
