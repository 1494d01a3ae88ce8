/** What becomes of what is sent over a cut way: turned away at once, or never heard of again. */
export type CutHow = 'refused' | 'silent'

/** How the cells of one machine reach each other. Cells are told nothing of it: it is cut under them. */
export interface Network {
  /** Where a cell listens for others. */
  listensAt(code: string): { readonly host: string; readonly port: number }
  /** `host:port` under which one cell reaches another. */
  route(from: string, to: string): string
  /** What starts a program at the cell's place; empty: nothing special. */
  within(code: string): readonly string[]
  /** Both directions hold, as far as this network itself knows. */
  isUp(one: string, other: string): boolean
  cut(one: string, other: string, how?: CutHow): void
  heal(one: string, other: string): void
  cutOff(code: string): void
  healAll(): void
  close(): Promise<void>
}

/** Makes a network. `port` gives where a cell listens while it runs. */
export type MakeNetwork = (port: (code: string) => number | undefined) => Promise<Network>
