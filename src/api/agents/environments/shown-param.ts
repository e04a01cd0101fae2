import { environmentParam } from './schema.ts'
import type { HostedWish } from './schema.ts'

/** What an automation makes an environment of, as it is answered: without its variables, and without what is in its files. */
export function shownParam(sent: unknown) {
  const param = environmentParam.parse(sent)
  if (param.type !== 'openai_hosted') return { type: 'none' as const } // no other was taken
  const { network } = param
  return {
    type: param.type,
    capability_directories: null,
    container_size: param.container_size ?? null,
    desktop: null,
    environment_id: param.environment_id ?? null,
    environment_template_id: param.environment_template_id ?? null,
    files: param.files?.map(shownSource) ?? null,
    network: network ? { access: network.access, allowed_domains: network.allowed_domains ?? [] } : null,
    packages: null,
    plugins: null,
    skills: null
  }
}

/** A file that was sent, without what is in it. */
export const shownSource = (file: NonNullable<HostedWish['files']>[number]) =>
  file.type === 'file_id'
    ? file
    : { type: file.type, path: file.path, size_bytes: Buffer.byteLength(file.data, 'base64') }
