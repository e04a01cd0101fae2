// In the gateway: a signal collects what is garbage, so that memory can be compared.
import process from 'node:process'

process.on('SIGUSR2', () => globalThis.gc())
