import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { err, ok, type Result } from '../platform/result.ts'
import type { NemcItem } from './nemc-reading.ts'

/** The two operations of ErmctInfoInqireService we listen to. */
export const NEMC_OPERATIONS = ['beds', 'acceptance'] as const
export type NemcOperation = (typeof NEMC_OPERATIONS)[number]

export const OPERATION_NAMES: Readonly<Record<NemcOperation, string>> = {
  beds: 'getEmrrmRltmUsefulSckbdInfoInqire',
  acceptance: 'getSrsillDissAceptncPosblInfoInqire',
}

/** One response of the emergency centre, whole and well-formed. */
export type NemcDocument = {
  /** undefined = no item, so nothing tells which operation answered. */
  readonly operation: NemcOperation | undefined
  readonly items: readonly NemcItem[]
  readonly refused: readonly RefusedItem[]
  readonly pageNo: number | null
  readonly numOfRows: number | null
  /** null = not given. */
  readonly totalCount: number | null
}

/** `item` counts from 1 in the order of the document. */
export type RefusedItem = { readonly item: number; readonly hpid: string | null; readonly reason: ItemRefusal }
export type ItemRefusal = 'hpid_missing' | 'hpid_malformed' | 'hpid_twice' | 'not_an_item' | 'other_operation'

export type DocumentRefusal = {
  readonly code:
    | 'too_large'
    | 'not_utf8'
    | 'doctype_refused'
    | 'not_well_formed'
    | 'not_a_nemc_response'
    | 'too_many_items'
    | 'operation_unknown'
    | 'service_error'
    | 'gateway_error'
  readonly detail: string
  /** The centre's or the gateway's own number, e.g. '30'. */
  readonly serviceCode?: string
  readonly line?: number
}

/** A page of 1,000 items with all 115 fields is some 5 MB. */
export const DOCUMENT_LIMIT_BYTES = 16 * 1024 * 1024
export const ITEM_LIMIT = 10_000
const DEPTH_LIMIT = 12

/**
 * Reads a response of either operation. Anything but a whole, well-formed, successful answer is a refusal: an error that came
 * with HTTP 200, the gateway's own error document, a truncated page. A document type declaration is refused before parsing, so
 * that no entity of the document's own is ever expanded.
 */
export const readNemcDocument = (bytes: Uint8Array): Result<NemcDocument, DocumentRefusal> => {
  const text = decode(bytes)
  if (!text.ok) return text
  const tree = parse(text.value)
  if (!tree.ok) return tree
  return readRoot(tree.value)
}

const refuse = (code: DocumentRefusal['code'], detail: string, more: Partial<DocumentRefusal> = {}) =>
  err<DocumentRefusal>({ code, detail, ...more })

const decode = (bytes: Uint8Array): Result<string, DocumentRefusal> => {
  if (bytes.byteLength > DOCUMENT_LIMIT_BYTES) {
    return refuse('too_large', `${bytes.byteLength} bytes, at most ${DOCUMENT_LIMIT_BYTES}`)
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refuse('not_utf8', 'the document is not UTF-8')
  }
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  // Only the five entities every XML has: a declared one cannot exist, its declaration was refused.
  processEntities: true,
  htmlEntities: false,
  isArray: (name) => name === 'item',
  maxNestedTags: DEPTH_LIMIT,
})

const parse = (text: string): Result<Tree, DocumentRefusal> => {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return refuse('doctype_refused', 'a document type declaration is not accepted')
  const valid = XMLValidator.validate(text)
  if (valid !== true) return refuse('not_well_formed', valid.err.msg, { line: valid.err.line })
  try {
    const tree: unknown = parser.parse(text)
    return isTree(tree) ? ok(tree) : refuse('not_a_nemc_response', 'no root element')
  } catch (error) {
    return refuse('not_well_formed', error instanceof Error ? error.message : 'unreadable')
  }
}

type Tree = { readonly [name: string]: unknown }
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const readRoot = (tree: Tree): Result<NemcDocument, DocumentRefusal> => {
  const gateway = tree.OpenAPI_ServiceResponse
  if (gateway !== undefined) return refuseGateway(gateway)
  if (!isTree(tree.response)) return refuse('not_a_nemc_response', `root element ${rootName(tree)}`)
  const { header, body } = tree.response
  if (!isTree(header)) return refuse('not_a_nemc_response', 'no header')
  const code = textIn(header, 'resultCode')
  if (code !== '00') {
    return refuse('service_error', textIn(header, 'resultMsg') || 'no message', { serviceCode: code || 'none' })
  }
  if (!isTree(body)) return refuse('not_a_nemc_response', 'success without a body')
  return readBody(body)
}

