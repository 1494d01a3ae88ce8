import { createPublicKey, hash as digest, type KeyObject, sign, verify } from 'node:crypto'

/**
 * A numbered op as it travels, without its hash. Whatever else a newer cell put beside these members belongs to it too:
 * the hash covers it, and who passes the record on passes it on.
 */
export interface ChainRecord {
  readonly origin: string
  readonly epoch: number
  readonly seq: number
  readonly kind: string
  /** ISO 8601 with milliseconds, UTC. */
  readonly at: string
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  /** Lower-case hex. */
  readonly prevHash: string
}

export interface ChainedRecord extends ChainRecord {
  readonly hash: string
}

/** What the first record of a log is chained to. */
export const FIRST_HASH = '0'.repeat(64)

/**
 * JSON with the members of every object in code-unit order and no spaces: one text per JSON value (RFC 8785 for the values
 * a log has). Written out by hand because every record of every log goes through it twice.
 */
export const chainText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(chainText).join(',')}]`
  const object = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const name of inOrder(Object.keys(object))) {
    text += `${text === '' ? '' : ','}${nameText(name)}${chainText(object[name])}`
  }
  return `{${text}}`
}

/** Most objects come in order already: to see that costs less than to sort. */
const inOrder = (names: string[]): string[] => {
  for (let at = 1; at < names.length; at += 1) if ((names[at - 1] ?? '') > (names[at] ?? '')) return names.sort()
  return names
}

/** The same few names come again and again. */
const nameText = (name: string): string => {
  const known = nameTexts.get(name)
  if (known !== undefined) return known
  const text = `${JSON.stringify(name)}:`
  if (nameTexts.size > 2_000) nameTexts.clear()
  nameTexts.set(name, text)
  return text
}
const nameTexts = new Map<string, string>()

/** How many members {@link ChainRecord} has: a record with more is of a newer version. */
const MEMBERS = 8

/**
 * SHA-256, in hex, over the {@link chainText} of the record without its hash; its prevHash chains it to the record before.
 * @param bodyText chainText of its body, where it is known already
 */
export const recordHash = (record: ChainRecord & { readonly hash?: string }, bodyText?: string): string => {
  const { hash, ...bare } = record
  const isPlain = Object.keys(bare).length === MEMBERS
  return digest('sha256', isPlain ? plainText(bare, bodyText ?? chainText(bare.body)) : chainText(bare))
}

/** {@link chainText} of a record without members that this version does not know. */
const plainText = ({ at, epoch, kind, origin, prevHash, seq, subject }: ChainRecord, bodyText: string): string =>
  `{"at":${JSON.stringify(at)},"body":${bodyText},"epoch":${epoch},"kind":${JSON.stringify(kind)},` +
  `"origin":${JSON.stringify(origin)},"prevHash":${JSON.stringify(prevHash)},"seq":${seq},"subject":${JSON.stringify(subject)}}`

/** So that no other thing this key signs can be taken for a log. */
const SIGNED_AS = Buffer.from('dure oplog 1\n')
const signed = (hash: string): Buffer => Buffer.concat([SIGNED_AS, Buffer.from(hash, 'hex')])

/** Ed25519 (RFC 8032) over the hash of a batch's last record: by the chain it vouches for everything before. */
export const signHash = (key: KeyObject, hash: string): Buffer => sign(null, signed(hash), key)

/** `publicKey`: the 32 raw bytes. */
export const verifyHash = (publicKey: Uint8Array, hash: string, signature: Uint8Array): boolean =>
  signature.length === 64 && verify(null, signed(hash), ed25519(publicKey), signature)

/** An Ed25519 public key from its 32 raw bytes. Made once per key: making it costs half as much as a check. */
export const ed25519 = (raw: Uint8Array): KeyObject => {
  const x = Buffer.from(raw).toString('base64url')
  const known = keys.get(x)
  if (known !== undefined) return known
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  if (keys.size > 500) keys.clear()
  keys.set(x, key)
  return key
}
const keys = new Map<string, KeyObject>()

export type ChainFault = {
  readonly seq: number
  readonly fault: 'gap' | 'broken-chain' | 'wrong-hash'
}

/** The first fault of a run of records of one log, in order, or undefined. `after` is the record before the run. */
export const findChainFault = (
  records: readonly ChainedRecord[],
  after: { readonly seq: number; readonly hash: string } = { seq: 0, hash: FIRST_HASH },
): ChainFault | undefined => {
  let { seq, hash } = after
  for (const record of records) {
    if (record.seq !== seq + 1) return { seq: record.seq, fault: 'gap' }
    if (record.prevHash !== hash) return { seq: record.seq, fault: 'broken-chain' }
    if (recordHash(record) !== record.hash) return { seq: record.seq, fault: 'wrong-hash' }
    ;({ seq, hash } = record)
  }
  return undefined
}
