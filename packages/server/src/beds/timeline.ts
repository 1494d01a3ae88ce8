import type { Channel } from '@dure/contract'
import type { Sight } from './relations.ts'
import type { EventRow } from './rows.ts'

export interface TimelineEntry {
  readonly seq: string
  readonly at: string
  readonly kind: string
  readonly by: string
  readonly channel: Channel
  readonly heardFrom: string | null
  readonly data: Record<string, unknown>
}

/**
 * What happened, in order. A hospital that was only asked reads its own part and nothing of what others wrote.
 */
export const toTimeline = (events: readonly EventRow[], sight: Sight, facilityId: string | null): TimelineEntry[] =>
  events
    .filter((event) => sight === 'treats' || (event.kind.startsWith('offer_') && event.data.hospitalId === facilityId))
    .map((event) => ({
      seq: event.id,
      at: event.at.toISOString(),
      kind: event.kind,
      by: event.by_name,
      channel: event.channel,
      heardFrom: event.heard_from,
      data: {
        ...event.data,
        ...(event.from_state === null ? {} : { from: event.from_state }),
        ...(event.to_state === null ? {} : { to: event.to_state }),
      },
    }))
