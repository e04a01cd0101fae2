export interface DiffLine {
  kind: 'added' | 'removed' | 'context' | 'hunk' | 'file'
  text: string
}

/** The lines of a unified diff. What begins a file or a hunk is told from lines of content by the hunk's own counts. */
export function diffLines(diff: string): DiffLine[] {
  let [removed, added] = [0, 0]
  return linesOf(diff).map((line): DiffLine => {
    const isInside = (removed > 0 || added > 0) && !(removed === Infinity && line.startsWith('@@'))
    if (line.startsWith('\\ ')) return { kind: 'context', text: line }
    if (isInside) {
      const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'context'
      if (kind !== 'added') removed -= 1
      if (kind !== 'removed') added -= 1
      return { kind, text: line }
    }
    const [, before = '1', after = '1'] = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) ?? []
    if (!line.startsWith('@@')) return { kind: 'file', text: line }
    ;[removed, added] = /^@@ -/.test(line) ? [Number(before), Number(after)] : [Infinity, Infinity] // codex' own hunks may have no numbers
    return { kind: 'hunk', text: line }
  })
}

/** Lines that are all added, or all removed: those of a file that is new, or gone. */
export function allLines(content: string, kind: 'added' | 'removed'): DiffLine[] {
  return linesOf(content).map((line) => ({ kind, text: `${kind === 'added' ? '+' : '-'}${line}` }))
}

/** How many lines were added and removed. */
export function countsOf(lines: readonly DiffLine[]): { added: number; removed: number } {
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length
  return { added: count('added'), removed: count('removed') }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
