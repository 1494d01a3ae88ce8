/**
 * The words of the field, each list once. Korean and English labels live in the web's catalogues and in docs/glossary.md;
 * the codes here are what travels and what is stored.
 * @see docs/sources/beds.md
 */

/** Bed classes of the NEMC real-time responses and of the placement orders (field notes §1.6). */
export const BED_CLASSES = [
  'CRITICAL',
  'SEMI_CRITICAL',
  'MODERATE',
  'COHORT',
  'ICU_ID',
  'ICU_ID_NEG',
  'ICU_NEG',
  'ICU_GENERAL',
  'WARD_NEG',
  'WARD_GENERAL',
  'ED_NEG',
  'ED_ISO',
  'PED_NEG',
  'PED_ISO',
  'PSYCH_LOCKED',
  'DELIVERY',
] as const
export type BedClass = (typeof BED_CLASSES)[number]

/** 무증상 · 경증 · 중등증 · 준중증 · 위중, mildest first: the index is the order. */
export const SEVERITIES = ['asymptomatic', 'mild', 'moderate', 'severe', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What the patient needs against spreading; `airborne_negative` = 음압격리. */
export const ISOLATION_NEEDS = ['none', 'droplet', 'airborne_negative', 'cohort'] as const
export type IsolationNeed = (typeof ISOLATION_NEEDS)[number]

/** What a bed place offers against spreading. */
export const SLOT_ISOLATIONS = ['none', 'single_room', 'negative_pressure', 'cohort'] as const
export type SlotIsolation = (typeof SLOT_ISOLATIONS)[number]

/** Oxygen support, least first: room air, nasal cannula, mask, high flow, non-invasive, invasive ventilation, ECMO. */
export const OXYGEN_SUPPORTS = ['room_air', 'nasal_cannula', 'mask', 'hfnc', 'niv', 'imv', 'ecmo'] as const
export type OxygenSupport = (typeof OXYGEN_SUPPORTS)[number]

/** AVPU scale of consciousness. */
export const CONSCIOUSNESS = ['alert', 'voice', 'pain', 'unresponsive'] as const
export type Consciousness = (typeof CONSCIOUSNESS)[number]

/** What the patient needs of the receiving hospital beyond a bed. Each maps to capabilities a hospital has or lacks. */
export const NEEDS = [
  'ventilator',
  'hfnc',
  'ecmo',
  'crrt',
  'haemodialysis',
  'delivery',
  'caesarean',
  'nicu',
  'picu',
  'psych_locked',
  'trauma',
  'thoracic_surgery',
  'neurosurgery',
  'cardiac',
  'stroke',
  'burn',
  'bariatric',
  'dementia_adl',
  'sign_language',
  'guardian_stay',
] as const
export type Need = (typeof NEEDS)[number]

/**
 * What a hospital can do. `eq_*` are the equipment flags of the NEMC bed response, `ty_01` … `ty_28` the severe-disease
 * acceptance answers MKioskTy1 … 28, the rest departments and services known from the hospital register or the hospital itself.
 */
export const CAPABILITIES = [
  'eq_ventilator',
  'eq_ventilator_preterm',
  'eq_crrt',
  'eq_ecmo',
  'eq_incubator',
  'eq_ct',
  'eq_mri',
  'eq_angiography',
  'eq_hyperbaric',
  'ty_01',
  'ty_02',
  'ty_03',
  'ty_04',
  'ty_05',
  'ty_06',
  'ty_07',
  'ty_08',
  'ty_09',
  'ty_10',
  'ty_11',
  'ty_12',
  'ty_13',
  'ty_14',
  'ty_15',
  'ty_16',
  'ty_17',
  'ty_18',
  'ty_19',
  'ty_20',
  'ty_21',
  'ty_22',
  'ty_23',
  'ty_24',
  'ty_25',
  'ty_26',
  'ty_27',
  'ty_28',
  'hfnc',
  'trauma',
  'thoracic_surgery',
  'neurosurgery',
  'cardiac_surgery',
  'obstetrics',
  'paediatrics',
  'picu',
  'nicu',
  'psychiatry',
  'bariatric',
  'dementia_adl',
  'sign_language',
  'guardian_stay',
] as const
export type Capability = (typeof CAPABILITIES)[number]

/** `unknown` is never `no`: a hospital that gave no information was not asked yet. */
export const CAPABILITY_ANSWERS = ['yes', 'no', 'unknown'] as const
export type CapabilityAnswer = (typeof CAPABILITY_ANSWERS)[number]

/** Three-way split of a hospital's staffed beds: the hospital's own, the region's to place, reserved for duty (119). */
export const SLOT_SHARES = ['own_use', 'placeable', 'duty_reserve'] as const
export type SlotShare = (typeof SLOT_SHARES)[number]

export const SLOT_STATES = ['available', 'held', 'occupied', 'cleaning', 'blocked', 'surge', 'closed'] as const
export type SlotState = (typeof SLOT_STATES)[number]

export const BLOCKED_REASONS = ['staff', 'clinical', 'maintenance'] as const
export type BlockedReason = (typeof BLOCKED_REASONS)[number]

export const ROOM_SEXES = ['any', 'female', 'male'] as const
export type RoomSex = (typeof ROOM_SEXES)[number]

export const REQUEST_STATES = [
  'draft',
  'submitted',
  'needs_info',
  'triaged',
  'matching',
  'offered',
  'held',
  'confirmed',
  'transport_arranged',
  'in_transit',
  'arrived',
  'on_hold',
  'escalated',
  'no_bed',
  'diverted',
  'admitted',
  'cancelled',
  'deceased',
  'stepped_down',
  'merged',
  'entered_in_error',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

export const TERMINAL_REQUEST_STATES = [
  'admitted',
  'cancelled',
  'deceased',
  'stepped_down',
  'merged',
  'entered_in_error',
] as const satisfies readonly RequestState[]
export type TerminalRequestState = (typeof TERMINAL_REQUEST_STATES)[number]

/** Looking for a bed: everything between submission and a confirmed bed. */
export const WAITING_REQUEST_STATES = [
  'submitted',
  'needs_info',
  'triaged',
  'matching',
  'offered',
  'held',
  'on_hold',
  'escalated',
  'no_bed',
  'diverted',
] as const satisfies readonly RequestState[]

export const OFFER_STATES = [
  'sent',
  'delivered',
  'seen',
  'acked',
  'accepted',
  'accepted_with_conditions',
  'declined',
  'expired',
  'withdrawn',
] as const
export type OfferState = (typeof OFFER_STATES)[number]

export const HOLD_STATES = ['granted', 'confirmed', 'occupied', 'released', 'expired'] as const
export type HoldState = (typeof HOLD_STATES)[number]

export const DECLINE_REASONS = ['staff', 'bed', 'equipment', 'specialty', 'isolation', 'data_wrong', 'other'] as const
export type DeclineReason = (typeof DECLINE_REASONS)[number]

export const CANCEL_REASONS = ['recovered', 'placed_elsewhere', 'declined_by_patient', 'duplicate', 'other'] as const
export type CancelReason = (typeof CANCEL_REASONS)[number]

/** Where the patient is when the request is made. */
export const ORIGIN_TYPES = [
  'emergency_room',
  'ward',
  'home',
  'community_treatment_centre',
  'long_term_care',
  'ambulance_scene',
  'port',
] as const
export type OriginType = (typeof ORIGIN_TYPES)[number]

/** How soon a bed is needed: at once, within 1 h, 4 h, 24 h. */
export const URGENCIES = ['immediate', 'within_1h', 'within_4h', 'within_24h'] as const
export type Urgency = (typeof URGENCIES)[number]

/** How far the patient may travel. Limits in minutes: docs/sources/beds.md. */
export const STABILITIES = ['unstable', 'ventilated', 'stable'] as const
export type Stability = (typeof STABILITIES)[number]

export const TRANSPORTS = ['ambulance_119', 'private_ambulance', 'own', 'to_be_arranged'] as const
export type Transport = (typeof TRANSPORTS)[number]

export const REQUEST_REASONS = [
  'no_capability',
  'no_bed',
  'step_up',
  'step_down',
  'repatriation',
  'first_placement',
] as const
export type RequestReason = (typeof REQUEST_REASONS)[number]

export const SEXES = ['female', 'male', 'unknown'] as const
export type Sex = (typeof SEXES)[number]

export const PATHOGENS = ['covid19', 'influenza', 'measles', 'tuberculosis', 'mers', 'other', 'none'] as const
export type Pathogen = (typeof PATHOGENS)[number]

/** Where a figure or a decision came from. */
export const CHANNELS = ['web', 'phone', 'sms', 'api', 'hl7', 'import', 'system'] as const
export type Channel = (typeof CHANNELS)[number]

/** Peace: each hospital is asked. War (대응 단계 격상): offers may be made as designations that are answered by reasoned refusal only. */
export const REGION_MODES = ['peace', 'war'] as const
export type RegionMode = (typeof REGION_MODES)[number]

/** Roles a person may hold; a role counts within a region and, for hospital roles, within one hospital. */
export const ROLES = [
  'requester',
  'hospital_desk',
  'placement_desk',
  'transport',
  'national_desk',
  'admin',
  /** Approves colleagues of the own facility; held beside a working role. */
  'sponsor',
  /** Answers for a regional desk: approves its people, is told of every break-glass access at once. */
  'desk_lead',
  /** Reviews who saw whom (개인정보 보호책임자); sees no patient. */
  'privacy_officer',
] as const
export type Role = (typeof ROLES)[number]

/** The 17 provinces and the national cell `00`, by 행안부 code. */
export const SIDO_CODES = [
  '11',
  '26',
  '27',
  '28',
  '29',
  '30',
  '31',
  '36',
  '41',
  '51',
  '43',
  '44',
  '52',
  '46',
  '47',
  '48',
  '50',
] as const
export type SidoCode = (typeof SIDO_CODES)[number]
