import { type ServerList, serverList } from '@dure/contract'
import { bytesOf } from './vault.ts'

/** The signed list as it came, and the key this device believes. */
export interface SignedList {
  readonly text: string
  readonly signature: string
  readonly key: string
}

export type ListFault = 'wrong-signature' | 'not-a-list' | 'another-key' | 'older'

/**
 * Is this list to be believed? Signed by the key that this device was first told by its own server, and not older than the one it has:
 * a server that was taken over cannot send people to others, nor back to where servers used to be.
 */
export const checkList = async (
  offered: SignedList,
  kept: SignedList | undefined,
): Promise<{ readonly ok: true; readonly list: ServerList } | { readonly ok: false; readonly fault: ListFault }> => {
  if (kept !== undefined && kept.key !== offered.key) return { ok: false, fault: 'another-key' }
  if (!(await isSigned(offered))) return { ok: false, fault: 'wrong-signature' }
  const list = readList(offered.text)
  if (list === undefined) return { ok: false, fault: 'not-a-list' }
  const before = kept === undefined ? undefined : readList(kept.text)
  return before !== undefined && list.version < before.version ? { ok: false, fault: 'older' } : { ok: true, list }
}

const isSigned = async ({ text, signature, key }: SignedList): Promise<boolean> => {
  try {
    const imported = await crypto.subtle.importKey('raw', bytesOf(key), { name: 'Ed25519' }, false, ['verify'])
    const signed = new TextEncoder().encode(`dure screens 1\n${text}`)
    return await crypto.subtle.verify({ name: 'Ed25519' }, imported, bytesOf(signature), signed)
  } catch {
    // A browser without Ed25519 believes no list, and stays with its own server.
    return false
  }
}

export const readList = (text: string): ServerList | undefined => {
  try {
    const parsed = serverList.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** A server to try. `neighbour`: of another cell, of use only while it stands in. */
export interface Candidate {
  readonly origin: string
  readonly cell: string
  readonly name: string
  readonly neighbour: boolean
}

/** In the order of the list: every other screen of the own cell, then those of its neighbours. */
export const candidatesOf = (list: ServerList, ownCell: string, ownOrigin: string): readonly Candidate[] => {
  const own = list.cells.find(({ id }) => id === ownCell)
  const neighbours = (own?.neighbours ?? []).flatMap((id) => list.cells.find((cell) => cell.id === id) ?? [])
  return [...(own === undefined ? [] : [own]), ...neighbours].flatMap((cell) =>
    cell.screens
      .filter((origin) => origin !== ownOrigin)
      .map((origin) => ({ origin, cell: cell.id, name: cell.name, neighbour: cell.id !== ownCell })),
  )
}

/** May this server be worked with for `ownCell`? It has to say that it writes that region's record now. */
export const serves = (answer: { readonly writes: readonly string[] }, ownCell: string): boolean =>
  answer.writes.includes(ownCell)
