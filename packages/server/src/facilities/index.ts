export type {
  BedCount,
  CapabilityFact,
  CapabilitySource,
  DirectorySnapshot,
  HospitalId,
  Position,
  RankedHospital,
} from './types.ts'
export { parseHospitalId } from './types.ts'
