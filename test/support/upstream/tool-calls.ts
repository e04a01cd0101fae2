import { answer } from './answer.ts'
import { customCall, functionCall, message } from './items.ts'
import type { OutputItem } from './items.ts'
import type { UpstreamRequest } from './request.ts'
import type { Answer, Script } from './script.ts'

/**
 * The model's call of one tool in the way the request offers it: as a function, or, where codex runs a model in
 * code mode (gpt-5.6*, gpt-6*), as JavaScript for the tool `exec`, inside which all others live.
 */
export function toolCall(request: UpstreamRequest, name: string, parameters: unknown): OutputItem {
  const offered = request.tools.find((tool) => tool.name === name)
  if (offered?.type === 'function')
    return functionCall(name, parameters, {
      namespace: offered.namespace === 'functions' ? undefined : offered.namespace
    })
  if (!request.tools.some((tool) => tool.name === 'exec' && tool.type === 'custom'))
    throw new Error(`The request offers no tool ${name}`)
  return customCall(
    'exec',
    `const result = await tools.${name}(${JSON.stringify(parameters)}); text(result.output ?? result)`
  )
}

/** Calls the tools at once, and gives the final answer when their outputs are in. */
export function calls(tools: Record<string, unknown>, final: Answer): Answer {
  return afterTools(
    (request) => answer(Object.entries(tools).map(([name, parameters]) => toolCall(request, name, parameters))),
    final
  )
}

/** Runs shell commands, one after another, each after what the model says about it, and then gives the final answer. */
export function runs(commands: string | string[], final: Answer, remark?: string): Answer {
  const waiting = [commands].flat()
  return (request) => {
    const done = request.body.input.filter((item) => item.type.endsWith('_call_output')).length
    const command = waiting[done]
    if (command === undefined) return scriptFor(final, request)
    return answer([
      ...(remark === undefined ? [] : [message(remark, 'commentary')]),
      toolCall(request, 'exec_command', { cmd: command })
    ])
  }
}

/** One answer while no tool has answered, another when tools have the last word. */
export function afterTools(first: Answer, final: Answer): Answer {
  return (request) => scriptFor(request.toolOutputs.length === 0 ? first : final, request)
}

/** The script of an answer for this request. */
export function scriptFor(given: Answer, request: UpstreamRequest): Script {
  return typeof given === 'function' ? given(request) : given
}
