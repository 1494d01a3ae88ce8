/** The cells of the demo: three regions of the capital area and the national cell. Ports count up from the first. */
export interface DemoCell {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  /** Added to the port of the first one. */
  readonly offset: number
}

export const DEMO_CELLS: readonly DemoCell[] = [
  { code: '28', name: '인천', nameEn: 'Incheon', offset: 0 },
  { code: '11', name: '서울', nameEn: 'Seoul', offset: 1 },
  { code: '41', name: '경기', nameEn: 'Gyeonggi', offset: 2 },
  { code: '00', name: '중앙', nameEn: 'Nation', offset: 3 },
]
export const CONTROL_OFFSET = DEMO_CELLS.length

/** 0 lets the system choose each of them. */
export const portOf = (first: number, offset: number): number => (first === 0 ? 0 : first + offset)

/** Names of the sets of cells that one data folder may hold. */
export const DEMO_SETS = ['cells', 'story'] as const

export const databaseOf = (set: string, code: string): string => `dure_${set}_${code}`

/** Every pair once. */
export const PAIRS: readonly (readonly [string, string])[] = DEMO_CELLS.flatMap((one, at) =>
  DEMO_CELLS.slice(at + 1).map((other) => [one.code, other.code] as const),
)

/** Where this machine's own programs reach what listens on this host. */
export const nearOf = (host: string): string =>
  ['localhost', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host

/** What people type. Not a name for each cell, as in `seoul.localhost`: half of the programs do not look such names up. */
export const addressOf = (host: string, port: number): string =>
  `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`
