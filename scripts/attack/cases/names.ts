import { answer } from '../../../test/support/upstream/answer.ts'
import { functionCall } from '../../../test/support/upstream/items.ts'
import type { UpstreamRequest } from '../../../test/support/upstream/request.ts'
import { ask, chat } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'

const tool = (name: string) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } }
})
/** Codex refuses the first two, so the gateway must offer them under other names. */
const names = ['mcp', 'mcp__github__create_issue', 'mcp_x', 'MCP__x', 'a__b', 'exec_command', 'shell', 'apply_patch']

export const attack: Attack = {
  title: 'settings and names of tools that codex does not take',
  long: true,
  async run(start) {
    const refusal = await start({ env: { CODEX_APPROVAL_POLICY: 'untrusted' } }).then(
      () => 'it started',
      (error: unknown) => String(error)
    )
    const findings = [
      holds(
        'the approval policy untrusted: refused by name at the start',
        /exit code 78.*CODEX_APPROVAL_POLICY/s.test(refusal),
        refusal.slice(0, 150).trim()
      )
    ]
    const gateway = await start({ env: { CODEX_PROFILE: 'bare' } })
    for (const name of names) {
      gateway.upstream.answerAll((request) => answer([callOf(request)]))
      const { status, text } = await ask(gateway, '/v1/chat/completions', {
        body: chat('gpt-5.5', { tools: [tool(name)] })
      })
      const called = /"tool_calls":\[\{.*?"name":"([^"]+)"/.exec(text)?.[1]
      findings.push(
        holds(
          `a tool named ${name}: called under its name`,
          status === 200 && called === name,
          `${status} ${called ?? text.slice(0, 100)}`
        )
      )
    }
    return findings
  }
}

/** A call of the last tool on offer: those of the caller come last. */
function callOf(request: UpstreamRequest) {
  const offered = request.tools.filter(({ type }) => type === 'function').at(-1)
  if (!offered) throw new Error('No function is offered.')
  return functionCall(
    offered.name,
    {},
    { namespace: offered.namespace === 'functions' ? undefined : offered.namespace }
  )
}
