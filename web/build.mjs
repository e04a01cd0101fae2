// Builds the page; scripts/build.mjs runs it. The names of its files carry hashes of what is in them, so
// that browsers may store them for good; index.html names them.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { rolldown } from 'rolldown'

const here = import.meta.dirname

/** Writes index.html and what it loads, and nothing else, into `folder`. */
export async function buildPage(folder) {
  const files = {
    'main.js': await bundled(join(here, 'main.tsx')),
    'style.css': await readFile(join(here, 'style.css'), 'utf8'),
    'icon.svg': await readFile(join(here, 'icon.svg'), 'utf8')
  }
  let html = await readFile(join(here, 'index.html'), 'utf8')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    const hashed = withHash(name, text)
    html = html.replaceAll(`"${name}"`, `"/assets/${hashed}"`)
    await writeFile(join(folder, hashed), text)
  }
  await writeFile(join(folder, 'index.html'), html)
}

/** A module for browsers, as text, with all that it imports. */
export async function bundled(input) {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    transform: { target: 'es2022' }, // JSX is as tsconfig.json has it
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message) // such as an import that is not found
    }
  })
  const { output } = await bundle.generate({ format: 'es', minify: true })
  await bundle.close()
  return output[0].code
}

function withHash(name, text) {
  const end = extname(name)
  return `${name.slice(0, -end.length)}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}${end}`
}
