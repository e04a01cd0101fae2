import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { natsServer } from './nats.ts'

/** Whether this machine lets one make networks of one's own. */
export const hasNetworks =
  spawnSync('unshare', ['-rn', 'sh', '-c', 'ip link add a0 type veth peer name a1 && nsenter -n -t $$ true']).status ===
  0

/** What a turn says there that is not endless, every tenth of a second. */
export const pieces = Array.from({ length: 50 }, (_, index) => `${index},`)

/** A host of its own, with a cable to the one of the broker. */
export interface Host {
  /** A program there, which says nothing but through its channel. */
  child: ChildProcess
  /** Pulls its cable, or plugs it in again: neither side learns of it. */
  cable: (state: 'down' | 'up') => Promise<void>
}

/**
 * Makes a network of hosts around a broker, and removes it when its input ends. Of each host it says which process has it, and
 * it reads which cable is to be pulled.
 */
const script = `
  ip link set lo up
  number=0
  for host in $HOSTS; do
    number=$((number + 1))
    unshare -n sleep 600 & pid=$!
    while [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.01; done
    ip link add "$host" type veth peer name far netns $pid
    ip addr add 10.9.$number.1/24 dev "$host" && ip link set "$host" up
    nsenter -n -t $pid sh -c "ip link set lo up; ip addr add 10.9.$number.2/24 dev far; ip link set far up"
    pids="$pids $pid"
  done
  "$NATS" -a 0.0.0.0 -p 4222 -js -sd "$FOLDER" 2> /dev/null & pids="$pids $!"
  echo $pids
  while read -r host state; do ip link set "$host" "$state"; echo; done
  kill $pids`

/** Starts a broker and hosts around it. The program of each gets the URL of the broker there, and what is given for it. */
export async function startHosts(folder: string, programs: Record<string, readonly string[]>) {
  const names = Object.keys(programs)
  const env = { ...process.env, HOSTS: names.join(' '), NATS: natsServer, FOLDER: folder }
  const network = spawn('unshare', ['-rn', 'sh', '-c', script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: network.stdout })[Symbol.asyncIterator]()
  const pids = String((await lines.next()).value).split(' ')
  const hosts = Object.fromEntries(
    names.map((name, index): [string, Host] => {
      const inside = ['--user', '--net', '--preserve-credentials', '-t', pids[index] ?? '', process.execPath]
      const typescript = ['--import', join(import.meta.dirname, 'typescript.mjs')]
      const args = [...inside, ...typescript, ...(programs[name] ?? []), `nats://10.9.${index + 1}.1:4222`]
      const child = spawn('nsenter', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      child.setMaxListeners(20)
      const cable = async (state: 'down' | 'up') => {
        network.stdin.write(`${name} ${state}\n`)
        await lines.next()
      }
      return [name, { child, cable }]
    })
  )
  return {
    hosts,
    async [Symbol.asyncDispose]() {
      const all = [network, ...Object.values(hosts).map(({ child }) => child)]
      const running = all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      const ends = running.map((child) => once(child, 'exit'))
      for (const { child } of Object.values(hosts)) child.kill('SIGKILL')
      network.stdin.end()
      await Promise.all(ends)
    }
  }
}
