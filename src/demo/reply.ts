import type { Reply } from './events.ts'
import { instanceOf } from './instance.ts'
import { isListing, listingCall, listingSentence } from './listing.ts'
import type { DemoRequest } from './request.ts'

/** One call first: of a function that the user names, or else a listing of the workspace. Then the answer. */
export function replyTo(request: DemoRequest): Reply {
  const call = request.results.length === 0 ? (namedFunction(request) ?? listingCall(request.tools)) : undefined
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
    'This is a canned reply, not a model: with `--demo` every prompt is answered like this, without an account and without a network.',
    `You wrote: “${shortened(lastOf(prompt))}”`,
    ...(images.length > 0
      ? [`It included ${images.length === 1 ? 'an image' : `${images.length} images`} (${images.join(', ')}).`]
      : []),
    ...results.map(({ name, text }) =>
      isListing(name) ? listingSentence(text) : `Your function ${name} returned: “${shortened(text)}”`
    ),
    'For answers from a model, log in with `codex login` and start the gateway without `--demo`.'
  ].join('\n\n')
}

/** exec puts the whole conversation into the prompt, each message of the user after `USER:`. */
function lastOf(prompt: string): string {
  return prompt.split(/(?:^|\n\n)USER(?: \([^)]*\))?: /).at(-1) ?? ''
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length > 500 ? `${characters.slice(0, 500).join('')}…` : text
}
