import { instanceOf } from './instance.ts'
import { isLook, lookingCall, sentenceOf } from './look.ts'
import type { DemoRequest } from './request.ts'

/** What the stand-in does: it calls a tool, or it says something and ends the turn. */
export interface Reply {
  type: 'message' | 'function_call' | 'custom_tool_call'
  /** Of the tool. */
  name?: string
  /** The message, the arguments or the input. */
  text: string
}

/** First one call: of a function the user names, or else a look into the workspace. Then the answer. */
export function replyTo(request: DemoRequest): Reply {
  const call = request.results.length === 0 ? (namedFunction(request) ?? lookingCall(request.tools)) : undefined
  if (call) return call
  return {
    type: 'message',
    text: request.schema === undefined ? answerTo(request) : JSON.stringify(instanceOf(request.schema))
  }
}

/** The function that the user asks for in words: `call get_weather`, `use the function get_weather`. */
function namedFunction({ prompt, functions }: DemoRequest): Reply | undefined {
  const asked = [...prompt.matchAll(/\b(?:call|use)\s+(?:the\s+)?(?:function\s+|tool\s+)?`?([\w-]+)/gi)].map(
    (match) => match[1]
  )
  const named = functions.find(({ name }) => asked.includes(name))
  return named && { type: 'function_call', name: named.name, text: JSON.stringify(instanceOf(named.parameters)) }
}

function answerTo({ prompt, images, results }: DemoRequest): string {
  return [
    'This is a stand-in, no model: `--demo` answers every prompt like this, without an account and without a network.',
    `You wrote: “${shortened(lastOf(prompt))}”`,
    ...(images.length > 0
      ? [`With it came ${images.length === 1 ? 'an image' : `${images.length} images`} (${images.join(', ')}).`]
      : []),
    ...results.map(({ name, text }) =>
      isLook(name) ? sentenceOf(text) : `Your function ${name} answered: “${shortened(text)}”`
    ),
    'For answers from a model, log in with `codex login` and start without `--demo`.'
  ].join('\n\n')
}

/** An engine that takes only a prompt is given the whole conversation in it, each user's words after `USER:`. */
function lastOf(prompt: string): string {
  return prompt.split(/(?:^|\n\n)USER(?: \([^)]*\))?: /).at(-1) ?? ''
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length > 500 ? `${characters.slice(0, 500).join('')}…` : text
}
