import { homesStore, integer, privateFile } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about saved homes, in the order in which people read about them. */
export const homesSettings = {
  CODEX_HOMES_STORE: setting(
    '',
    homesStore,
    'Where the threads of remote TUIs are saved, so that another gateway can go on with them: a folder, or a bucket, `s3+https://HOST/BUCKET/PREFIX?region=REGION`. See docs/homes.md. Unset: they are only where they are.'
  ),
  CODEX_HOMES_CREDENTIALS_FILE: setting(
    '',
    privateFile,
    'File with the access key id and the secret access key for that bucket, a line each, mode 0600. It is read for each request.'
  ),
  CODEX_HOMES_SAVE_SECONDS: setting(
    '300',
    integer(1, 86_400),
    'Seconds from one time that they are saved to the next, while there are turns; they are always saved when the app-server of a workspace stops.'
  )
}
