import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import type { Token } from 'marked'
import { diffLines } from './diff.ts'

/**
 * What a model writes is hostile: its HTML is shown as text, images are links (to load one would report to its host who
 * reads it), links lead to the web only. What comes out of that passes DOMPurify, which knows how browsers are fooled.
 */
const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || 'image')}</a>`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    code: ({ text, lang = '' }) =>
      `<div class="code"><button type="button" class="copy">Copy</button><pre tabindex="0"><code>${/^diff\b/.test(lang) ? coloured(text) : escaped(text)}</code></pre></div>`
  }
})

const coloured = (diff: string) =>
  diffLines(diff)
    .map(({ kind, text }) => `<span class="${kind}">${escaped(text)}</span>`)
    .join('\n')

const options = {
  ALLOWED_TAGS:
    'a p br strong em del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td div span button'.split(
      ' '
    ),
  ALLOWED_ATTR: ['href', 'title', 'class', 'type', 'start', 'align', 'tabindex'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false
}

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName !== 'A') return
  const href = node.getAttribute('href')
  if (href === null) return
  node.setAttribute('target', '_blank')
  node.setAttribute('rel', 'noopener noreferrer nofollow')
  node.setAttribute('title', href)
})

/** A block of a text in Markdown: a paragraph, a list, a code block. */
export interface Block {
  /** As it was written; the same for as long as nothing is added to it. */
  raw: string
  token: Token
}

/** While a text grows only its last block changes. */
export const blocksOf = (text: string): Block[] =>
  marked
    .lexer(text)
    .filter(({ type }) => type !== 'space' && type !== 'def')
    .map((token) => ({ raw: token.raw, token }))

/** Safe to be put into a page. */
export function htmlOf({ token }: Block): string {
  const html = marked.parser([token])
  return DOMPurify.sanitize(html, { ...options, RETURN_TRUSTED_TYPE: true }) as unknown as string // to preact it is one
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)
