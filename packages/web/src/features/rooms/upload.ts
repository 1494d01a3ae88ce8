import { CSRF_HEADER, type FileView, fileView, Problem, toProblem } from '@dure/contract'
import { server, sessionHeaders } from '../../offline/server.ts'

export type Uploaded =
  | { readonly ok: true; readonly value: FileView }
  | { readonly ok: false; readonly problem: Problem }

/** Without a byte gone for so long the line is dead, even if nobody closed it. */
const STALLED_MS = 20_000

/** Sends a file and tells how far it is, 0 to 1. No answer is a refusal that can be tried again. */
export const upload = (roomId: string, file: File, progress: (share: number) => void): Promise<Uploaded> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const name = encodeURIComponent(file.name.slice(0, 120))
    request.open('POST', `${server().origin}/api/rooms/${encodeURIComponent(roomId)}/files?name=${name}`)
    for (const [header, value] of sessionHeaders()) request.setRequestHeader(header, value)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader(CSRF_HEADER, '1')
    request.setRequestHeader('idempotency-key', crypto.randomUUID())
    request.setRequestHeader('content-type', 'application/octet-stream')
    const watch = { timer: setTimeout(() => request.abort(), STALLED_MS) }
    request.upload.onprogress = (event) => {
      clearTimeout(watch.timer)
      watch.timer = setTimeout(() => request.abort(), STALLED_MS)
      progress(event.lengthComputable ? event.loaded / event.total : 0)
    }
    request.onload = () => resolve(answerOf(request.status, request.responseText))
    request.onerror = () => resolve({ ok: false, problem: toProblem({ code: 'overloaded' }) })
    request.onabort = request.onerror
    request.onloadend = () => clearTimeout(watch.timer)
    request.send(file)
  })

const answerOf = (status: number, text: string): Uploaded => {
  const body = json(text)
  const file = fileView.safeParse(body)
  if (status < 300 && file.success) return { ok: true, value: file.data }
  const problem = Problem.safeParse(body)
  return {
    ok: false,
    problem: problem.success ? problem.data : toProblem({ code: 'overloaded', detail: `HTTP ${status}` }),
  }
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
