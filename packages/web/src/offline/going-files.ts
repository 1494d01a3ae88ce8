import { ok, roomEndpoints, toProblem, uploadRoomFile } from '@dure/contract'
import { allKept } from './device-store.ts'
import { dropUnnamed, goingFile, keepGoing, keepSeen } from './kept-files.ts'
import type { Outcome } from './outbox-item.ts'
import { fetchHere } from './server.ts'

/** Ten megabytes on a poor line. */
const BRING_TIMEOUT_MS = 5 * 60_000

/** What a file is called until the cell has it; a message names it so, and it is the idempotency key of its bringing. */
const LOCAL = /^local-[0-9a-f-]{36}$/
const LOCAL_ANYWHERE = /local-[0-9a-f-]{36}/g
export const isLocalFile = (id: string): boolean => LOCAL.test(id)

interface Message {
  readonly params: { readonly id: string }
  readonly body: { readonly body: { readonly kind: string; readonly fileIds?: readonly string[] } }
}
interface Named {
  readonly endpointId: string
  readonly input: unknown
}

/** Files of a message that are still only on this device. */
const localFilesOf = ({ endpointId, input }: Named): readonly string[] => {
  if (endpointId !== roomEndpoints.postMessage.id) return []
  return ((input as Partial<Message>).body?.body.fileIds ?? []).filter(isLocalFile)
}
export const hasLocalFiles = (item: Named): boolean => localFilesOf(item).length > 0

/** Takes a file that cannot be brought now. null: this device has no room for it. */
export const takeFile = async (file: File): Promise<string | null> => {
  const id = `local-${crypto.randomUUID()}`
  const name = new TextEncoder().encode(`${JSON.stringify(file.name.slice(0, 120))}\n`)
  const whole = new Uint8Array(await new Blob([name, await file.arrayBuffer()]).arrayBuffer())
  return (await keepGoing(id, whole)) ? id : null
}

const NEWLINE = 10

const openTaken = async (id: string) => {
  const whole = await goingFile(id)
  if (whole === undefined) return undefined
  const end = whole.indexOf(NEWLINE)
  const name: unknown = JSON.parse(new TextDecoder().decode(whole.subarray(0, end)))
  return { name: String(name), bytes: whole.slice(end + 1) }
}

export type Brought = { readonly ok: true; readonly input: unknown } | { readonly ok: false; readonly outcome: Outcome }

/**
 * Brings the files of a message to its room. What was brought before is the same file again, heard of or not: so the copies here can
 * stay until nothing names them, and a message that is refused goes back into its field whole.
 */
export const bringFilesOf = async (item: Named): Promise<Brought> => {
  const message = item.input as Message
  const locals = localFilesOf(item)
  const names = new Map<string, string>()
  for (const local of locals) {
    const brought = await bringOne(message.params.id, local)
    if (!brought.ok) return brought
    names.set(local, brought.value)
  }
  const fileIds = (message.body.body.fileIds ?? []).map((id) => names.get(id) ?? id)
  const input = { ...message, body: { ...message.body, body: { ...message.body.body, fileIds } } }
  return { ok: true, input }
}

const bringOne = async (roomId: string, local: string) => {
  const file = await openTaken(local)
  if (file === undefined)
    return { ok: false, outcome: { kind: 'refused', problem: toProblem({ code: 'not-found' }) } } as const
  const send: typeof fetch = (input, init) =>
    fetchHere(String(input), { ...init, signal: AbortSignal.timeout(BRING_TIMEOUT_MS) })
  const headers = { 'idempotency-key': local }
  const answer = await uploadRoomFile('', send, { id: roomId, name: file.name }, file.bytes, headers).catch(() => null)
  if (answer === null) return { ok: false, outcome: { kind: 'no-answer' } } as const
  if (!answer.ok) return { ok: false, outcome: { kind: 'refused', problem: answer.error } } as const
  await keepSeen(answer.value.id, file.bytes)
  return ok(answer.value.id)
}

/** Files that nobody will send any more: their message was taken back, or their draft is gone. */
export const tidyGoingFiles = (): Promise<void> => {
  const written = JSON.stringify([allKept('draft'), allKept('outbox')])
  return dropUnnamed(written.match(LOCAL_ANYWHERE) ?? []).catch(() => undefined)
}
