import { readFile, writeFile } from 'node:fs/promises'

const path = new URL('../../README.md', import.meta.url)
const block = /<!-- bench -->[^]*?<!-- end of bench -->/

/** Puts the tables between the marks in README.md. */
export async function writeReadme(text: string): Promise<void> {
  const readme = await readFile(path, 'utf8')
  if (!block.test(readme)) throw new Error('README.md has no place for the figures')
  await writeFile(
    path,
    readme.replace(block, () => `<!-- bench -->\n${text}<!-- end of bench -->`)
  )
}
