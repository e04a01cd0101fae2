import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandFrom } from '../../../src/commands/line.ts'
import { needing } from '../../support/left-out.ts'
import { deploy } from './chart.ts'

const text = (name: string) => readFile(join(deploy, name), 'utf8')
const units = ['codex-gateway.service', 'codex-gateway-worker.service']

describe('the systemd units', () => {
  needing('systemd-analyze', existsSync('/usr/bin/systemd-analyze'), () => {
    it.each(units)('%s: systemd finds nothing wrong with it, and much that confines it', async (name) => {
      const unit = join(deploy, name)
      const { stdout, stderr } = await execa('systemd-analyze', ['verify', '--man=no', unit])
      expect(stdout + stderr).toBe('')
      await execa('systemd-analyze', ['security', '--offline=true', '--threshold=45', '--no-pager', unit])
    })
  })

  it.each(units)('%s: starts a command that there is, with more time to stop than turns have', async (name) => {
    const unit = await text(name)
    const [, line = ''] = /^ExecStart=\/usr\/bin\/env (?:[A-Z_]+=\S+ )+node dist\/main\.js (.+)$/m.exec(unit) ?? []
    expect(commandFrom(line.split(' '))).toMatchObject({ name: name.includes('worker') ? 'worker' : 'serve' })
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(35)
  })
})

describe('the values of the Helm chart', () => {
  it('are as their schema says, which refuses secrets among the settings and names that it does not know', async () => {
    const values = parse(await text('helm/values.yaml')) as Record<string, object>
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse(await text('helm/values.schema.json')) as object
    )
    expect([validate(values), validate.errors]).toEqual([true, null])
    expect(validate({ ...values, settings: { CODEX_API_KEY: 'sk' } })).toBe(false)
    expect(validate({ ...values, worker: { ...values['worker'], slot: 3 } })).toBe(false)
  })

  it('are all that templates ask for', async () => {
    const values = parse(await text('helm/values.yaml')) as Record<string, unknown>
    const names = [
      '_helpers.tpl',
      'availability.yaml',
      'frontend.yaml',
      'ingress.yaml',
      'monitoring.yaml',
      'nats.yaml',
      'network-policy.yaml',
      'secrets.yaml',
      'service.yaml',
      'worker.yaml',
      'tests/chat.yaml',
      'NOTES.txt'
    ]
    const asked = (await Promise.all(names.map((name) => text(`helm/templates/${name}`)))).flatMap((template) =>
      [...template.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = '']) => path)
    )
    const missing = asked.filter(
      (path) =>
        path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values) ===
        undefined
    )
    expect(missing).toEqual([])
  })
})

describe('the image', () => {
  it('holds exactly the codex that package.json names, belongs to nobody, and is built of nothing secret', async () => {
    const { optionalDependencies } = JSON.parse(await readFile(join(deploy, '../../package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>
    }
    expect(optionalDependencies['@openai/codex']).toMatch(/^\d+\.\d+\.\d+$/)
    const last = (await text('Dockerfile')).split(/^FROM /m).at(-1) ?? ''
    expect(/^USER (.+)$/m.exec(last)?.[1]).toMatch(/^[1-9]\d+$/)
    const [first, ...allowed] = (await text('Dockerfile.dockerignore')).trim().split('\n')
    expect(first).toBe('*')
    expect(allowed.every((line) => line.startsWith('!'))).toBe(true)
    const copied = [...(await text('Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' ')
    )
    expect(
      copied.filter(
        (name) =>
          !allowed.some(
            (line) => `${name.replace(/\/$/, '')}/`.startsWith(`${line.slice(1)}/`) || line.slice(1).startsWith(name)
          )
      )
    ).toEqual([])
  })
})
