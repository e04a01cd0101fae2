import type { Reply } from './events.ts'
import type { OfferedTool } from './request.ts'

/** The command that the demo model runs in the workspace. */
export const command = 'ls -1p'

const shells = ['exec_command', 'exec']

/** The call that runs the command with the shell tool that codex offers; undefined if it offers none. */
export function listingCall(tools: OfferedTool[]): Reply | undefined {
  const offered = (name: string, type: string) => tools.some((tool) => tool.name === name && tool.type === type)
  if (offered('exec_command', 'function'))
    return { type: 'function_call', name: 'exec_command', text: JSON.stringify({ cmd: command, login: false }) }
  if (offered('exec', 'custom')) return { type: 'custom_tool_call', name: 'exec', text: codeModeScript } // gpt-5.6*, gpt-6*: this one runs all other tools
  return undefined
}

const codeModeScript = `const { exit_code, output } = await tools.exec_command(${JSON.stringify({ cmd: command, login: false })})
text(\`Process exited with code \${exit_code}\\nOutput:\\n\${output}\`)`

/** Whether the result of this tool is the output of the command. */
export function isListing(name: string): boolean {
  return shells.includes(name)
}

/** The command's result in a sentence. */
export function listingSentence(result: string): string {
  const [, code, printed = result] = /Process exited with code (\d+)[^]*?Output:\n([^]*)$/.exec(result) ?? []
  const output = printed.trim()
  if (code !== '0') return `I tried to run \`${command}\` in Codex's sandbox, but it failed: ${output.split('\n')[0]}`
  if (output === '') return `I ran \`${command}\` in Codex's sandbox: the workspace is empty.`
  const names = output.split('\n')
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `I ran \`${command}\` in Codex's sandbox: the workspace contains ${names.slice(0, shown).join(', ')}${more}.`
}

const shown = 12
