import type { AskView } from '@dure/contract'
import type { Beds } from './beds.service.ts'
import { type AskRow, asksOf } from './crossing.sql.ts'
import { slotShown } from './slots.sql.ts'
import type { Names } from './views.ts'

/** Other regions that were asked for a patient, oldest first. */
export const askViews = async (beds: Beds, requestId: string): Promise<AskView[]> => {
  const names = await hospitalNames(beds)
  const views: AskView[] = []
  for (const ask of await asksOf(beds.db, requestId)) views.push(await toAskView(beds, ask, names))
  return views
}

const toAskView = async (beds: Beds, ask: AskRow, names: Names): Promise<AskView> => {
  const slot = ask.slot_id === null ? null : await slotShown(beds.db, ask.slot_id)
  const hospitalId = ask.slot_hospital_id ?? ask.hospital_id
  return {
    id: ask.id,
    sido: ask.owner,
    hospitalId,
    hospitalName: hospitalId === null ? null : names.name(hospitalId),
    state: ask.state,
    askedAt: ask.asked_at.toISOString(),
    expiresAt: ask.expires_at.toISOString(),
    bedClass: slot?.bed_class ?? null,
    slotLabel: slot?.label ?? null,
    fencing: ask.fencing,
    endedAt: ask.ended_at?.toISOString() ?? null,
    why: ask.why,
  }
}

const hospitalNames = async (beds: Beds): Promise<Names> => {
  const { byId } = await beds.finder.directory()
  return {
    name: (id) => byId.get(id)?.name ?? id,
    phone: (id) => byId.get(id)?.erPhone ?? byId.get(id)?.phone ?? null,
  }
}
