import { noRemoteImages, remoteImages } from '../api/remote-images.ts'
import type { Config } from '../config/config.ts'
import { downloader } from '../http/outgoing/download.ts'
import { maxImageBytes } from '../openai/image.ts'

/** How images are fetched that a request names by their URL. */
export function fetchImagesFor({ CODEX_FETCH_IMAGES: isOn, CODEX_FETCH_IMAGES_HOSTS: hosts }: Config) {
  return isOn ? remoteImages(downloader({ hosts, maxBytes: maxImageBytes, timeoutMs: 20_000 })) : noRemoteImages
}
