import type { RegionMode } from '@dure/contract'
import { ok } from '../platform/result.ts'
import { scheduleAll } from '../platform/timers.ts'
import { type BedResult, refuse, toRefusal, type Work } from './beds.service.ts'
import { ASK_AGAIN_MS, askRegion } from './crossing.asking.ts'
import { type AskRow, asksOf } from './crossing.sql.ts'
import { insertOffers } from './offers.sql.ts'
import { isOpenOffer, nextOffers, type OfferPolicy, offerPolicy } from './offers.ts'
import type { Actor } from './placement-actors.ts'
import { advance, TIMER_KINDS, tellOffer, tellRequest } from './placing.service.ts'
import type { RankedCandidate } from './ranking-types.ts'
import { regionMode } from './region.sql.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'

/** States from which hospitals are asked; from `triaged` the search is begun on the way. */
const SEARCHING: readonly string[] = ['matching', 'offered', 'escalated', 'diverted']

/** Not judged and no vital signs: asked for like a severe patient, as nobody knows that it is none. */
const policyOf = ({ row }: Placement, mode: RegionMode): OfferPolicy =>
  offerPolicy(row.severity ?? 'severe', row.urgency, mode)

const sidoOf = async (work: Work): Promise<(hospitalId: string) => string | undefined> => {
  const { byId } = await work.beds.finder.directory()
  return (id) => byId.get(id)?.sidoCode
}

/** Whom not to ask: who has an open offer, and who was asked in this round already. */
const askedIn = ({ row, offers }: Placement): ReadonlySet<string> =>
  new Set(
    offers
      .filter((offer) => isOpenOffer(offer.state) || offer.round === roundOf(row.offer_round))
      .map((offer) => offer.hospital_id),
  )

const roundOf = (round: number): number => Math.max(1, round)
const openCount = ({ offers, openAsks = 0 }: Placement): number =>
  offers.filter((offer) => isOpenOffer(offer.state)).length + openAsks

/**
 * Asks hospitals. Without names the best candidates that were not asked yet, as many as the policy has at once.
 * Named hospitals have to be candidates: a figure that is too old is first made new by a call ("still true").
 */
export const askHospitals = async (
  work: Work,
  placement: Placement,
  actor: Actor,
  named?: readonly string[],
): Promise<BedResult<Placement>> => {
  const begun = placement.row.state === 'triaged' ? await begin(work, placement, actor) : ok(placement)
  if (!begun.ok) return begun
  const searching = begun.value
  if (!SEARCHING.includes(searching.row.state))
    return refuse('wrong-state', `hospitals cannot be asked while the request is ${searching.row.state}`)
  const { mode } = await regionMode(work.tx, searching.row.sido)
  const policy = policyOf(searching, mode)
  const ranking = await work.beds.finder.rank(searching, work.now, { mode })
  const asked = askedIn(searching)
  const regionOf = await sidoOf(work)
  const isFar = (id: string) => regionOf(id) !== searching.row.sido
  const best = ranking.candidates.map((candidate) => candidate.hospitalId)
  const near = best.filter((id) => !isFar(id))
  const chosen = named === undefined ? nextOffers(policy, near, asked, openCount(searching)) : [...new Set(named)]
  const far =
    named === undefined ? await nextFar(work, searching, best.filter(isFar), chosen.length) : chosen.filter(isFar)
  const wrong = chosen.findIndex((id) => asked.has(id) || !best.includes(id))
  if (wrong >= 0) return notACandidate(chosen[wrong] ?? '', asked, ranking, wrong)
  if (chosen.length === 0 && far.length === 0)
    return refuse('no-candidate', 'no hospital that was not asked yet fits this request now')
  const elsewhere = await askFar(work, searching, actor, far, regionOf)
  const own = chosen.filter((id) => !isFar(id))
  if (!elsewhere.ok || own.length === 0) return elsewhere
  const candidates = own.flatMap((id) => ranking.candidates.find((candidate) => candidate.hospitalId === id) ?? [])
  return send(work, elsewhere.value, actor, policy, candidates)
}

/** Other regions come last: one is asked by itself when the own region has nobody left and nobody is being waited for. */
const nextFar = async (
  work: Work,
  placement: Placement,
  far: readonly string[],
  chosen: number,
): Promise<readonly string[]> => {
  if (chosen > 0 || far.length === 0 || openCount(placement) > 0) return []
  const since = work.now.getTime() - ASK_AGAIN_MS
  const before = (await asksOf(work.tx, placement.row.id)).filter((ask) => ask.asked_at.getTime() > since)
  const regionOf = await sidoOf(work)
  // An ask that named no hospital was to the whole region.
  const asked = (id: string, ask: AskRow) =>
    ask.hospital_id === null ? ask.owner === regionOf(id) : ask.hospital_id === id
  return far.filter((id) => !before.some((ask) => asked(id, ask))).slice(0, 1)
}

