import type { Entry } from '../session/types.ts'
import { diffLines } from '../text/diff.ts'
import { visible } from '../text/visible.ts'
import { Counts, DiffView, FileDiff } from './diff.tsx'
import { Markdown } from './markdown.tsx'
import { pure } from './pure.ts'

/** One thing in the transcript. It is drawn again only when it has changed. */
export const EntryView = pure(({ entry }: { entry: Entry }) => (
  <article class={`entry ${entry.kind}`} aria-label={labels[entry.kind]}>
    <Content entry={entry} />
  </article>
))

const labels: Record<Entry['kind'], string> = {
  user: 'You',
  message: 'Codex',
  reasoning: 'Reasoning',
  command: 'Command',
  files: 'Changed files',
  plan: 'Plan',
  tool: 'Tool',
  diff: 'All changes of the turn',
  notice: 'Notice'
}

type Of<Kind extends Entry['kind']> = { entry: Extract<Entry, { kind: Kind }> }

function Content({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case 'user':
      return <User entry={entry} />
    case 'message':
      return <Markdown text={entry.text} />
    case 'reasoning':
      return <Reasoning entry={entry} />
    case 'command':
      return <Command entry={entry} />
    case 'files':
      return (
        <>
          {entry.changes.map((change) => (
            <FileDiff key={change.path} change={change} />
          ))}
          {entry.status !== 'completed' && entry.status !== 'inProgress' && <Outcome status={entry.status} />}
        </>
      )
    case 'plan':
      return <Plan entry={entry} />
    case 'tool':
      return <Tool entry={entry} />
    case 'diff':
      return <TurnDiff entry={entry} />
    case 'notice':
      return <p class={entry.level}>{visible(entry.text)}</p>
  }
}

function User({ entry: { text, images } }: Of<'user'>) {
  return (
    <>
      {text !== '' && <p class="words">{text}</p>}
      {images.map((url, index) => (
        <img key={index} src={url} alt={`Image ${index + 1} of the message`} />
      ))}
    </>
  )
}

function Reasoning({ entry: { text, done } }: Of<'reasoning'>) {
  if (text === '' && done) return null
  const [first = ''] = text.split('\n')
  return (
    <details class="step">
      <summary>
        {done ? 'Reasoning' : 'Thinking …'} <span class="quiet">{first.replaceAll('*', '').slice(0, 80)}</span>
      </summary>
      <Markdown text={text} />
    </details>
  )
}

function Command({ entry: { command, cwd, output, exitCode, status, durationMs } }: Of<'command'>) {
  const isRunning = status === 'inProgress'
  return (
    <details class="step" open={isRunning || (exitCode !== null && exitCode !== 0)}>
      <summary>
        <code class="line">{visible(command)}</code>
        {isRunning ? <span class="running">running …</span> : <Outcome status={status} exitCode={exitCode} />}
      </summary>
      <p class="quiet">
        in {cwd}
        {durationMs !== null && `, ${(durationMs / 1000).toFixed(1)} s`}
      </p>
      <pre class="command" tabIndex={0} aria-label="The command in full">
        {visible(command)}
      </pre>
      {output !== '' && (
        <pre class="output" tabIndex={0} aria-label="Output">
          {output}
        </pre>
      )}
    </details>
  )
}

function Outcome({ status, exitCode = null }: { status: string; exitCode?: number | null }) {
  if (exitCode !== null) return <span class={exitCode === 0 ? 'good' : 'bad'}>exit {exitCode}</span>
  return <span class={status === 'completed' ? 'good' : 'bad'}>{status}</span>
}

const marks: Readonly<Record<string, [sign: string, words: string]>> = {
  completed: ['☑', 'done'],
  inProgress: ['◪', 'in progress'],
  pending: ['☐', 'to do']
}

function Plan({ entry: { explanation, steps } }: Of<'plan'>) {
  return (
    <>
      <h3>Plan</h3>
      {explanation !== '' && <p>{explanation}</p>}
      <ul class="plan">
        {steps.map(({ step, status }, index) => (
          <li key={index} class={status}>
            <span aria-hidden="true">{marks[status]?.[0] ?? '☐'}</span>
            <span>
              {step}
              <span class="hidden"> ({marks[status]?.[1] ?? status})</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Tool({ entry: { title, input, output, status } }: Of<'tool'>) {
  return (
    <details class="step">
      <summary>
        {visible(title)}{' '}
        {status === 'inProgress' ? <span class="running">running …</span> : <Outcome status={status} />}
      </summary>
      {input !== '' && (
        <pre tabIndex={0} aria-label="Input">
          {input}
        </pre>
      )}
      {output !== '' && (
        <pre class="output" tabIndex={0} aria-label="Output">
          {output}
        </pre>
      )}
    </details>
  )
}

function TurnDiff({ entry: { diff } }: Of<'diff'>) {
  const lines = diffLines(diff)
  return (
    <details class="step">
      <summary>
        All changes of this turn <Counts lines={lines} />
      </summary>
      <DiffView lines={lines} />
    </details>
  )
}
