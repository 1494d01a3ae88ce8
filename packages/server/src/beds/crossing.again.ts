import type { Work } from './beds.service.ts'
import { DESK, say } from './crossing.saying.ts'
import { type AskRow, askById, type GrantRow, grantById } from './crossing.sql.ts'
import { CROSSING_KINDS, type CrossingOp, parseCrossing } from './crossing-ops.ts'
import { noteReconciled } from './reconciliation.sql.ts'
import { type Lost, settleSetAside, unsaidOps } from './taking-up.sql.ts'

/**
 * Says again what was said to other regions without getting a number, where it still is so. The ask keeps its id, so nothing is asked or
 * granted twice: whoever heard it before folds it to what it has.
 */
export const saySetAside = async (work: Work, here: Lost & { readonly epoch: number }): Promise<void> => {
  const said = new Set<string>()
  for (const { id, kind, body } of await unsaidOps(work.tx, here, CROSSING_KINDS)) {
    const op = parseCrossing(kind, body)
    const { askId } = op.body
    const still = stillSo(here.sido, op, await askById(work.tx, askId), await grantById(work.tx, askId))
    if (still !== null) {
      await say(work, here.sido, still, DESK)
      said.add(askId)
    }
    await settleSetAside(work.tx, id, work.now)
  }
  for (const askId of said)
    await noteReconciled(
      work.tx,
      { sido: here.sido, epoch: here.epoch, kind: 'ask-kept', subject: askId, data: { askId } },
      work.now,
    )
}

/** The op as it is to be said now: a promise under its present number. `null`: the log that came back says otherwise. */
const stillSo = (sido: string, op: CrossingOp, ask: AskRow | null, grant: GrantRow | null): CrossingOp | null => {
  const asks = ask?.sido === sido ? ask : null
  const grants = grant?.sido === sido ? grant : null
  switch (op.kind) {
    case 'hold-asked':
      return asks === null ? null : op
    case 'hold-accepted':
      return asks?.state === 'accepted' && isSame(asks, op.body) ? op : null
    case 'ask-confirmed':
      return asks?.state === 'confirmed' && isSame(asks, op.body) ? op : null
    case 'hold-given-up':
      return asks?.state === 'given_up' ? op : null
    case 'ask-refused':
      return asks?.state === 'refused' ? op : null
    case 'ask-lapsed':
      return asks?.state === 'lapsed' ? op : null
    case 'hold-granted':
      return grants?.state === 'granted' ? renumbered(op, grants) : null
    case 'hold-confirmed':
      return grants?.state === 'confirmed' ? renumbered(op, grants) : null
    case 'hold-refused':
      return grants?.state === 'refused' ? op : null
    case 'hold-lapsed':
      return grants !== null && Number(grants.lapsed) >= op.body.fencing ? op : null
    case 'hold-released':
      return grants?.state === 'released' ? op : null
    case 'hold-occupied':
      return grants?.occupied_at == null ? null : op
  }
}

const isSame = (ask: AskRow, { slotId, fencing }: { readonly slotId: string; readonly fencing: number }): boolean =>
  ask.slot_id === slotId && Number(ask.fencing) === fencing

const renumbered = (
  op: Extract<CrossingOp, { kind: 'hold-granted' | 'hold-confirmed' }>,
  grant: GrantRow,
): CrossingOp | null => {
  if (grant.slot_id !== op.body.slotId || grant.fencing === null) return null
  const fencing = Number(grant.fencing)
  return op.kind === 'hold-granted'
    ? { kind: op.kind, body: { ...op.body, fencing } }
    : { kind: op.kind, body: { ...op.body, fencing } }
}
