import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from '@typescript/typescript6'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { needing } from '../../support/left-out.ts'
import { says } from '../../support/upstream/answer.ts'
import { silent } from '../../support/upstream/script.ts'
import { owner, sharedThreads } from './start-threads.ts'

const rig = sharedThreads(says('Hello', ' from', ' Codex.'))

const page = await readFile(join(import.meta.dirname, '../../../docs/threads.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text ?? '')

const env = () => ({ URL: rig().url().replace(/\/v1$/, ''), TOKEN: owner, PATH: process.env['PATH'] })

const finds = async (...names: string[]) =>
  (await Promise.all(names.map((name) => execa('which', [name], { reject: false })))).every(
    ({ exitCode }) => exitCode === 0
  )

needing('curl and jq', await finds('curl', 'jq'), () => {
  it('the conversation by curl of the documentation is as it says', async () => {
    const usual = says('Hello', ' from', ' Codex.')
    rig().upstream.answerAll((request) => (request.userTexts.at(-1)?.includes('long way') ? silent : usual))
    const script = blocks('sh').join('\necho\n')
    expect(blocks('sh').length).toBeGreaterThan(5)
    const { stdout } = await execa('bash', ['-e', '-c', script], { env: env(), extendEnv: false })
    const answers = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n')
    expect(answers).not.toContain('"error":{')
    expect(answers).toContain('"status":"healthy"')
    expect(stdout.match(/"status":"completed","items":\[.*?Hello from Codex\./g)?.length).toBeGreaterThanOrEqual(2)
    expect(stdout).toMatch(/data: \{"method":"turn\/completed"/)
    expect(stdout).toMatch(/"deleted":\["[0-9a-f-]{36}","[0-9a-f-]{36}"\]/)
  })
})

needing('python3', await finds('python3'), () => {
  it('its example in Python prints the answer', async () => {
    const [program = ''] = blocks('python')
    expect(program.split('\n').length).toBeLessThanOrEqual(24)
    const { stdout } = await execa('python3', ['-c', program], { env: env(), extendEnv: false })
    expect(stdout).toBe('Hello from Codex.')
  })
})

it('its example in TypeScript prints the answer', async () => {
  const [program = ''] = blocks('ts')
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  })
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  await writeFile(join(folder, 'example.mjs'), outputText)
  const { stdout } = await execa(process.execPath, [join(folder, 'example.mjs')], { env: env(), extendEnv: false })
  await rm(folder, { recursive: true })
  expect(stdout).toContain('agentMessage Hello from Codex.')
})
