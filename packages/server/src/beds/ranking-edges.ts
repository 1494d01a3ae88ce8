import type { AssignmentEdge } from './batch-assignment.ts'
import { criteriaOf, slotFails } from './candidate-filters.ts'
import { overFitLevels, overFitMilli, timeToTreatmentS } from './candidate-terms.ts'
import { quarterOf } from './ranking-dimensions.ts'
import type { RankedCandidate, RankingInput } from './ranking-types.ts'

/**
 * The places that would do for a request, at its best hospitals, with what each costs: seconds to treatment, and a second
 * for each thousandth of wasted care, so that a whole level of the scarcest care is worth some 18 minutes of driving.
 * @param best from `rank`, best first
 */
export const assignmentEdges = (
  input: RankingInput,
  best: readonly RankedCandidate[],
  mostHospitals = 20,
): readonly AssignmentEdge[] => {
  const { snapshot: s, request, driveTimes, nowMs } = input
  const c = criteriaOf(input)
  const levels = overFitLevels(request)
  const quarter = quarterOf(nowMs)
  const edges: AssignmentEdge[] = []
  for (const { hospitalId } of best.slice(0, mostHospitals)) {
    const hospital = s.hospitalAt.get(hospitalId)
    if (hospital === undefined) continue
    const end = s.firstSlot[hospital + 1] ?? 0
    for (let slot = s.firstSlot[hospital] ?? 0; slot < end; slot++) {
      const view = s.slots[slot]
      if (view === undefined || slotFails(c, s, slot, hospital) !== 0) continue
      const timeS = timeToTreatmentS(s, slot, hospital, driveTimes.seconds[hospital] ?? 0, quarter)
      edges.push({ slotId: view.id, hospitalId, cost: timeS + overFitMilli(s, levels, slot, hospital) })
    }
  }
  return edges
}
