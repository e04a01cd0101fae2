import { fields, list, numberOrNull, text, textOrNull, texts } from './read.ts'
import type { Fields } from './read.ts'
import type { EntryContent, FileChange } from './types.ts'

/** A command's output is cut to its end beyond this many characters: a page is no terminal. */
export const maxOutput = 200_000

/** What a transcript shows of an item of app-server's; undefined for an item that is not shown. */
export function contentOf(item: Fields, done: boolean): EntryContent | undefined {
  switch (item['type']) {
    case 'userMessage':
      return userContent(item)
    case 'agentMessage':
    case 'plan':
      return { kind: 'message', text: text(item['text']), done }
    case 'reasoning':
      return { kind: 'reasoning', text: [...texts(item['summary']), ...texts(item['content'])].join('\n\n'), done }
    case 'commandExecution':
      return commandContent(item)
    case 'fileChange':
      return { kind: 'files', changes: list(item['changes']).map(changeFrom), status: text(item['status']) }
    case 'contextCompaction':
      return { kind: 'notice', level: 'info', text: 'The history was summarized, to make room.' }
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return { kind: 'message', text: text(item['review']), done }
    case 'hookPrompt':
      return undefined
    default:
      return toolContent(item, done)
  }
}

function userContent(item: Fields): EntryContent {
  const inputs = list(item['content']).map(fields)
  return {
    kind: 'user',
    text: inputs.map(inputText).filter(Boolean).join('\n'),
    images: inputs.filter(({ type, url }) => type === 'image' && isImage(text(url))).map(({ url }) => text(url))
  }
}

/** Only what is in the message itself: another host would learn who looks at it. */
const isImage = (url: string) => /^data:image\/(png|jpeg|gif|webp);base64,/.test(url)

function inputText({ type, text: words, path, name, url }: Fields): string {
  if (type === 'text') return text(words)
  if (type === 'image') return isImage(text(url)) ? '' : '[image]'
  return `[${text(name) || text(path) || text(type)}]`
}

function commandContent(item: Fields): EntryContent {
  return {
    kind: 'command',
    command: plainCommand(item),
    cwd: text(item['cwd']),
    output: text(item['aggregatedOutput']).slice(-maxOutput),
    exitCode: numberOrNull(item['exitCode']),
    status: text(item['status']),
    durationMs: numberOrNull(item['durationMs'])
  }
}

/** Without the shell that codex puts around it, where that is all it puts around it. */
function plainCommand(item: Fields): string {
  const command = text(item['command'])
  const actions = list(item['commandActions']).map(fields)
  const inner = actions.length === 1 ? text(actions[0]?.['command']) : ''
  return inner !== '' && command.includes(inner) && /^\S*sh -l?c /.test(command) ? inner : command
}

export function changeFrom(value: unknown): FileChange {
  const { path, kind, diff } = fields(value)
  const { type, move_path: movedTo } = fields(kind)
  return {
    path: text(path),
    kind: type === 'add' || type === 'delete' ? type : 'update',
    movedTo: textOrNull(movedTo),
    diff: text(diff)
  }
}

/** Calls of tools, searches and whatever a newer codex has. */
function toolContent(item: Fields, done: boolean): EntryContent {
  const { type, server, tool, query, path, arguments: input, result, error, contentItems } = item
  const name = [text(server), text(tool)].filter(Boolean).join(' › ')
  const title = type === 'webSearch' ? `Web search: ${text(query)}` : name || text(path) || text(type)
  const status = text(item['status']) || (done ? 'completed' : 'inProgress')
  return { kind: 'tool', title, input: shown(input), output: outputOf(error ?? result ?? contentItems), status }
}

function outputOf(result: unknown): string {
  const { content = result } = fields(result)
  const parts = list(content).map((part) => text(fields(part)['text']))
  return parts.some(Boolean) ? parts.join('\n') : shown(result)
}

const shown = (value: unknown) =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)
