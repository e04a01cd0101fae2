/** The result of one check: passed, worth a look, or wrong. `advice` says what to do about it. */
export interface Finding {
  verdict: 'pass' | 'warn' | 'fail'
  message: string
  advice?: string | undefined
}

export const pass = (message: string): Finding => ({ verdict: 'pass', message })
export const warn = (message: string, advice?: string): Finding => ({ verdict: 'warn', message, advice })
export const fail = (message: string, advice?: string): Finding => ({ verdict: 'fail', message, advice })

const marks = { pass: '✓', warn: '!', fail: '✗' }

/** A finding as a line, with its advice on a second. */
export function renderFinding({ verdict, message, advice }: Finding): string {
  return `${marks[verdict]} ${message}\n${advice === undefined ? '' : `    ${advice}\n`}`
}
