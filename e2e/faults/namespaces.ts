import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { DEMO_CELLS, PAIRS } from '../../packages/server/src/demo-cells/cells.ts'
import type { CutHow, MakeNetwork, Network } from '../../packages/server/src/demo-cells/network.ts'

/**
 * Every cell in a network namespace of its own, on a bridge in one more: real packets, which really get lost. Linux and root only. The
 * namespaces bear the number of the process that answers for them, and nothing outside of them is touched.
 */
const PREFIX = 'dure-faults-'
const SWITCH = 'switch'
const PLACES = '/run/netns'
const PORT = 8443
/** RFC 2544: for tests between devices, on no other network. */
const addressOf = (code: string): string => `198.18.0.${DEMO_CELLS.findIndex((cell) => cell.code === code) + 1}`
/** Nobody's: frames to it are carried, and nobody takes them up. */
const NOBODY = '02:00:00:00:00:01'

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Why namespaces cannot be used here, in a few words; undefined: they can. */
export const namespacesRefused = (): string | undefined => {
  if (process.platform !== 'linux') return 'network namespaces are Linux only'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `${PREFIX}${process.pid}-trial`
  const bridge = [
    ['netns', 'add', name],
    ['-n', name, 'link', 'add', 'br0', 'type', 'bridge'],
    ['-n', name, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1'],
  ]
  try {
    for (const args of bridge) ip(...args)
    if (spawnSync('nsenter', [`--net=${PLACES}/${name}`, 'true']).status !== 0) return 'nsenter is not allowed here'
    return undefined
  } catch {
    return 'this machine allows no network namespaces (or has no iproute2)'
  } finally {
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
}

/** Removes the namespaces that a process answers for, and those whose process is gone. */
export const sweepNamespaces = (owner: number): void => {
  if (!existsSync(PLACES)) return
  for (const name of readdirSync(PLACES)) {
    const of = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (of === undefined || (Number(of) !== owner && existsSync(`/proc/${of}`))) continue
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
}

export const namespaces =
  (owner: number): MakeNetwork =>
  async () => {
    sweepNamespaces(owner)
    const nameOf = (place: string): string => `${PREFIX}${owner}-${place}`
    plugTogether(nameOf)
    return controls(nameOf, owner)
  }

const plugTogether = (nameOf: (place: string) => string): void => {
  const hub = nameOf(SWITCH)
  ip('netns', 'add', hub)
  ip('-n', hub, 'link', 'add', 'br0', 'type', 'bridge')
  ip('-n', hub, 'link', 'set', 'br0', 'up')
  for (const { code } of DEMO_CELLS) {
    const place = nameOf(code)
    ip('netns', 'add', place)
    ip('-n', place, 'link', 'set', 'lo', 'up')
    ip('link', 'add', `port${code}`, 'netns', hub, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', place)
    ip('-n', hub, 'link', 'set', `port${code}`, 'master', 'br0', 'up')
    ip('-n', place, 'addr', 'add', `${addressOf(code)}/24`, 'dev', 'eth0')
    ip('-n', place, 'link', 'set', 'eth0', 'up')
  }
}

const controls = (nameOf: (place: string) => string, owner: number): Network => {
  const cuts = new Map<string, CutHow>()
  const unplugged = new Set<string>()
  const keyOf = (one: string, other: string): string => [one, other].sort().join('-')
  /** Refused: the sender hears at once that there is no way. Silent: what is sent arrives nowhere. */
  const WAYS = {
    refused: (act: 'add' | 'del', to: string) => ['route', act, 'unreachable', `${to}/32`],
    silent: (act: 'add' | 'del', to: string) =>
      act === 'add'
        ? ['neigh', 'replace', to, 'lladdr', NOBODY, 'nud', 'permanent', 'dev', 'eth0']
        : ['neigh', 'del', to, 'dev', 'eth0'],
  }
  const change = (act: 'add' | 'del', how: CutHow, one: string, other: string): void => {
    ip('-n', nameOf(one), ...WAYS[how](act, addressOf(other)))
    ip('-n', nameOf(other), ...WAYS[how](act, addressOf(one)))
  }
  const plug = (code: string, to: 'up' | 'down'): void => ip('-n', nameOf(SWITCH), 'link', 'set', `port${code}`, to)
  const heal = (one: string, other: string): void => {
    const how = cuts.get(keyOf(one, other))
    if (how !== undefined) change('del', how, one, other)
    cuts.delete(keyOf(one, other))
    for (const code of [one, other]) if (unplugged.delete(code)) plug(code, 'up')
  }
  return {
    listensAt: (code) => ({ host: addressOf(code), port: PORT }),
    route: (_, to) => `${addressOf(to)}:${PORT}`,
    within: (code) => ['nsenter', `--net=${PLACES}/${nameOf(code)}`],
    isUp: (one, other) => !cuts.has(keyOf(one, other)) && !unplugged.has(one) && !unplugged.has(other),
    cut: (one, other, how = 'refused') => {
      heal(one, other)
      change('add', how, one, other)
      cuts.set(keyOf(one, other), how)
    },
    heal,
    // The cable is pulled out of the switch: silence.
    cutOff: (code) => {
      plug(code, 'down')
      unplugged.add(code)
    },
    healAll: () => {
      for (const [one, other] of PAIRS) heal(one, other)
    },
    close: async () => sweepNamespaces(owner),
  }
}
