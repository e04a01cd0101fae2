// Bundles src into dist, and the page into dist/page: node scripts/build.mjs
//
// A few files instead of some five hundred: the gateway starts with two thirds of the work. Packages stay outside, in
// node_modules, but for zod: what it has beside, such as messages in 50 languages, would take 4 MB of an idle gateway.
// The name of a chunk has a hash of what is in it: a gateway that runs meanwhile goes on loading its own.
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { buildPage } from '../web/build.mjs'

const project = join(import.meta.dirname, '..')
const entries = { main: join(project, 'src/main.ts'), 'app/index': join(project, 'src/app/index.ts') }
const day = 24 * 60 * 60 * 1_000

const inside = ['zod', '@oxc-project/runtime']
const isInside = (id) => /^[./]/.test(id) || inside.some((name) => id === name || id.startsWith(`${name}/`))

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** V8 stores a text in two bytes a character as soon as one is not Latin-1, and it stores all source texts: 1 MB. Not for `String.raw`. */
const latin1 = {
  name: 'latin1',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) file.code = file.code.replace(/[^\0-\xff]/g, escaped)
  }
}

/** Writes programs for Node 20, by name, with what they import of this project. */
export async function bundleInto(folder, input) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: (id) => !isInside(id),
    plugins: [latin1],
    transform: { target: 'node20' },
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message) // such as an import that is not found
    }
  })
  await bundle.write({ dir: folder, format: 'es', chunkFileNames: '[name]-[hash].js', comments: { jsdoc: false } })
  await bundle.close()
}

/** Chunks of earlier builds. */
async function removeOld(folder) {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (name.endsWith('.js') && Date.now() - mtimeMs > day) await rm(path)
  }
}

async function build() {
  const dist = join(project, 'dist')
  await bundleInto(dist, entries)
  await removeOld(dist)
  await buildPage(join(dist, 'page'))
}

const [, program = ''] = process.argv
if (import.meta.url === pathToFileURL(program).href) await build()
