import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { Seal } from '../store/seal.ts'

/** Seals what is secret in the store of a gateway with these settings. The name of the key's file is from when tasks alone had secrets. */
export const sealFor = ({ CODEX_CLI_HOME: home }: Config): Seal => new Seal(join(home, 'gateway', 'tasks.key'))

/** Seals what front ends share. Each has the key of the one that leads, so that all can open it. */
export const sharedSealFor = ({ CODEX_CLI_HOME: home }: Config): Seal => new Seal(join(home, 'gateway', 'shared.key'))
