import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, chat } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'

const keys = [
  'filter.x.clean',
  'filter.x.smudge',
  'diff.x.textconv',
  'diff.external',
  'core.fsmonitor',
  'core.pager',
  'core.sshCommand'
]

/** A repository that was cloned with its configuration, or unpacked: `git status` runs the filter on every changed file. */
function repository(folder: string): void {
  const workspace = join(folder, 'workspace')
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], {
      cwd: workspace,
      stdio: 'ignore'
    })
  const runs = (name: string) => `sh -c 'echo ran > ${join(folder, `ran-${name}`)}; cat'`
  git('init', '-q')
  writeFileSync(join(workspace, 'file'), 'one')
  git('add', '.')
  git('commit', '-q', '-m', 'one')
  writeFileSync(join(workspace, '.gitattributes'), '* filter=x diff=x\n')
  for (const key of keys) git('config', key, runs(key))
  writeFileSync(join(workspace, 'file'), 'two') // of the same size: git must look inside, through the filter
}

export const attack: Attack = {
  title: 'the workspace is a repository whose configuration names programs',
  long: true,
  async run(start) {
    const findings: Finding[] = []
    for (const engine of ['exec', 'app-server']) {
      const gateway = await start({ prepare: repository })
      for (let turn = 0; turn < 2; turn++)
        await ask(gateway, '/v1/chat/completions', { body: chat(`${engine} read-only`) })
      const ran = keys.filter((key) => existsSync(join(gateway.folder, `ran-${key}`)))
      findings.push(
        holds(`${engine}: none of them runs outside of the sandbox`, ran.length === 0, ran.join(' ') || 'none ran')
      )
    }
    return findings
  }
}
