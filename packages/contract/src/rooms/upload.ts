import { CSRF_HEADER } from '../client.ts'
import { Problem, toProblem } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { type FileView, fileView } from './messages.ts'

/** Sends a file to a room. Refusals come back as values. */
export const uploadRoomFile = async (
  base: string,
  fetch: typeof globalThis.fetch,
  room: { readonly id: string; readonly name: string },
  file: Blob | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Result<FileView, Problem>> => {
  const url = `${base}/api/rooms/${encodeURIComponent(room.id)}/files?name=${encodeURIComponent(room.name)}`
  const response = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...headers, accept: 'application/json', [CSRF_HEADER]: '1', 'content-type': 'application/octet-stream' },
    body: file,
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return ok(fileView.parse(body))
  const problem = Problem.safeParse(body)
  return err(problem.success ? problem.data : toProblem({ code: 'overloaded', detail: `HTTP ${response.status}` }))
}
