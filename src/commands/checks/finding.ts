/** One thing that a check found: right, worth a look, or wrong. `todo` says what to do about it. */
export interface Finding {
  verdict: 'right' | 'doubtful' | 'wrong'
  message: string
  todo?: string
}

export const right = (message: string): Finding => ({ verdict: 'right', message })
export const doubtful = (message: string, todo?: string): Finding => ({ verdict: 'doubtful', message, todo })
export const wrong = (message: string, todo?: string): Finding => ({ verdict: 'wrong', message, todo })

const marks = { right: '✓', doubtful: '!', wrong: '✗' }

/** A finding as one line, and what to do on a second. */
export function lineFrom({ verdict, message, todo }: Finding): string {
  return `${marks[verdict]} ${message}\n${todo === undefined ? '' : `    ${todo}\n`}`
}
