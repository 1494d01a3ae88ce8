import type { ExchangePort, Standing } from '../exchange/index.ts'

/** A cell without neighbours: it writes its own log, and nobody else's is heard of. */
export const alone = (region: string): ExchangePort => {
  const own: Standing = { origin: region, epoch: 1, writer: region, mayWrite: true, contactAt: null }
  return {
    onRecord: () => undefined,
    onRewound: () => undefined,
    onApplied: () => undefined,
    onOpened: () => undefined,
    standing: async (origin) => (origin === region ? own : null),
    standings: async () => [own],
    cells: [region],
    seal: async () => null,
    open: async () => null,
  }
}
