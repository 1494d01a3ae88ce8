import { err, ok, type Result } from '../platform/result.ts'
import { HOPELESS_SERVICE_CODES } from './backoff.ts'
import {
  DOCUMENT_LIMIT_BYTES,
  type DocumentRefusal,
  type NemcDocument,
  type NemcOperation,
  OPERATION_NAMES,
  readNemcDocument,
} from './nemc-document.ts'

export type NemcEndpoint = {
  /** Address of the service, without the operation. */
  readonly url: string
  /** The service key as data.go.kr gives it, decoded or percent-encoded. Never logged, never in an error. */
  readonly key: string
  /** For a whole page, headers and body: a source that drips is as silent as one that is down. */
  readonly pageTimeoutMs: number
  readonly rowsPerPage: number
}

export type FetchFailure = {
  readonly code:
    | 'timeout'
    | 'unreachable'
    | 'http_status'
    | 'wrong_content_type'
    | 'other_operation'
    | 'paging_broken'
    | 'empty_answer'
    | 'stopped'
    | DocumentRefusal['code']
  readonly detail: string
  /** Another try will not help soon. */
  readonly hopeless?: boolean
  readonly retryAfterMs?: number
}

const PAGE_LIMIT = 50

/**
 * Fetches every page of an operation for a province. Gives one document with all items, or a failure: a part of the hospitals
 * is never taken for all of them.
 * @param province STAGE1: the province's full Korean name
 */
export const fetchNemc = async (
  endpoint: NemcEndpoint,
  operation: NemcOperation,
  province: string,
  stop: AbortSignal,
): Promise<Result<NemcDocument, FetchFailure>> => {
  const pages: NemcDocument[] = []
  for (let pageNo = 1; pageNo <= PAGE_LIMIT; pageNo += 1) {
    const page = await fetchPage(endpoint, operation, province, pageNo, stop)
    if (!page.ok) return page
    const fault = pageFault(page.value, operation, pageNo)
    if (fault !== undefined) return err(fault)
    pages.push(page.value)
    if (isLast(pages, endpoint.rowsPerPage)) return merge(pages)
  }
  return err({ code: 'paging_broken', detail: `more than ${PAGE_LIMIT} pages` })
}

const pageFault = (page: NemcDocument, operation: NemcOperation, pageNo: number): FetchFailure | undefined => {
  if (page.operation !== undefined && page.operation !== operation) {
    return { code: 'other_operation', detail: `asked for ${operation}, got ${page.operation}` }
  }
  if (page.pageNo !== null && page.pageNo !== pageNo) {
    return { code: 'paging_broken', detail: `asked for page ${pageNo}, got ${page.pageNo}` }
  }
  return undefined
}

const given = (page: NemcDocument): number => page.items.length + page.refused.length

const isLast = (pages: readonly NemcDocument[], rowsPerPage: number): boolean => {
  const last = pages.at(-1)
  if (last === undefined || given(last) === 0) return true
  const total = last.totalCount
  if (total === null) return given(last) < rowsPerPage
  return pages.reduce((sum, page) => sum + given(page), 0) >= total
}

const merge = (pages: readonly NemcDocument[]): Result<NemcDocument, FetchFailure> => {
  const [first] = pages
  const count = pages.reduce((sum, page) => sum + given(page), 0)
  // No province is without an emergency room: an empty answer is a fault that looks like a success.
  if (first === undefined || count === 0) return err({ code: 'empty_answer', detail: 'no hospital in the answer' })
  const total = pages.at(-1)?.totalCount ?? null
  if (total !== null && count < total) return err({ code: 'paging_broken', detail: `${count} of ${total} hospitals` })
  const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.hpid, item]))
  return ok({ ...first, items: [...items.values()], refused: pages.flatMap((page) => page.refused), totalCount: total })
}

const fetchPage = async (
  endpoint: NemcEndpoint,
  operation: NemcOperation,
  province: string,
  pageNo: number,
  stop: AbortSignal,
): Promise<Result<NemcDocument, FetchFailure>> => {
  const late = AbortSignal.timeout(endpoint.pageTimeoutMs)
  try {
    const response = await fetch(addressOf(endpoint, operation, province, pageNo), {
      signal: AbortSignal.any([late, stop]),
      // The key must not follow a redirect to somebody else.
      redirect: 'error',
      headers: { accept: 'application/xml' },
    })
    const bytes = await bodyOf(response)
    if (!bytes.ok) return bytes
    const document = readNemcDocument(bytes.value)
    return document.ok ? document : err(failureOf(document.error, endpoint.key))
  } catch (error) {
    if (stop.aborted) return err({ code: 'stopped', detail: 'the cell is closing' })
    if (late.aborted) return err({ code: 'timeout', detail: `no whole answer within ${endpoint.pageTimeoutMs} ms` })
    return err({ code: 'unreachable', detail: causeOf(error) })
  }
}

const addressOf = (
  { url, key, rowsPerPage }: NemcEndpoint,
  operation: NemcOperation,
  province: string,
  pageNo: number,
) => {
  const address = new URL(`${url.replace(/\/+$/, '')}/${OPERATION_NAMES[operation]}`)
  address.searchParams.set('serviceKey', decodedKey(key))
  address.searchParams.set('STAGE1', province)
  address.searchParams.set('pageNo', String(pageNo))
  address.searchParams.set('numOfRows', String(rowsPerPage))
  return address
}

/** data.go.kr hands out the key in both forms; encoding an encoded one makes it a wrong one. */
const decodedKey = (key: string): string => {
  try {
    return /%[0-9A-Fa-f]{2}/.test(key) ? decodeURIComponent(key) : key
  } catch {
    return key
  }
}

const bodyOf = async (response: Response): Promise<Result<Uint8Array, FetchFailure>> => {
  if (!response.ok) return giveUp(response, statusFailure(response))
  const type = response.headers.get('content-type') ?? 'none'
  if (!/[/+]xml\b/i.test(type)) {
    return giveUp(response, { code: 'wrong_content_type', detail: type.slice(0, 80) })
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > DOCUMENT_LIMIT_BYTES) {
      return err({ code: 'too_large', detail: `more than ${DOCUMENT_LIMIT_BYTES} bytes` })
    }
    chunks.push(chunk)
  }
  return ok(Buffer.concat(chunks))
}

const giveUp = async (response: Response, failure: FetchFailure): Promise<Result<never, FetchFailure>> => {
  await response.body?.cancel().catch(() => undefined)
  return err(failure)
}

const statusFailure = (response: Response): FetchFailure => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const failure = { code: 'http_status', detail: `HTTP ${response.status}` } as const
  const hopeless = response.status === 401 || response.status === 403
  return {
    ...failure,
    ...(hopeless ? { hopeless } : {}),
    ...(seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {}),
  }
}

const failureOf = ({ code, detail, serviceCode }: DocumentRefusal, key: string): FetchFailure => {
  const told = serviceCode === undefined ? detail : `${serviceCode} ${detail}`
  const hopeless = serviceCode !== undefined && HOPELESS_SERVICE_CODES.has(serviceCode)
  return { code, detail: withoutKey(told, key), ...(hopeless ? { hopeless } : {}) }
}

/** A service that repeats the key in its error does not get it into our log. */
const withoutKey = (text: string, key: string): string =>
  [key, decodedKey(key), encodeURIComponent(decodedKey(key))].reduce((rest, form) => rest.replaceAll(form, '…'), text)

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'the connection failed'
}
