import type { FileChange } from '../session/types.ts'
import { allLines, countsOf, diffLines } from '../text/diff.ts'
import type { DiffLine } from '../text/diff.ts'
import { pure } from './pure.ts'

const most = 500

/** Lines of a diff, coloured. A screen reader reads their signs. */
export const DiffView = pure(({ lines }: { lines: readonly DiffLine[] }) => (
  <pre class="diff" tabIndex={0} aria-label="Changes">
    {lines.slice(0, most).map(({ kind, text }, index) => (
      <span key={index} class={kind}>
        {text + '\n'}
      </span>
    ))}
    {lines.length > most && <span class="hunk">{`… and ${lines.length - most} lines more`}</span>}
  </pre>
))

export const linesOfChange = ({ kind, diff }: FileChange): DiffLine[] => {
  if (kind === 'add') return allLines(diff, 'added')
  if (kind === 'delete') return allLines(diff, 'removed')
  return diffLines(diff)
}

const verbs = { add: 'Added', delete: 'Deleted', update: 'Changed' } as const

export const FileDiff = pure(({ change }: { change: FileChange }) => {
  const lines = linesOfChange(change)
  return (
    <details class="step" open={lines.length <= 40}>
      <summary>
        {verbs[change.kind]} <code>{change.path}</code>
        {change.movedTo !== null && (
          <>
            {' '}
            → <code>{change.movedTo}</code>
          </>
        )}
        <Counts lines={lines} />
      </summary>
      <DiffView lines={lines} />
    </details>
  )
})

export function Counts({ lines }: { lines: readonly DiffLine[] }) {
  const { added, removed } = countsOf(lines)
  return (
    <span class="counts">
      <span class="added">+{added}</span> <span class="removed">−{removed}</span>
    </span>
  )
}
