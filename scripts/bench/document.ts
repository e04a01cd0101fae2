import { readFile, writeFile } from 'node:fs/promises'

const path = new URL('../../docs/benchmark.md', import.meta.url)
const block = /<!-- bench -->[^]*?<!-- end of bench -->/

/** Writes the tables between the marks in docs/benchmark.md. */
export async function writeDocument(text: string): Promise<void> {
  const document = await readFile(path, 'utf8')
  if (!block.test(document)) throw new Error('docs/benchmark.md has no marks for the tables')
  await writeFile(
    path,
    document.replace(block, () => `<!-- bench -->\n${text}<!-- end of bench -->`)
  )
}
