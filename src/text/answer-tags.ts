import type { TextFilter } from './text-filter.ts'

const tags = ['<think>', '</think>', '<answer>', '</answer>']
const anyTag = /<\/?(?:think|answer)>/g

/**
 * Removes exactly `<think>`, `</think>`, `<answer>` and `</answer>`: Open-AutoGLM's prompt asks for them and its parser
 * breaks on them. What becomes a tag only by a removal is text, and stays.
 */
export function answerTagRemover(): TextFilter {
  let buffered = ''
  return {
    push(text) {
      if (buffered === '' && !text.includes('<')) return text
      const all = buffered + text
      const cut = beginningOfTag(all)
      buffered = all.slice(cut)
      return all.slice(0, cut).replace(anyTag, '')
    },
    end() {
      const rest = buffered
      buffered = ''
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
