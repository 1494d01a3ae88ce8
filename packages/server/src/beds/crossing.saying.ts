import { type Audience, appendOp } from '../platform/oplog.ts'
import type { Work } from './beds.service.ts'
import { type AskRow, asksOf, foldCrossing, lockAsk, toAsk } from './crossing.sql.ts'
import { type AskerOp, type GiveUpReason, giveUp, type OwnerOp } from './crossing.ts'
import type { CrossingOp } from './crossing-ops.ts'
import { addEvent } from './requests.sql.ts'

/** Decided here and said to the other region: the row and the op in one transaction, by the very fold its readers use. */
export const say = async (work: Work, origin: string, op: CrossingOp, audience: Audience): Promise<void> => {
  const { kind, body } = op
  await appendOp(work.tx, { kind, subject: body.askId, body, audience, at: work.now, origin })
  await foldCrossing(work.tx, origin, op, work.now)
}

/** The desk that asked, and whoever made the request. */
export const DESK: Audience = { roles: ['placement_desk'] }

/** An asker's step as an op; `null` for one that says nothing. */
export const sayGivingUp = async (work: Work, ask: AskRow, op: AskerOp | null): Promise<boolean> => {
  if (op?.kind !== 'hold-given-up') return false
  await say(work, ask.sido, { kind: op.kind, body: { askId: op.askId, why: op.why } }, DESK)
  const data = { askId: ask.id, sido: ask.owner, hospitalId: ask.slot_hospital_id ?? ask.hospital_id, why: op.why }
  addEvent(work.tx, { requestId: ask.request_id, kind: 'ask_given_up', by: work.by, data }, work.now)
  return true
}

/** Needs the bed elsewhere no more. The request is locked. */
export const giveUpAsk = async (work: Work, askId: string, why: GiveUpReason): Promise<void> => {
  const ask = await lockAsk(work.tx, askId)
  if (ask !== null) await sayGivingUp(work, ask, giveUp(toAsk(ask), why).op)
}

/** Every ask of the request that has no answer yet. */
export const giveUpUnanswered = async (work: Work, requestId: string, why: GiveUpReason): Promise<void> => {
  for (const { id, state } of await asksOf(work.tx, requestId)) if (state === 'asked') await giveUpAsk(work, id, why)
}

export type { OwnerOp }