/** A hospital of another region is not made an offer: its region's cell is asked for one of its beds. */
const askFar = async (
  work: Work,
  placement: Placement,
  actor: Actor,
  hospitalIds: readonly string[],
  regionOf: (hospitalId: string) => string | undefined,
): Promise<BedResult<Placement>> => {
  let after = placement
  for (const hospitalId of hospitalIds) {
    const asked = await askRegion(work, after, actor, { sido: regionOf(hospitalId) ?? '', hospitalId })
    if (!asked.ok) return asked
    after = asked.value
  }
  return ok(after)
}

const begin = async (work: Work, placement: Placement, actor: Actor): Promise<BedResult<Placement>> => {
  const begun = await advance(work, placement, { event: 'start_matching', actor })
  return begun.ok ? begun : { ok: false, error: toRefusal(begun.error) }
}

const notACandidate = (
  id: string,
  asked: ReadonlySet<string>,
  ranking: { readonly whyNot: readonly { readonly hospitalId: string; readonly reasons: readonly string[] }[] },
  index: number,
) => {
  const reasons = asked.has(id) ? ['already-asked'] : ranking.whyNot.find((one) => one.hospitalId === id)?.reasons
  return refuse('no-candidate', (reasons ?? ['not-known']).join(', '), `/body/hospitalIds/${index}`)
}

const send = async (
  work: Work,
  placement: Placement,
  actor: Actor,
  policy: OfferPolicy,
  candidates: readonly RankedCandidate[],
): Promise<BedResult<Placement>> => {
  const { tx, now, beds } = work
  const expiresAt = new Date(now.getTime() + policy.ttlMs)
  const made = candidates.map((candidate) => ({
    id: beds.ids.next(),
    request_id: placement.row.id,
    hospital_id: candidate.hospitalId,
    round: roundOf(placement.row.offer_round),
    rank: candidate.rank,
    designated: policy.designation,
    bed_class: candidate.bedClass,
    sent_at: now,
    expires_at: expiresAt,
  }))
  const sent = await insertOffers(tx, made)
  const timer = { kind: TIMER_KINDS.offer, dueAt: expiresAt, payload: { requestId: placement.row.id } }
  await scheduleAll(
    tx,
    sent.map(({ id }) => ({ ...timer, id: beds.ids.next(), subject: id })),
    now,
  )
  const offers = [...placement.offers, ...sent]
  const data = { hospitalIds: sent.map((offer) => offer.hospital_id), designated: policy.designation }
  const patch = { offer_round: roundOf(placement.row.offer_round) }
  const advanced = await advance(work, { ...placement, offers }, { event: 'offer_sent', actor, data, patch })
  if (!advanced.ok) return { ok: false, error: toRefusal(advanced.error) }
  for (const offer of sent) tellOffer(work, advanced.value.row, offer.id, offer.hospital_id, 'sent')
  return advanced
}

/**
 * What the system does when an answer was no, or none came, or a bed was lost: asks the next, and when there is no next
 * says so. A request whose desk had already declared that there is no bed gets its next timed try.
 */
export const searchOn = async (work: Work, placement: Placement): Promise<Placement> => {
  if (!SEARCHING.includes(placement.row.state)) return placement
  const asked = await askHospitals(work, placement, 'system')
  if (asked.ok) return asked.value
  if (asked.error.code !== 'no-candidate') throw new Error(`The search could not go on: ${asked.error.detail}`)
  if (openCount(placement) > 0) return placement
  return exhausted(work, placement)
}

const exhausted = async (work: Work, placement: Placement): Promise<Placement> => {
  const said = await advance(work, placement, { event: 'offers_exhausted', actor: 'system' })
  const after = said.ok ? said.value : placement
  const { row } = after
  const repeated = row.no_bed_interim_plan !== null && (row.retries_at_level > 0 || row.level !== 'region')
  if (repeated) {
    const details = { interimPlan: row.no_bed_interim_plan }
    const again = await advance(work, after, { event: 'declare_no_bed', actor: 'system', details })
    if (again.ok) return again.value
  }
  addEvent(
    work.tx,
    { requestId: row.id, kind: 'no_candidate', by: work.by, data: { suggested: 'declare_no_bed' } },
    work.now,
  )
  tellRequest(work, row, 'request-without-candidate', { roles: ['placement_desk'], people: [row.created_by] })
  return after
}
