import { answer, says } from '../../test/support/upstream/answer.ts'
import type { UpstreamRequest } from '../../test/support/upstream/request.ts'
import { toolCall } from '../../test/support/upstream/tool-calls.ts'

/** What the turn of a session does after its command: the mark of the session says it. */
export const kinds = ['now', 'late', 'both', 'approval'] as const
export type Kind = (typeof kinds)[number]

export const markOf = (number: number): string => `mark-${number}-${kinds[number % kinds.length]}-end`
export const kindOf = (mark: string): Kind => mark.split('-')[2] as Kind

/**
 * A model that runs a command which writes the mark of its session, calls a function, or two, or a tool of a server, and says what they
 * returned. `twice` gets the marks of requests that hold an output twice.
 */
export const modelFor = (twice: string[]) => (request: UpstreamRequest) => {
  const [mark = ''] = /mark-\d+-\w+-end/.exec(request.userTexts.join('\n')) ?? []
  const outputs = request.body.input.filter(({ type }) => type.endsWith('_call_output'))
  if (new Set(outputs.map(({ call_id }) => call_id)).size < outputs.length) twice.push(mark)
  const seconds = (Number.parseInt(mark.slice('mark-'.length)) % 7) / 100
  if (outputs.length === 0)
    return answer([toolCall(request, 'exec_command', { cmd: `sleep ${seconds}; echo ${mark} >> marks` })])
  if (outputs.length === 1) return answer(callsOf(mark).map(([name, args]) => toolCall(request, name, args)))
  const results = outputs.flatMap((output) => JSON.stringify(output).match(/result-of-mark-\d+-\w+-end/g) ?? [])
  return says(`It is ${results.join(' and ')}.`)
}

function callsOf(mark: string): [name: string, args: object][] {
  switch (kindOf(mark)) {
    case 'approval':
      return [['remove', { path: mark }]]
    case 'both':
      return ['add', 'sub'].map((name) => [name, { n: 1 }])
    case 'now':
    case 'late':
      return [['add', { n: 1 }]]
  }
}
