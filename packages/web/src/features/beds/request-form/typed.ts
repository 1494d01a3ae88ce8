import {
  type BedClass,
  type Consciousness,
  type IsolationNeed,
  type Need,
  type OriginType,
  type OxygenSupport,
  type Pathogen,
  type RequestInput,
  type RequestReason,
  type RequestView,
  requestInput,
  type Sex,
  type Stability,
  type Transport,
  type Urgency,
} from '@dure/contract'

/** The form as typed: numbers are still text, nothing is chosen for the doctor but what is nearly always so. */
export interface TypedRequest {
  readonly originType: OriginType
  readonly originAddress: string
  readonly callbackPhone: string
  readonly ageYears: string
  readonly sex: Sex | null
  readonly complaint: string
  readonly isolationNeed: IsolationNeed | null
  readonly oxygen: OxygenSupport | null
  readonly requestedClass: BedClass | null
  readonly needs: readonly Need[]
  readonly pathogen: Pathogen | null
  readonly pulse: string
  readonly systolicBp: string
  readonly respiratoryRate: string
  readonly temperature: string
  readonly spo2: string
  readonly consciousness: Consciousness | null
  readonly takenAt: string
  readonly urgency: Urgency | null
  readonly stability: Stability | null
  readonly transport: Transport | null
  readonly reason: RequestReason | null
  readonly oxygenFlowLpm: string
  readonly fio2Percent: string
  readonly weightKg: string
  readonly pregnancyWeeks: string
  readonly comorbidities: string
  readonly allergies: string
  readonly guardianPhone: string
  readonly codeStatus: 'full' | 'no_cpr' | 'comfort_only' | ''
  /** The patient's own unit; a draft from before this field has none. */
  readonly continuity?: { readonly id: string; readonly name: string } | null
  readonly note: string
}

export const EMPTY: TypedRequest = {
  originType: 'emergency_room',
  originAddress: '',
  callbackPhone: '',
  ageYears: '',
  sex: null,
  complaint: '',
  isolationNeed: null,
  oxygen: null,
  requestedClass: null,
  needs: [],
  pathogen: null,
  pulse: '',
  systolicBp: '',
  respiratoryRate: '',
  temperature: '',
  spo2: '',
  consciousness: null,
  takenAt: '',
  urgency: null,
  stability: null,
  transport: null,
  reason: null,
  oxygenFlowLpm: '',
  fio2Percent: '',
  weightKg: '',
  pregnancyWeeks: '',
  comorbidities: '',
  allergies: '',
  guardianPhone: '',
  codeStatus: '',
  continuity: null,
  note: '',
}

/** '' and null mean "not said" and are left out; what is not a number stays text, so that the check names the field. */
const numberOf = (text: string): number | string =>
  /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : text
