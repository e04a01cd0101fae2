import { describe, expect, it } from 'vitest'
import { execArguments } from '../../../src/engines/exec/arguments.ts'
import type { ExecTurn } from '../../../src/engines/exec/arguments.ts'

const none = { agent: [], bare: [] }
const turn: ExecTurn = {
  profile: 'agent',
  sandbox: 'read-only',
  cwd: '/workspace',
  addDirs: [],
  skipGitRepoCheck: false,
  ephemeral: true,
  images: []
}

describe('the command line of exec', () => {
  it('is short for a plain turn', () => {
    expect(execArguments(turn, { layers: { agent: ['--profile', 'layer'], bare: [] } })).toEqual([
      'exec',
      '--json',
      '--profile',
      'layer',
      '--color',
      'never',
      '--sandbox=read-only',
      '--cd=/workspace',
      '--ephemeral',
      '--',
      '-'
    ])
  })

  it('contain all that a turn may ask for, values always joined to their flag', () => {
    const all: ExecTurn = {
      ...turn,
      threadId: 'id',
      model: '-x',
      effort: 'high',
      addDirs: ['/more'],
      skipGitRepoCheck: true,
      ephemeral: false,
      images: ['/a.png', '/b.png'],
      schemaFile: '/s.json'
    }
    expect(execArguments(all, { layers: none })).toEqual([
      'exec',
      '--json',
      '--color',
      'never',
      '--model=-x',
      '-c',
      'model_reasoning_effort="high"',
      '--sandbox=read-only',
      '--cd=/workspace',
      '--add-dir=/more',
      '--skip-git-repo-check',
      '--output-schema=/s.json',
      '--image=/a.png',
      '--image=/b.png',
      'resume',
      'id',
      '--',
      '-'
    ])
  })

  it('leaves out the optional flags that the installed CLI does not know', () => {
    const flags = new Set(['--json', '--sandbox'])
    expect(execArguments(turn, { layers: none, flags })).toEqual([
      'exec',
      '--json',
      '--sandbox=read-only',
      '--cd=/workspace',
      '--',
      '-'
    ])
  })
})
