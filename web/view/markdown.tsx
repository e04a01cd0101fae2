import { blocksOf, htmlOf } from '../text/markdown.ts'
import { pure } from './pure.ts'

/** A text in Markdown. While it grows only its last block is made again. */
export const Markdown = pure(({ text }: { text: string }) => (
  <div class="markdown">
    {blocksOf(text).map((block, index) => (
      <MarkdownBlock key={index} raw={block.raw} html={() => htmlOf(block)} />
    ))}
  </div>
))

class MarkdownBlock extends pure(({ html }: { raw: string; html: () => string }) => (
  <div dangerouslySetInnerHTML={{ __html: html() }} />
)) {
  override shouldComponentUpdate({ raw }: { raw: string }): boolean {
    return raw !== this.props.raw
  }
}

/** Copies the code block whose button was clicked, for a listener on something around it. */
export function copyOnClick({ target }: Event): void {
  if (!(target instanceof HTMLButtonElement) || !target.classList.contains('copy')) return
  const code = target.parentElement?.querySelector('pre')?.textContent ?? ''
  const say = (word: string) => {
    target.textContent = word
    setTimeout(() => (target.textContent = 'Copy'), 1500)
  }
  void copied(code).then(say)
}

async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    return 'Copied'
  } catch {
    return 'Cannot copy' // not allowed; without TLS a page of another machine has no clipboard at all
  }
}
