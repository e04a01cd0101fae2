import { describe, expect, it } from 'vitest'
import { allLines, countsOf, diffLines } from '../../web/text/diff.ts'
import { visible } from '../../web/text/visible.ts'

const kinds = (diff: string) => diffLines(diff).map(({ kind }) => kind)

describe('the lines of a diff', () => {
  it('are those that begin a file or a hunk, and those that were added, removed or stayed', () => {
    const diff =
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ def f\n same\n-old\n+new\n\\ No newline at end of file\n'
    expect(kinds(diff)).toEqual(['file', 'file', 'file', 'hunk', 'context', 'removed', 'added', 'context'])
  })

  it('are told from headers that look like them', () => {
    const diff = '@@ -1,2 +1,2 @@\n--- a comment of SQL\n+++ more\n same\n--- a/next\n+++ b/next\n@@ -1 +1 @@\n-a\n+b\n'
    expect(kinds(diff)).toEqual(['hunk', 'removed', 'added', 'context', 'file', 'file', 'hunk', 'removed', 'added'])
  })

  it('may stand below hunks without numbers', () => {
    expect(kinds('@@\n-a\n+b\n@@ class X\n c\n+d')).toEqual(['hunk', 'removed', 'added', 'hunk', 'context', 'added'])
  })

  it('are all new in a new file', () => {
    expect(allLines('a\nb\n', 'added')).toEqual([
      { kind: 'added', text: '+a' },
      { kind: 'added', text: '+b' }
    ])
    expect(countsOf(allLines('a\nb', 'removed'))).toEqual({ added: 0, removed: 2 })
  })
})

describe('a command that is shown', () => {
  it.each([
    ['reordered', 'rm -rf / \u202e# sefas', 'rm -rf / \\u{202e}# sefas'],
    ['of no width', 'ec\u200bho', 'ec\\u{200b}ho'],
    ['erased by a terminal', 'evil\r\u001b[2Kecho', 'evil\\u{d}\\u{1b}[2Kecho'],
    ['tagged', 'a\u{e0041}b', 'a\\u{e0041}b']
  ])('has characters that are not seen as escapes: %s', (_, command, shown) => {
    expect(visible(command)).toBe(shown)
  })

  it('is otherwise as it is', () => {
    expect(visible('printf "%s\\n"\t"ä 漢 🙂"\nls')).toBe('printf "%s\\n"\t"ä 漢 🙂"\nls')
  })
})