const refuseGateway = (gateway: unknown): Result<never, DocumentRefusal> => {
  const header = isTree(gateway) && isTree(gateway.cmmMsgHeader) ? gateway.cmmMsgHeader : {}
  const detail = textIn(header, 'returnAuthMsg') || textIn(header, 'errMsg') || 'no message'
  return refuse('gateway_error', detail, { serviceCode: textIn(header, 'returnReasonCode') || 'none' })
}

const readBody = (body: Tree): Result<NemcDocument, DocumentRefusal> => {
  const list = isTree(body.items) && Array.isArray(body.items.item) ? (body.items.item as unknown[]) : []
  if (list.length > ITEM_LIMIT) return refuse('too_many_items', `${list.length} items, at most ${ITEM_LIMIT}`)
  const operation = operationOf(list)
  // Read as beds, an answer to another question would make every known figure of its hospitals "not entered".
  if (operation === undefined && list.length > 0) {
    return refuse('operation_unknown', 'no field of the two operations: free beds, or acceptance of severe diseases')
  }
  const { items, refused } = readItems(list, operation)
  return ok({
    operation,
    items,
    refused,
    pageNo: numberIn(body, 'pageNo'),
    numOfRows: numberIn(body, 'numOfRows'),
    totalCount: numberIn(body, 'totalCount'),
  })
}

/** Told by the fields, not by a file's name: a file may be renamed. The first item that says anything decides. */
const operationOf = (list: readonly unknown[]): NemcOperation | undefined => {
  for (const item of list) {
    const operation = isTree(item) ? itemOperation(item) : undefined
    if (operation !== undefined) return operation
  }
  return undefined
}

const itemOperation = (item: Tree): NemcOperation | undefined => {
  const names = Object.keys(item)
  if (names.some((name) => /^MKioskTy\d+$/.test(name))) return 'acceptance'
  return names.some((name) => /^hv/.test(name)) ? 'beds' : undefined
}

/**
 * Whose answer this was meant to be, where it cannot be read: the operations whose fields its bytes name, or all of them when it names
 * none. What an answer says stays unknown; this only tells whose figures were not renewed.
 */
export const operationsConcerned = (bytes: Uint8Array): readonly NemcOperation[] => {
  const text = Buffer.from(bytes.subarray(0, DOCUMENT_LIMIT_BYTES)).toString('latin1')
  const named = NEMC_OPERATIONS.filter((operation) => FIELD_TAG[operation].test(text))
  return named.length > 0 ? named : NEMC_OPERATIONS
}
const FIELD_TAG: Readonly<Record<NemcOperation, RegExp>> = { beds: /<hv/, acceptance: /<MKioskTy\d/ }

const HPID = /^[A-Z][0-9]{7}$/

const readItems = (list: readonly unknown[], operation: NemcOperation | undefined) => {
  const items: NemcItem[] = []
  const refused: RefusedItem[] = []
  const seen = new Set<string>()
  list.forEach((raw, index) => {
    const hpid = isTree(raw) ? textIn(raw, 'hpid') : ''
    const reason = isTree(raw) ? whyRefused(raw, hpid, seen, operation) : 'not_an_item'
    if (reason !== undefined) refused.push({ item: index + 1, hpid: hpid === '' ? null : hpid.slice(0, 40), reason })
    else if (isTree(raw)) items.push(readItem(hpid, raw))
    seen.add(hpid)
  })
  return { items, refused }
}

const whyRefused = (
  item: Tree,
  hpid: string,
  seen: ReadonlySet<string>,
  operation: NemcOperation | undefined,
): ItemRefusal | undefined => {
  if (hpid === '') return 'hpid_missing'
  if (!HPID.test(hpid)) return 'hpid_malformed'
  // Which of two is true cannot be told; the first stands and the report names the second.
  if (seen.has(hpid)) return 'hpid_twice'
  const own = itemOperation(item)
  return own !== undefined && own !== operation ? 'other_operation' : undefined
}

const readItem = (hpid: string, raw: Tree): NemcItem => {
  const fields = new Map<string, string>()
  const unreadable = new Set<string>()
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value === 'string') fields.set(name, value)
    else unreadable.add(name)
  }
  return { hpid, fields, unreadable }
}

const textIn = (tree: Tree, name: string): string => {
  const value = tree[name]
  return typeof value === 'string' ? value.trim() : ''
}

const numberIn = (tree: Tree, name: string): number | null => {
  const text = textIn(tree, name)
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : null
}

const rootName = (tree: Tree): string => Object.keys(tree)[0]?.slice(0, 40) ?? '(none)'
