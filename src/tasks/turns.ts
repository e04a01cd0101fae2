import type { TurnRequest, UserInput } from '../turn/request.ts'
import type { Continuation, TaskOrder, TaskRecord, TaskSecrets } from './record.ts'

/** What the turns of one run have in common. */
export interface RunPlan {
  task: TaskRecord
  order: TaskOrder
  secrets: TaskSecrets
  /** The folder with the task's files, and their names. */
  files: { folder: string; names: readonly string[] } | undefined
}

/** The turn by which a run begins: the task, or that it goes on. */
export function firstTurn(plan: RunPlan, timeLimitMs: number): TurnRequest {
  const { task, order } = plan
  const { continuation, thread, host } = task
  if (continuation !== null && thread !== null)
    return { ...common(plan, timeLimitMs), thread: resumed(thread, host), input: goingOn(plan, continuation) }
  const more = [...(continuation === null ? [] : [notes[continuation]]), ...hints(plan)]
  return {
    ...common(plan, timeLimitMs),
    thread: { kind: 'new', persistent: mayGoOn(order) },
    input: more.length === 0 ? order.input : [...order.input, ...said(more.join('\n\n'))]
  }
}

/** With the task again: codex may have been killed before it had written it down (codex-cli 0.169). */
const goingOn = (plan: RunPlan, continuation: Continuation): UserInput[] => [
  ...said([notes[continuation], ...hints(plan), 'The task is:'].join('\n\n')),
  ...plan.order.input
]

/** Whether there may be a later turn in its thread. A thread that is not stored begins sooner, and leaves nothing. */
const mayGoOn = ({ schema, retry, whenLimited }: TaskOrder): boolean =>
  schema !== undefined || retry === 'safe' || whenLimited === 'wait'

/** The turn that sends an answer back which does not follow the schema. */
export function correction(
  plan: RunPlan,
  { thread, host }: { thread: string; host: string | null },
  problems: readonly string[],
  timeLimitMs: number
): TurnRequest {
  const text = `Your answer does not follow the JSON schema:\n${problems.map((one) => `- ${one}`).join('\n')}\nAnswer again with JSON that follows it. Do not repeat work that is done.`
  return { ...common(plan, timeLimitMs), thread: resumed(thread, host), input: said(text) }
}

const resumed = (id: string, host: string | null) => ({
  kind: 'resume' as const,
  id,
  ...(host !== null && { worker: host })
})

/** The prompt of a turn that continues a task. */
const notes: Record<Continuation, string> = {
  interrupted:
    'You were interrupted while you worked on this task, at an unknown moment: some of your commands and changes may have taken effect, the last one perhaps in part. Look at what is done, do not do it again, and finish the task.',
  limited: 'You were interrupted because a usage limit was reached. It is lifted now. Go on, and finish the task.'
}

function common({ task, order, secrets }: RunPlan, timeLimitMs: number): Omit<TurnRequest, 'input'> {
  const { model, effort, profile, sandbox, folder, codexInstructions, schema } = order
  const hasEnv = Object.keys(secrets.env ?? {}).length > 0
  return {
    ...{ model, effort, profile, sandbox, timeLimitMs },
    ...(folder !== undefined && { folder }),
    ...(codexInstructions && { codexInstructions }),
    ...(schema && { outputSchema: schema }),
    ...(hasEnv && { commandEnv: secrets.env }),
    engine: 'app-server', // it alone gives commands variables, and learns when a limit is lifted
    workspace: task.workspace,
    owner: task.owner,
    ...(order.key !== undefined && { key: order.key })
  }
}

/** What the task does not say itself. */
function hints({ secrets, files }: RunPlan): string[] {
  const names = Object.keys(secrets.env ?? {})
  return [
    ...(names.length === 0
      ? []
      : [
          `The environment of your commands has these variables, whose values are secret: ${names.join(', ')}. Never print them.`
        ]),
    ...(files === undefined ? [] : [`The files of this task are in ${files.folder}: ${files.names.join(', ')}.`])
  ]
}

const said = (text: string): UserInput[] => [{ type: 'text', text }]
