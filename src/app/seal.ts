import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { Seal } from '../store/seal.ts'

/** Seals what is secret in the store of a gateway with these settings. The name of the key's file is from when tasks alone had secrets. */
export const sealFor = ({ CODEX_CLI_HOME: home }: Config): Seal => new Seal(join(home, 'gateway', 'tasks.key'))
