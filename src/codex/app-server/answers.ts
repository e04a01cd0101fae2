import type { Reply } from '../wire/json-rpc.ts'

/**
 * The answers to what app-server asks (codex-cli 0.169): nobody is here to approve or to fill in anything,
 * and an unanswered question would hold its turn for ever.
 */
const answers: Readonly<Record<string, () => unknown>> = {
  'item/commandExecution/requestApproval': () => ({ decision: 'decline' }),
  'item/fileChange/requestApproval': () => ({ decision: 'decline' }),
  'item/permissions/requestApproval': () => ({ permissions: {}, scope: 'turn' }), // grants nothing
  'item/tool/requestUserInput': () => ({ answers: {} }),
  'item/tool/call': () => ({ contentItems: [], success: false }), // of a turn that is not ours, or is over
  'mcpServer/elicitation/request': () => ({ action: 'decline', content: null, _meta: null }),
  applyPatchApproval: () => ({ decision: { denied: { rejection: 'Nobody is here to approve this.' } } }),
  execCommandApproval: () => ({ decision: { denied: { rejection: 'Nobody is here to approve this.' } } }),
  'currentTime/read': () => ({ currentTimeAt: Math.floor(Date.now() / 1000) })
}

/** Whether it asks for something that a person, or a program in its place, may answer: any client of its thread. */
export function isQuestion(method: string): boolean {
  return Object.hasOwn(answers, method)
}

const methodNotFound = -32_601

export function answerTo(method: string): Reply {
  const answer = Object.hasOwn(answers, method) ? answers[method] : undefined
  return answer
    ? { result: answer() }
    : { error: { code: methodNotFound, message: `This client does not answer ${method}.` } }
}
