import type { BedClass } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import { IS_WAITING } from './request-states.sql.ts'

/** A region at a glance, from its own tables or from what its log told. */
export interface RegionFigures {
  readonly sido: string
  readonly waiting: number
  readonly oldest: Date | null
  /** Minutes from submission to confirmed in the last 24 h. */
  readonly p50: number | null
  readonly p95: number | null
  readonly placed: number
  readonly toldAt: Date | null
  readonly byClass: readonly FreeBeds[]
}

export interface FreeBeds {
  readonly bedClass: BedClass
  readonly staffed: number
  readonly free: number
  /** Free as far as is known, and not confirmed by their hospital yet: neither free nor full. */
  readonly doubted: number
}

/** Every region of which something is known here: what this cell writes from its tables, the rest from what was told. */
export const regionFigures = async (db: Queries, now: Date): Promise<readonly RegionFigures[]> => {
  const since = new Date(now.getTime() - 24 * 3_600_000)
  const requests = await db.sql<Omit<RegionFigures, 'byClass'>>(
    `with written as (
       select w.origin from platform.writing w
     ), r as (
       select q.sido, q.state, q.waiting_since, q.confirmed_at, null::timestamptz as told_at
         from beds.request q where q.sido in (select origin from written)
       union all
       select t.sido, t.state, t.waiting_since, t.confirmed_at, t.told_at
         from beds.told_request t where t.sido not in (select origin from written)
     )
     select r.sido,
            (count(*) filter (where ${IS_WAITING}))::int as waiting,
            min(r.waiting_since) filter (where ${IS_WAITING}) as oldest,
            percentile_cont(0.5) within group (order by extract(epoch from r.confirmed_at - r.waiting_since) / 60)
              filter (where r.confirmed_at >= $1) as p50,
            percentile_cont(0.95) within group (order by extract(epoch from r.confirmed_at - r.waiting_since) / 60)
              filter (where r.confirmed_at >= $1) as p95,
            (count(*) filter (where r.confirmed_at >= $1))::int as placed,
            max(r.told_at) as "toldAt"
       from r
      group by r.sido
      order by r.sido`,
    [since],
  )
  const slots = await db.sql<{
    sido: string
    bed_class: BedClass
    staffed: number
    free: number
    doubted: number
    told_at: Date | null
  }>(
    `with written as (
       select w.origin, w.own from platform.writing w
     ), s as (
       select w.origin as sido, o.bed_class, o.state, o.share, o.doubted_at, null::timestamptz as told_at
         from beds.slot o join written w on case when o.sido is null then w.own else o.sido = w.origin end
       union all
       select t.sido, t.bed_class, t.state, t.share, t.doubted_at, t.told_at
         from beds.told_slot t where t.sido not in (select origin from written)
     )
     select s.sido, s.bed_class,
            (count(*) filter (where s.state in ('available', 'held', 'occupied', 'cleaning')))::int as staffed,
            (count(*) filter (where s.state = 'available' and s.share <> 'own_use' and s.doubted_at is null))::int as free,
            (count(*) filter (where s.state = 'available' and s.share <> 'own_use' and s.doubted_at is not null))::int as doubted,
            max(s.told_at) as told_at
       from s
      group by s.sido, s.bed_class
      order by s.sido, s.bed_class`,
  )
  const sidos = [...new Set([...requests, ...slots].map(({ sido }) => sido))].sort()
  return sidos.map((sido) => {
    const known = requests.find((row) => row.sido === sido)
    const own = slots.filter((row) => row.sido === sido)
    const told = [known?.toldAt ?? null, ...own.map((row) => row.told_at)].filter((at) => at !== null)
    return {
      sido,
      waiting: known?.waiting ?? 0,
      oldest: known?.oldest ?? null,
      p50: known?.p50 ?? null,
      p95: known?.p95 ?? null,
      placed: known?.placed ?? 0,
      toldAt: told.length === 0 ? null : new Date(Math.max(...told.map((at) => at.getTime()))),
      byClass: own.map(({ bed_class: bedClass, staffed, free, doubted }) => ({ bedClass, staffed, free, doubted })),
    }
  })
}
