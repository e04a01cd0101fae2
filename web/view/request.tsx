import { useEffect, useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import { list, text } from '../session/read.ts'
import type { Entry, ServerRequest } from '../session/types.ts'
import { visible } from '../text/visible.ts'
import { FileDiff } from './diff.tsx'
import { Elicitation } from './elicitation.tsx'
import { pure } from './pure.ts'
import { Questions } from './questions.tsx'

interface RequestProps {
  sessionId: string
  request: ServerRequest
  /** What the request is about, where the transcript has it. */
  entry: Entry | undefined
}

/** Something that Codex asks, with what can be answered. It goes when somebody, here or elsewhere, has answered. */
export const RequestCard = pure(({ sessionId, request, entry }: RequestProps) => {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const { requestId, method, decisions, deadline } = request
  const answer = (body: object) => {
    setBusy(true)
    gateway
      .answer(sessionId, requestId, body)
      .catch((reason: Error) => setError(reason.message))
      .finally(() => setBusy(false))
  }
  const heading = `request-${requestId}`
  return (
    <section class="request" aria-labelledby={heading}>
      <h2 id={heading}>{titles[method] ?? 'Codex asks'}</h2>
      <Asked request={request} entry={entry} />
      {error !== null && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {method === 'item/tool/requestUserInput' ? (
        <Questions request={request} isBusy={isBusy} onAnswer={(answers) => answer({ answers })} />
      ) : method === 'mcpServer/elicitation/request' ? (
        <Elicitation request={request} isBusy={isBusy} onAnswer={answer} />
      ) : (
        <div class="buttons">
          {decisions.map((decision) => (
            <button key={decision} class={classes[decision]} disabled={isBusy} onClick={() => answer({ decision })}>
              {words[decision] ?? decision}
            </button>
          ))}
        </div>
      )}
      <Countdown deadline={deadline} />
    </section>
  )
})

const titles: Readonly<Record<string, string>> = {
  'item/commandExecution/requestApproval': 'Codex wants to run a command',
  'item/fileChange/requestApproval': 'Codex wants to change files',
  'item/permissions/requestApproval': 'Codex wants more permissions',
  'item/tool/requestUserInput': 'Codex has a question',
  'mcpServer/elicitation/request': 'A tool asks for something'
}

const words: Readonly<Record<string, string>> = {
  accept: 'Allow',
  acceptForSession: 'Allow for this session',
  decline: 'Decline',
  cancel: 'Decline and stop'
}

const classes: Readonly<Record<string, string>> = { accept: 'primary', decline: 'danger', cancel: 'danger' }

/** The command in full, the changes in full: nobody allows what they have not seen. */
function Asked({ request: { method, params }, entry }: Pick<RequestProps, 'request' | 'entry'>) {
  const command = text(params['command']) || (entry?.kind === 'command' ? entry.command : '')
  const reason = text(params['reason'])
  return (
    <>
      {reason !== '' && <p>{visible(reason)}</p>}
      {method === 'item/commandExecution/requestApproval' && (
        <pre class="command" tabIndex={0} aria-label="The command in full">
          {visible(command || JSON.stringify(params, null, 2))}
        </pre>
      )}
      {text(params['cwd']) !== '' && <p class="quiet">in {visible(text(params['cwd']))}</p>}
      {method === 'item/fileChange/requestApproval' &&
        entry?.kind === 'files' &&
        entry.changes.map((change) => <FileDiff key={change.path} change={change} />)}
      {method === 'item/permissions/requestApproval' && (
        <pre tabIndex={0} aria-label="The permissions">
          {visible(JSON.stringify(params['permissions'], null, 2))}
        </pre>
      )}
      {list(params['proposedNetworkPolicyAmendments']).length > 0 && (
        <p class="quiet">It would use the network: {visible(JSON.stringify(params['networkApprovalContext']))}</p>
      )}
    </>
  )
}

function Countdown({ deadline }: { deadline: number }) {
  const left = () => Math.max(0, Math.ceil((deadline - Date.now()) / 1000))
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), 1000)
    return () => clearInterval(timer)
  }, [deadline])
  return <p class="quiet">Declined by itself in {seconds} s.</p>
}
