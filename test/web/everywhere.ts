import type { ScriptedGateway } from './scripted-gateway.ts'

/** A text in every place of a transcript where something is shown that a model, a tool or a command wrote. */
export function everywhere({ notify }: ScriptedGateway, index: number, text: string): void {
  const turnId = `t${index}`
  const item = (id: string, content: object) =>
    notify('item/completed', { turnId, item: { id: `${id}${index}`, ...content } })
  item('message', { type: 'agentMessage', text })
  item('reasoning', { type: 'reasoning', summary: [text], content: [] })
  item('user', {
    type: 'userMessage',
    content: [
      { type: 'text', text },
      { type: 'image', url: text }
    ]
  })
  item('command', { type: 'commandExecution', command: text, cwd: text, aggregatedOutput: text, status: text })
  item('file', { type: 'fileChange', changes: [{ path: text, kind: { type: 'update' }, diff: text }], status: text })
  item('tool', { type: 'mcpToolCall', server: text, tool: text, arguments: { text }, error: { message: text } })
  notify('turn/plan/updated', { turnId, explanation: text, plan: [{ step: text, status: text }] })
  notify('error', { turnId, error: { message: text }, willRetry: false })
}
