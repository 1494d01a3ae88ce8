import { PAIRS } from './cells.ts'
import { type DemoLink, openLink } from './link.service.ts'
import type { MakeNetwork } from './network.ts'

/** Every way between two cells is a proxy of this process on the loopback address: needs no rights, and no packet is really lost. */
export const proxied: MakeNetwork = async (port) => {
  const links = new Map<string, DemoLink>()
  for (const pair of PAIRS)
    for (const [from, to] of [pair, pair.toReversed() as [string, string]])
      links.set(`${from}>${to}`, await openLink(() => port(to)))
  const both = (one: string, other: string): readonly DemoLink[] =>
    [links.get(`${one}>${other}`), links.get(`${other}>${one}`)].filter((link) => link !== undefined)
  return {
    listensAt: () => ({ host: '127.0.0.1', port: 0 }),
    route: (from, to) => `127.0.0.1:${links.get(`${from}>${to}`)?.port}`,
    within: () => [],
    isUp: (one, other) => both(one, other).every((link) => link.isUp()),
    cut: (one, other, how) => {
      for (const link of both(one, other)) link.cut(how)
    },
    heal: (one, other) => {
      for (const link of both(one, other)) link.heal()
    },
    cutOff: (code) => {
      for (const pair of PAIRS) if (pair.includes(code)) for (const link of both(...pair)) link.cut()
    },
    healAll: () => {
      for (const link of links.values()) link.heal()
    },
    close: async () => {
      for (const link of links.values()) await link.close()
    },
  }
}
