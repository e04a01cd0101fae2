import type { TextFilter } from './text-filter.ts'

const tags = ['<think>', '</think>', '<answer>', '</answer>']
const anyTag = /<\/?(?:think|answer)>/g

/**
 * Removes exactly `<think>`, `</think>`, `<answer>` and `</answer>`: Open-AutoGLM's prompt asks for them and its parser
 * breaks on them. What stands together only after a removal is text, and stays.
 */
export function answerTagRemover(): TextFilter {
  let held = ''
  return {
    push(text) {
      if (held === '' && !text.includes('<')) return text
      const whole = held + text
      const cut = beginningOfTag(whole)
      held = whole.slice(cut)
      return whole.slice(0, cut).replace(anyTag, '')
    },
    end() {
      const rest = held
      held = ''
      return rest
    }
  }
}

/** Where a tag begins that the next piece may complete; the text's length when none does. */
function beginningOfTag(text: string): number {
  const last = text.lastIndexOf('<')
  if (last === -1) return text.length
  const tail = text.slice(last)
  return tags.some((tag) => tag.length > tail.length && tag.startsWith(tail)) ? last : text.length
}
