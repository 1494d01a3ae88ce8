import { actEndpoints } from './bed-acts.ts'
import { boardEndpoints } from './bed-board.ts'
import { candidateEndpoints } from './bed-candidates.ts'
import { patientEndpoints } from './bed-patients.ts'
import { slotEndpoints } from './bed-slots.ts'

/** The routes of the bed slice: slots, capacity, requests, offers, holds. */
export const bedEndpoints = {
  ...slotEndpoints,
  ...patientEndpoints,
  ...actEndpoints,
  ...candidateEndpoints,
  ...boardEndpoints,
} as const
