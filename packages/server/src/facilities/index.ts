/** The only door of the hospital directory for other slices. */

export { hospitalAddresses } from './addresses.sql.ts'
export { adoptHospitals } from './adopting.sql.ts'
export { answerAt, factAt } from './answers.ts'
export { type DemoFigures, saveDemoRegion } from './demo.sql.ts'
export { type Directory, type HospitalWord, makeDirectory } from './directory.service.ts'
export {
  directoryVersion,
  type HospitalFilter,
  hospitalById,
  hospitalNames,
  latestBedCounts,
  loadHospitals,
} from './directory.sql.ts'
export { registerFacilities } from './facilities.routes.ts'
export { isPlaceOf, type NamedPlace, placesNamed } from './places.sql.ts'
export { takeRegainedWords } from './regained.service.ts'
export { CAPITAL_REGION, POPULATION, REGIONS, type Region, regionByCode } from './regions.ts'
export { ageMinutes, freshnessOf, STALENESS, type StalenessLimits, usableToPlace } from './staleness.ts'
export { type Stopped, stoppedAt } from './stops.ts'
export type {
  BedCount,
  CapabilityFact,
  CapabilitySource,
  DirectorySnapshot,
  HospitalId,
  IntakeStop,
  Position,
  RankedHospital,
  ToldHospital,
} from './types.ts'
export { parseHospitalId } from './types.ts'
export { toCountView } from './views.ts'
