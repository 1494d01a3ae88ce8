import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, sha256 } from './canonical.ts'

/** An op with its number. `seq` is text: it may outgrow a JavaScript number. */
export interface NumberedOp {
  readonly origin: string
  readonly epoch: number
  readonly seq: string
  readonly kind: string
  readonly at: Date
  readonly subject: string
  readonly body: unknown
  readonly audience: unknown
}

/** What the first op of an origin is chained to. */
export const FIRST_HASH: Buffer = Buffer.alloc(32)

/** SHA-256 over the hash before and the canonical JSON of everything the op says. */
export const opHash = (previous: Uint8Array, op: NumberedOp): Buffer =>
  sha256(
    previous,
    canonicalJson([op.origin, op.epoch, op.seq, op.kind, op.at.toISOString(), op.subject, op.body, op.audience]),
  )

/** Ed25519 (RFC 8032) over the hash of a batch's last op: by the chain it vouches for everything before. */
export const signHash = (key: KeyObject, hash: Uint8Array): Buffer => sign(null, hash, key)

/** `publicKey`: the 32 raw bytes. */
export const verifyHash = (publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, hash, ed25519(publicKey), signature)

const ed25519 = (raw: Uint8Array): KeyObject =>
  createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') } })

export interface ChainedOp extends NumberedOp {
  readonly hash: Uint8Array
  readonly prevHash: Uint8Array
  readonly signature: Uint8Array | null
}

export type ChainFault = {
  readonly seq: string
  readonly fault: 'gap' | 'broken-chain' | 'wrong-hash' | 'wrong-signature'
}

/** The first fault of a run of ops of one origin, in order, or undefined. `after` is the op before the run. */
export const findChainFault = (
  ops: readonly ChainedOp[],
  publicKey: Uint8Array,
  after: { readonly seq: string; readonly hash: Uint8Array } = { seq: '0', hash: FIRST_HASH },
): ChainFault | undefined => {
  let { seq, hash } = after
  for (const op of ops) {
    if (BigInt(op.seq) !== BigInt(seq) + 1n) return { seq: op.seq, fault: 'gap' }
    if (!Buffer.from(hash).equals(op.prevHash)) return { seq: op.seq, fault: 'broken-chain' }
    if (!opHash(op.prevHash, op).equals(op.hash)) return { seq: op.seq, fault: 'wrong-hash' }
    if (op.signature !== null && !verifyHash(publicKey, op.hash, op.signature))
      return { seq: op.seq, fault: 'wrong-signature' }
    ;({ seq, hash } = op)
  }
  return undefined
}
