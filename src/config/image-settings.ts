import { flag, integer, list } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about images in requests, in the order in which people read about them. */
export const imageSettings = {
  CODEX_MAX_IMAGE_MEGAPIXELS: setting(
    '50',
    integer(1, 10_000),
    'Millions of pixels that one image may have, as its header says: Codex decodes it in memory.'
  ),
  CODEX_FETCH_IMAGES: setting(
    '0',
    flag,
    'Fetch images that a request names by their https URL, from hosts of the public internet alone: never from private addresses.'
  ),
  CODEX_FETCH_IMAGES_HOSTS: setting(
    '',
    list,
    'Hosts that images may be fetched from, separated by commas; `*.example.com` is every name below it. Unset: all.'
  )
}
