/** The cells of the demo: three regions of the capital area and the national cell. Ports count up from the first. */
export interface DemoCell {
  readonly code: string
  readonly name: string
  /** English name in small letters, as in `seoul.localhost`: a name of its own, so that a browser keeps its cookies apart. */
  readonly host: string
  /** Added to the port of the first one. */
  readonly offset: number
}

export const DEMO_CELLS: readonly DemoCell[] = [
  { code: '28', name: '인천', host: 'incheon', offset: 0 },
  { code: '11', name: '서울', host: 'seoul', offset: 1 },
  { code: '41', name: '경기', host: 'gyeonggi', offset: 2 },
  { code: '00', name: '중앙', host: 'national', offset: 3 },
]
export const CONTROL_OFFSET = DEMO_CELLS.length

/** 0 lets the system choose each of them. */
export const portOf = (first: number, offset: number): number => (first === 0 ? 0 : first + offset)

export const databaseOf = (set: string, code: string): string => `dure_${set}_${code}`

/** Every pair once. */
export const PAIRS: readonly (readonly [string, string])[] = DEMO_CELLS.flatMap((one, at) =>
  DEMO_CELLS.slice(at + 1).map((other) => [one.code, other.code] as const),
)

/** What people type. On this machine alone every cell has a name; elsewhere the host is what the operator said. */
export const addressOf = (host: string, name: string, port: number): string =>
  host === 'localhost' || host === '127.0.0.1' ? `http://${name}.localhost:${port}` : `http://${host}:${port}`
