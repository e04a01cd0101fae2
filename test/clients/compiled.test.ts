import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { sharedGateway } from './shared-gateway.ts'
import { programModel } from './weather.ts'

/** Where `scripts/compiled-clients.sh` puts the Go program, and the class path of the Java one. */
const [program, classPath] = [resolve('node_modules/.go/clients'), resolve('node_modules/.java/class-path')]

const commands = {
  Go: { built: program, command: () => [program] },
  Java: {
    built: classPath,
    command: () => ['java', '-cp', readFileSync(classPath, 'utf8').trim(), resolve('test/clients/java/Clients.java')]
  }
}

describe('the official clients of compiled languages', () => {
  const served = sharedGateway()

  it.each(Object.entries(commands))(
    '%s: answers, streams, an image, a schema, tools and errors',
    async (name, { built, command }) => {
      if (!existsSync(built)) throw new Error(`./scripts/compiled-clients.sh builds the ${name} client`)
      const { baseURL, apiKey, upstream } = served()
      upstream.answerAll(programModel)
      const [file = '', ...args] = command()
      const { exitCode, stdout, stderr } = await execa(file, [...args, baseURL, apiKey, png], { reject: false })
      expect([exitCode, stdout], stderr).toEqual([0, 'all is well'])
    },
    60_000
  )
})