const said = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== '' && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  )
const listOf = (text: string): string[] =>
  text
    .split(/[,·\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

export const vitalsOf = (typed: TypedRequest): Record<string, unknown> =>
  said({
    pulse: numberOf(typed.pulse.trim()),
    systolicBp: numberOf(typed.systolicBp.trim()),
    respiratoryRate: numberOf(typed.respiratoryRate.trim()),
    temperature: numberOf(typed.temperature.trim()),
    spo2: numberOf(typed.spo2.trim()),
    consciousness: typed.consciousness,
  })

export const inputOf = (typed: TypedRequest): Record<string, unknown> => {
  const vitals = vitalsOf(typed)
  return said({
    originType: typed.originType,
    originAddress: typed.originAddress.trim(),
    callbackPhone: typed.callbackPhone.trim(),
    ageYears: numberOf(typed.ageYears.trim()),
    sex: typed.sex,
    complaint: typed.complaint.trim(),
    isolationNeed: typed.isolationNeed,
    oxygen: typed.oxygen,
    requestedClass: typed.requestedClass,
    needs: typed.needs,
    pathogen: typed.pathogen,
    vitals: Object.keys(vitals).length === 0 ? null : said({ ...vitals, takenAt: typed.takenAt }),
    urgency: typed.urgency,
    stability: typed.stability,
    transport: typed.transport,
    reason: typed.reason,
    oxygenFlowLpm: numberOf(typed.oxygenFlowLpm.trim()),
    fio2Percent: numberOf(typed.fio2Percent.trim()),
    weightKg: numberOf(typed.weightKg.trim()),
    pregnancyWeeks: numberOf(typed.pregnancyWeeks.trim()),
    comorbidities: listOf(typed.comorbidities),
    allergies: listOf(typed.allergies),
    guardianPhone: typed.guardianPhone.trim(),
    codeStatus: typed.codeStatus,
    continuityHospitalId: typed.continuity?.id ?? null,
    note: typed.note.trim(),
  })
}

export type FieldFaultKind = 'needed' | 'notValid'
export type Checked =
  | { readonly ok: true; readonly input: RequestInput }
  | { readonly ok: false; readonly faults: ReadonlyMap<string, FieldFaultKind> }

/** Checks by the contract's own rules, so that the form never disagrees with the server. */
export const checkTyped = (typed: TypedRequest): Checked => {
  const input = inputOf(typed)
  const parsed = requestInput.safeParse(input)
  if (parsed.success) return { ok: true, input: parsed.data }
  const faults = new Map<string, FieldFaultKind>()
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] === 'vitals' ? issue.path[1] : issue.path[0])
    if (!faults.has(name))
      faults.set(name, input[name] === undefined && issue.path[0] !== 'vitals' ? 'needed' : 'notValid')
  }
  return { ok: false, faults }
}

export type KnownDetails = RequestView['details']

/** What is known of a request, back in the form's own words. */
export const typedOf = (known: KnownDetails, continuityName: string | null = null): TypedRequest => {
  const text = (value: number | string | undefined) => (value === undefined ? '' : String(value))
  const vitals = known.vitals ?? {}
  return {
    ...EMPTY,
    originType: known.originType ?? EMPTY.originType,
    originAddress: known.originAddress ?? '',
    callbackPhone: known.callbackPhone ?? '',
    ageYears: text(known.ageYears),
    sex: known.sex ?? null,
    complaint: known.complaint ?? '',
    isolationNeed: known.isolationNeed ?? null,
    oxygen: known.oxygen ?? null,
    requestedClass: known.requestedClass ?? null,
    needs: known.needs ?? [],
    pathogen: known.pathogen ?? null,
    pulse: text(vitals.pulse),
    systolicBp: text(vitals.systolicBp),
    respiratoryRate: text(vitals.respiratoryRate),
    temperature: text(vitals.temperature),
    spo2: text(vitals.spo2),
    consciousness: vitals.consciousness ?? null,
    takenAt: vitals.takenAt ?? '',
    urgency: known.urgency ?? null,
    stability: known.stability ?? null,
    transport: known.transport ?? null,
    reason: known.reason ?? null,
    oxygenFlowLpm: text(known.oxygenFlowLpm),
    fio2Percent: text(known.fio2Percent),
    weightKg: text(known.weightKg),
    pregnancyWeeks: text(known.pregnancyWeeks),
    comorbidities: (known.comorbidities ?? []).join(', '),
    allergies: (known.allergies ?? []).join(', '),
    guardianPhone: known.guardianPhone ?? '',
    codeStatus: known.codeStatus ?? '',
    continuity:
      typeof known.continuityHospitalId === 'string'
        ? { id: known.continuityHospitalId, name: continuityName ?? known.continuityHospitalId }
        : null,
    note: known.note ?? '',
  }
}

/** Only what differs from what is known: two people may correct different things. */
export const changesOf = (known: KnownDetails, typed: RequestInput): Partial<RequestInput> => {
  const before: Record<string, unknown> = { ...known }
  const entries = Object.entries(typed).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  )
  return Object.fromEntries(entries)
}
