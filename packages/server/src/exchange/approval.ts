import { type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { chainText, ed25519 } from '../platform/oplog-chain.ts'
import type { Directory } from './directory.ts'
import type { CellId } from './log-record.ts'

/** That a neighbour shall write the log of a lost region from this epoch on. */
export interface StandIn {
  readonly origin: CellId
  readonly epoch: number
  readonly writer: CellId
}

export const Approval = z.object({ operator: z.string(), signature: z.string().regex(/^[0-9a-f]{128}$/) })
export type Approval = z.infer<typeof Approval>

const signedBytes = ({ origin, epoch, writer }: StandIn): Buffer =>
  Buffer.from(`dure stand-in 1\n${chainText({ origin, epoch, writer })}`)

export const approve = (standIn: StandIn, operator: string, key: KeyObject): Approval => ({
  operator,
  signature: sign(null, signedBytes(standIn), key).toString('hex'),
})

/** Operators of the writing cell whose signature under exactly this is good; each once. */
export const approvers = (
  standIn: StandIn,
  approvals: readonly Approval[],
  directory: Directory,
): readonly string[] => {
  const good = approvals.filter(({ operator, signature }) => {
    const known = directory.operators.find(({ id, cell }) => id === operator && cell === standIn.writer)
    if (known === undefined) return false
    return verify(
      null,
      signedBytes(standIn),
      ed25519(Buffer.from(known.key, 'base64url')),
      Buffer.from(signature, 'hex'),
    )
  })
  return [...new Set(good.map(({ operator }) => operator))].sort()
}
