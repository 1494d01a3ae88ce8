import { offersSentSince, offersUnseen, type SpokenOffer } from '../beds/index.ts'
import type { Tx } from '../platform/db.ts'
import { PUSH_TTL_S, UNSEEN_SHARE } from './channel-times.ts'
import type { Channels, HospitalLine } from './channels.service.ts'
import { type NumberRow, numbersOfDeskPeople, numbersToReach } from './numbers.sql.ts'
import { queueText } from './outbox.service.ts'
import { queuePush } from './push.service.ts'
import { peopleOfDesk } from './push.sql.ts'
import { offerText } from './texts.ts'

/**
 * Offers that no screen of the hospital has shown for a while are texted: to who is on call and to what lies on the desk; if
 * there is neither, to the people of the desk. Each number once per offer, however often this runs and in however many
 * processes. Gives how many texts were queued.
 */
export const textUnseen = async (channels: Channels): Promise<number> => {
  const now = channels.clock.now()
  if (!channels.carriers.some(({ media }) => media.includes('sms'))) return 0
  const offers = await offersUnseen(channels.db, now, UNSEEN_SHARE)
  if (offers.length === 0) return 0
  const hospitals = await channels.hospitals()
  let queued = 0
  for (const offer of offers) {
    const numbers = await numbersFor(channels, offer.hospital_id, now)
    queued += await channels.db.tx((tx) => textTo(channels, tx, offer, numbers, hospitals, now))
  }
  return queued
}

const numbersFor = async (channels: Channels, hospitalId: string, now: Date): Promise<readonly NumberRow[]> => {
  const people = await channels.onCall(hospitalId, now)
  const found = await numbersToReach(channels.db, { people, facilityId: hospitalId, desk: true })
  return found.length > 0 ? found : numbersOfDeskPeople(channels.db, hospitalId)
}

const textTo = async (
  channels: Channels,
  tx: Tx,
  offer: SpokenOffer,
  numbers: readonly NumberRow[],
  hospitals: ReadonlyMap<string, HospitalLine>,
  now: Date,
): Promise<number> => {
  const text = offerText({
    code: offer.code,
    bedClass: offer.bed_class,
    isolation: offer.isolation_need,
    oxygen: offer.oxygen,
    needs: offer.needs,
    from: hospitals.get(offer.origin_hospital_id ?? '')?.district ?? null,
  })
  let queued = 0
  for (const { id, phone } of numbers) {
    const reason = `offer:${offer.offer_id}:${phone}`
    const ask = { reason, purpose: 'offer', phone, numberId: id, text, subject: offer.offer_id } as const
    if (await queueText(channels, tx, { ...ask, expiresAt: offer.expires_at }, now)) queued += 1
  }
  return queued
}

/** A new offer wakes the devices of the hospital's desk at once: a notification costs nothing and says nothing. */
export const notifyNew = async (channels: Channels): Promise<number> => {
  const now = channels.clock.now()
  const offers = await offersSentSince(channels.db, new Date(now.getTime() - PUSH_TTL_S * 1_000), now)
  let queued = 0
  for (const offer of offers) {
    const people = await peopleOfDesk(channels.db, offer.hospital_id)
    if (people.length > 0)
      queued += await channels.db.tx((tx) => queuePush(channels, tx, people, `offer:${offer.offer_id}`, now))
  }
  return queued
}
