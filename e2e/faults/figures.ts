import assert from 'node:assert/strict'
import { isAgreed, untilAgreed } from '../../packages/server/src/demo-cells/agreement.service.ts'
import type { Nation } from '../../packages/server/src/demo-cells/nation.service.ts'
import type { Ledger } from './load.ts'

/** What one fault came to. */
export interface Figures {
  readonly fault: string
  /** Requests and confirmed beds that people were told of. */
  readonly acknowledged: number
  /** Those of them that the databases have. */
  readonly kept: number
  /** Requests kept twice, slots promised twice, patients with two beds. */
  readonly twice: number
  /** From the end of the fault until every cell had the same record of every log. */
  readonly secondsToAgree: number
  readonly note: string
}

export const FIGURES = 'figures '

const AGREE_LIMIT_MS = 90_000

/** Nothing lost, nothing twice: read from the four databases, not through the program. @throws when it is not so */
export const judge = async (
  nation: Pick<Nation, 'ask'>,
  code: string,
  ledger: Ledger,
  { fault, note, since }: { readonly fault: string; readonly note: string; readonly since: number },
): Promise<Figures> => {
  const agreement = await untilAgreed(nation, AGREE_LIMIT_MS)
  const secondsToAgree = Math.round((performance.now() - since) / 100) / 10
  const rows = await nation.ask<{ id: string; phone: string }>(
    code,
    'select id, callback_phone as phone from beds.request where callback_phone = any($1) or id = any($2)',
    [ledger.phones, ledger.requests.map(({ id }) => id)],
  )
  const ids = new Set(rows.map(({ id }) => id))
  // A request that came back from the log has no telephone: those do not travel.
  const phones = rows.map(({ phone }) => phone).filter((phone) => phone !== '')
  const asked = [...new Set(phones.filter((phone, at) => phones.indexOf(phone) !== at))]
  const held = await nation.ask<{ request_id: string; slot_id: string }>(
    code,
    `select request_id, slot_id from beds.hold where state in ('confirmed', 'occupied')`,
  )
  const promised = new Set(held.map(({ request_id, slot_id }) => `${request_id}/${slot_id}`))
  const lost = [
    ...ledger.requests.filter(({ id }) => !ids.has(id)).map(({ id }) => id),
    ...ledger.beds.filter(({ requestId, slotId }) => !promised.has(`${requestId}/${slotId}`)).map((bed) => bed.slotId),
  ]
  const twice = [...asked, ...agreement.slotsTwice, ...agreement.requestsTwice]
  assert.deepEqual({ lost, twice }, { lost: [], twice: [] })
  assert.ok(isAgreed(agreement), JSON.stringify(agreement))
  const acknowledged = ledger.requests.length + ledger.beds.length
  return { fault, acknowledged, kept: acknowledged - lost.length, twice: twice.length, secondsToAgree, note }
}

export const told = (ledger: Ledger): string =>
  [...ledger.refusals].map(([code, times]) => `${times} ${code}`).join(', ') || 'no refusal'
