/** Where homes are saved. */
export type HomesStore =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly url: URL; readonly region: string }

/** Throws an `Error` whose message continues the name of a setting. `pathOf` makes a written path absolute. */
export function readHomesStore(written: string, pathOf: (written: string) => string): HomesStore {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(written)) return { kind: 'folder', path: pathOf(written) }
  const [, address] = /^s3\+(https?:\/\/.*)$/.exec(written) ?? []
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined
  if (!url || url.pathname.split('/').filter((part) => part !== '').length === 0)
    throw new Error('must be a folder, or s3+https://HOST/BUCKET/PREFIX?region=REGION')
  if (url.username !== '' || url.password !== '')
    throw new Error('must hold no credentials; they belong in CODEX_HOMES_CREDENTIALS_FILE')
  const region = url.searchParams.get('region') ?? 'us-east-1'
  url.search = ''
  return { kind: 's3', url, region }
}
