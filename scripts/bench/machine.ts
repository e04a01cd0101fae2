import { cpus, totalmem } from 'node:os'

/** Where the figures come from. */
export interface Machine {
  system: string
  processor: string
  cores: number
  memoryGb: number
  node: string
}

export interface About extends Machine {
  date: string
  seconds: number
  quick: boolean
}

export function machine(): Machine {
  const all = cpus()
  return {
    system: `${process.platform} ${process.arch}`,
    processor: all[0]?.model.trim() ?? 'of unknown kind',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version
  }
}
