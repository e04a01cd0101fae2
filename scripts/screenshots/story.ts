import type { ScriptedGateway } from '../../test/web/scripted-gateway.ts'

const turnId = 'turn-1'

/** A turn as Codex sends it, with one thing of each kind. */
export function tellStory({ notify, state }: ScriptedGateway): void {
  const item = (content: object) => notify('item/completed', { turnId, item: content })
  state['activeTurn'] = true
  item({
    type: 'userMessage',
    id: 'user',
    content: [{ type: 'text', text: 'Make the greeting friendlier, and make sure that it works.' }]
  })
  item({ type: 'reasoning', id: 'reasoning', summary: ['**Looking for the greeting**\n\nIt is in one place.'] })
  notify('turn/plan/updated', { turnId, plan })
  item({ ...command('cat greet.py', 'print("Hello")\n'), id: 'read' })
  item({ type: 'fileChange', id: 'change', status: 'completed', changes })
  item({ type: 'agentMessage', id: 'message', text })
  notify('thread/tokenUsage/updated', {
    tokenUsage: { total: { totalTokens: 48_211 }, last: { totalTokens: 31_040 }, modelContextWindow: 258_400 }
  })
}

const plan = [
  { step: 'Find the greeting', status: 'completed' },
  { step: 'Ask for a name', status: 'completed' },
  { step: 'Run the tests', status: 'inProgress' }
]

const command = (line: string, output: string) => ({
  type: 'commandExecution',
  command: line,
  cwd: '/workspace',
  status: 'completed',
  aggregatedOutput: output,
  exitCode: 0,
  durationMs: 120
})

const changes = [
  {
    path: 'greet.py',
    kind: { type: 'update', move_path: null },
    diff: '@@ -1 +1,2 @@\n-print("Hello")\n+name = input("Your name? ").strip() or "friend"\n+print(f"Welcome, {name}!")\n'
  }
]

const text = `The greeting asks for a name now, and is **friendly** to those who give none:

\`\`\`python
name = input("Your name? ").strip() or "friend"
print(f"Welcome, {name}!")
\`\`\`

Next I run the tests, which need the network once.`

/** What Codex asks at the end of the story. */
export const approval = {
  requestId: 'req_1',
  method: 'item/commandExecution/requestApproval',
  params: { turnId, command: 'python -m pip install pytest && python -m pytest -q', cwd: '/workspace' },
  status: 'pending',
  decisions: ['accept', 'acceptForSession', 'decline', 'cancel'],
  handled: false
}

export const question = {
  ...approval,
  requestId: 'req_2',
  method: 'item/tool/requestUserInput',
  params: {
    turnId,
    questions: [
      {
        id: 'tone',
        question: 'How should it greet?',
        options: [
          { label: 'Formally', description: 'Good day' },
          { label: 'Warmly', description: 'Welcome' }
        ],
        isOther: true
      }
    ]
  }
}
