import { CAPABILITIES, type Capability, NEEDS, type Need, type OxygenSupport } from '@dure/contract'

/**
 * Each need as sets of capabilities: of every set the hospital must have at least one.
 * @see docs/sources/beds.md#needs
 */
export const NEED_CAPABILITIES: Record<Need, readonly (readonly Capability[])[]> = {
  ventilator: [['eq_ventilator']],
  // A ventilated bed gives more than high flow.
  hfnc: [['hfnc', 'eq_ventilator']],
  ecmo: [['eq_ecmo'], ['eq_ventilator']],
  crrt: [['eq_crrt', 'ty_23']],
  haemodialysis: [['ty_22']],
  delivery: [['ty_16']],
  caesarean: [['ty_17']],
  nicu: [['nicu', 'ty_15']],
  picu: [['picu']],
  psych_locked: [['ty_24']],
  trauma: [['trauma']],
  thoracic_surgery: [['thoracic_surgery']],
  neurosurgery: [['neurosurgery']],
  cardiac: [['ty_01', 'cardiac_surgery']],
  stroke: [['ty_02']],
  burn: [['ty_19']],
  bariatric: [['bariatric']],
  dementia_adl: [['dementia_adl']],
  sign_language: [['sign_language']],
  guardian_stay: [['guardian_stay']],
}

/** What the present support means for the receiving hospital, said or not. */
export const NEEDS_OF_OXYGEN: Record<OxygenSupport, readonly Need[]> = {
  room_air: [],
  nasal_cannula: [],
  mask: [],
  hfnc: ['hfnc'],
  niv: ['ventilator'],
  imv: ['ventilator'],
  ecmo: ['ecmo'],
}

/** Every need once, in the order of the vocabulary. */
export const allNeeds = (needs: readonly Need[], oxygen: OxygenSupport): readonly Need[] => {
  const wanted = new Set<Need>([...needs, ...NEEDS_OF_OXYGEN[oxygen]])
  return NEEDS.filter((need) => wanted.has(need))
}

/** Two 32-bit words hold one bit for each capability. */
export interface CapabilityMask {
  readonly low: number
  readonly high: number
}

export const capabilityMask = (capabilities: Iterable<Capability>): CapabilityMask => {
  let low = 0
  let high = 0
  for (const capability of capabilities) {
    const bit = BIT.get(capability)
    if (bit === undefined) continue
    if (bit < 32) low |= 1 << bit
    else high |= 1 << (bit - 32)
  }
  return { low, high }
}

const BIT: ReadonlyMap<Capability, number> = new Map(CAPABILITIES.map((capability, bit) => [capability, bit]))

/** One set of a need, ready to be compared. `need` is its number in the vocabulary. */
export interface NeedTest extends CapabilityMask {
  readonly need: number
}

export const needTests = (needs: readonly Need[]): readonly NeedTest[] =>
  needs.flatMap((need) =>
    NEED_CAPABILITIES[need].map((anyOf) => ({ need: NEEDS.indexOf(need), ...capabilityMask(anyOf) })),
  )

/** Needs by the bits of a word. */
export const needsOfBits = (bits: number): readonly Need[] => NEEDS.filter((_, at) => (bits & (1 << at)) !== 0)
