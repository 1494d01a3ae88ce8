import type { RequestState } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { isTerminal } from './placement.ts'
import { advance, lockPlacement, tellRequest } from './placing.service.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import { ADVANCE, keptOf } from './same-patient.ts'

interface PairRow {
  readonly request_id: string
  readonly other_id: string
  readonly other_sido: string
  readonly other_code: string
  readonly other_state: RequestState
  readonly other_waiting_since: Date
  readonly kept: 'mine' | 'theirs' | null
  readonly put_aside: boolean | null
}

/** Requests of this region whose patient another region's log names too, and those decided on before. */
const pairs = (db: Queries, sido: string): Promise<PairRow[]> =>
  db.sql<PairRow>(
    `select r.id as request_id, t.id as other_id, t.sido as other_sido, t.code as other_code, t.state as other_state,
            t.waiting_since as other_waiting_since, s.kept, s.put_aside
       from beds.request r
       join beds.patient_identity i on i.request_id = r.id
       join beds.told_request t on t.nation_hash = i.nation_hash and t.sido <> r.sido
       left join beds.same_patient s on s.request_id = r.id and s.other_id = t.id
      where r.sido = $1
        and r.closed_at is null
        and r.state <> 'draft'
        -- Of what is over elsewhere only a recent admission counts: that patient lies in a bed.
        and (t.closed_at is null or s.request_id is not null
             or (t.state = 'admitted' and t.closed_at > r.waiting_since - interval '1 day'))
      order by r.id, t.id`,
    [sido],
  )

/**
 * The same patient asked for in two regions cannot be prevented while they are cut. Afterwards each region looks at both logs: who is
 * less far puts its request aside and frees its bed, and the people of both are told. Should the other lose its bed, the request
 * that was put aside goes on by itself.
 */
export const compareSamePatients = async (beds: Beds, sido: string): Promise<void> => {
  for (const pair of await pairs(beds.db, sido)) {
    await beds.finder.refresh()
    await beds.db.tx(async (tx) => {
      const work: Work = { beds, tx, now: beds.clock.now(), by: SYSTEM }
      const placement = await lockPlacement(work, pair.request_id)
      if (placement !== null && !isTerminal(placement.row.state)) await compare(work, placement, pair)
    })
  }
}

const compare = async (work: Work, placement: Placement, pair: PairRow): Promise<void> => {
  const { row } = placement
  const mine = { id: row.id, state: row.state, waitingSinceMs: row.waiting_since.getTime() }
  const theirs = { id: pair.other_id, state: pair.other_state, waitingSinceMs: pair.other_waiting_since.getTime() }
  const kept = keptOf(mine, theirs)
  if (kept === pair.kept && (kept === 'theirs') === (pair.put_aside ?? false)) return
  const aside = kept === 'theirs' ? await putAside(work, placement, pair) : false
  if (kept === 'mine' && pair.put_aside === true) await takeUp(work, placement)
  if (kept === pair.kept && aside === (pair.put_aside ?? false)) return
  await save(work, pair, kept, aside)
  await announce(work, placement, pair, kept)
}

/** On hold rather than closed: a person looks at it, and nothing of it is lost. One on its way can only be told. */
const putAside = async (work: Work, placement: Placement, pair: PairRow): Promise<boolean> => {
  if (placement.row.state === 'on_hold') return pair.put_aside ?? false
  const why = `same patient asked for in region ${pair.other_sido} (${pair.other_code}), further advanced there`
  const data = { otherId: pair.other_id, sido: pair.other_sido, code: pair.other_code }
  const done = await advance(work, placement, {
    event: 'put_on_hold',
    actor: 'placement_desk',
    details: { why },
    data,
  })
  return done.ok
}

const takeUp = async (work: Work, placement: Placement): Promise<void> => {
  if (placement.row.state === 'on_hold') await advance(work, placement, { event: 'resume', actor: 'placement_desk' })
}

const save = async (work: Work, pair: PairRow, kept: 'mine' | 'theirs', aside: boolean): Promise<void> => {
  await work.tx.sql(
    `insert into beds.same_patient (request_id, other_id, other_sido, found_at, kept, put_aside)
     values ($1, $2, $3, $4, $5, $6)
         on conflict (request_id, other_id) do update set kept = excluded.kept, put_aside = excluded.put_aside`,
    [pair.request_id, pair.other_id, pair.other_sido, work.now, kept, aside],
  )
}

const announce = async (work: Work, { row }: Placement, pair: PairRow, kept: 'mine' | 'theirs'): Promise<void> => {
  const data = {
    requestIds: [pair.other_id],
    codes: [pair.other_code],
    sido: pair.other_sido,
    kept,
    theirState: pair.other_state,
    theirAdvance: ADVANCE[pair.other_state],
  }
  addEvent(work.tx, { requestId: row.id, kind: 'same_patient_elsewhere', by: work.by, data }, work.now)
  const audience = { roles: ['placement_desk'] as const, people: [row.created_by] }
  tellRequest(work, row, 'request-same-patient', audience)
  // For the record of both regions: what was found, and what was chosen from which states.
  await appendOp(work.tx, {
    kind: 'same-patient-found',
    subject: row.id,
    body: { requestId: row.id, otherId: pair.other_id, otherSido: pair.other_sido, kept, state: row.state },
    audience: {},
    at: work.now,
    origin: row.sido,
  })
}
