import type { ShownTask } from './client.ts'

/** A task on one line of a list. */
export function rowOf({ id, status, template, createdAt, error, progress }: ShownTask): string {
  const how = status === 'failed' ? `failed (${error?.class ?? ''})` : status
  return `${id}  ${createdAt}  ${how.padEnd(22)}${oneLine(template ?? progress?.step?.text ?? '', 60)}`.trimEnd() + '\n'
}

/** What a task is about for a person or a pipe: its result once it has one, else its id and status. */
export function taskSummary(task: ShownTask): string {
  if (task.status !== 'succeeded')
    return `${task.id}  ${task.status}${task.resetsAt === null ? '' : ` until ${task.resetsAt}`}\n`
  return `${typeof task.result === 'string' ? plain(task.result) : JSON.stringify(task.result, null, 2)}\n`
}

/** How far it is, on one line. */
export function progressLine(status: string, plan: readonly { completed: boolean }[], step: string): string {
  const done = plan.length === 0 ? '' : ` ${plan.filter(({ completed }) => completed).length}/${plan.length}`
  return `${status}${done}${step === '' ? '' : `: ${oneLine(step, 100)}`}`
}

const oneLine = (text: string, length: number) => plain(text).replaceAll(/\s+/g, ' ').slice(0, length)

/** Without what a terminal would obey: a command, or the model, may have written it. */
// eslint-disable-next-line no-control-regex
const plain = (text: string) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
