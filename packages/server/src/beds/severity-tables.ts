import type { Consciousness, OxygenSupport, Severity } from '@dure/contract'

/**
 * Published early-warning scores and the classes we read from them, as data.
 * @see docs/sources/beds.md#severity for the source or the argument behind every row
 */

/** Points for values up to and including `upTo`, in rising order; the last band is open. */
export interface Band {
  readonly upTo: number
  readonly points: number
}

/** Temperature is kept in tenths of a degree, so that 38.0 and 38.1 are whole numbers. */
export type NumericVital = 'pulse' | 'systolicBp' | 'respiratoryRate' | 'temperatureTenths'

const REST = Number.POSITIVE_INFINITY

/**
 * Subbe 2001, table 1. The printed table leaves 70 mmHg and 40 beats out (`<70`, `71–80`; `<40`, `41–50`):
 * they count with the worse neighbour.
 */
export const MEWS_BANDS: Record<NumericVital, readonly Band[]> = {
  systolicBp: [
    { upTo: 70, points: 3 },
    { upTo: 80, points: 2 },
    { upTo: 100, points: 1 },
    { upTo: 199, points: 0 },
    { upTo: REST, points: 2 },
  ],
  pulse: [
    { upTo: 40, points: 2 },
    { upTo: 50, points: 1 },
    { upTo: 100, points: 0 },
    { upTo: 110, points: 1 },
    { upTo: 129, points: 2 },
    { upTo: REST, points: 3 },
  ],
  respiratoryRate: [
    { upTo: 8, points: 2 },
    { upTo: 14, points: 0 },
    { upTo: 20, points: 1 },
    { upTo: 29, points: 2 },
    { upTo: REST, points: 3 },
  ],
  temperatureTenths: [
    { upTo: 349, points: 2 },
    { upTo: 384, points: 0 },
    { upTo: REST, points: 2 },
  ],
}
export const MEWS_CONSCIOUSNESS: Record<Consciousness, number> = { alert: 0, voice: 1, pain: 2, unresponsive: 3 }

/** Royal College of Physicians 2017, chart 1. */
export const NEWS2_BANDS: Record<NumericVital, readonly Band[]> = {
  respiratoryRate: [
    { upTo: 8, points: 3 },
    { upTo: 11, points: 1 },
    { upTo: 20, points: 0 },
    { upTo: 24, points: 2 },
    { upTo: REST, points: 3 },
  ],
  systolicBp: [
    { upTo: 90, points: 3 },
    { upTo: 100, points: 2 },
    { upTo: 110, points: 1 },
    { upTo: 219, points: 0 },
    { upTo: REST, points: 3 },
  ],
  pulse: [
    { upTo: 40, points: 3 },
    { upTo: 50, points: 1 },
    { upTo: 90, points: 0 },
    { upTo: 110, points: 1 },
    { upTo: 130, points: 2 },
    { upTo: REST, points: 3 },
  ],
  temperatureTenths: [
    { upTo: 350, points: 3 },
    { upTo: 360, points: 1 },
    { upTo: 380, points: 0 },
    { upTo: 390, points: 1 },
    { upTo: REST, points: 2 },
  ],
}
export const NEWS2_CONSCIOUSNESS: Record<Consciousness, number> = { alert: 0, voice: 3, pain: 3, unresponsive: 3 }
export const NEWS2_SUPPLEMENTAL_OXYGEN_POINTS = 2

/** `scale2` is for patients with a prescribed target of 88–92 % (hypercapnic respiratory failure) only. */
export const NEWS2_SPO2: Record<'scale1' | 'scale2OnAir' | 'scale2OnOxygen', readonly Band[]> = {
  scale1: [
    { upTo: 91, points: 3 },
    { upTo: 93, points: 2 },
    { upTo: 95, points: 1 },
    { upTo: REST, points: 0 },
  ],
  scale2OnAir: [
    { upTo: 83, points: 3 },
    { upTo: 85, points: 2 },
    { upTo: 87, points: 1 },
    { upTo: REST, points: 0 },
  ],
  scale2OnOxygen: [
    { upTo: 83, points: 3 },
    { upTo: 85, points: 2 },
    { upTo: 87, points: 1 },
    { upTo: 92, points: 0 },
    { upTo: 94, points: 1 },
    { upTo: 96, points: 2 },
    { upTo: REST, points: 3 },
  ],
}

export type RiskBand = 'low' | 'low_medium' | 'medium' | 'high'

/** Points from which a band begins; NEWS2 by its report, MEWS by Subbe's odds ratios at 5 and more. */
export const RISK_BANDS: Record<'mews' | 'news2', readonly { readonly from: number; readonly band: RiskBand }[]> = {
  mews: [
    { from: 5, band: 'high' },
    { from: 3, band: 'medium' },
    { from: 0, band: 'low' },
  ],
  news2: [
    { from: 7, band: 'high' },
    { from: 5, band: 'medium' },
    { from: 0, band: 'low' },
  ],
}
/** NEWS2: three points for one vital sign alone are more than low, whatever the sum. */
export const NEWS2_RED_SCORE = 3

export const CLASS_BY_RISK: Record<RiskBand, Severity> = {
  low: 'mild',
  low_medium: 'moderate',
  medium: 'moderate',
  high: 'severe',
}

/** The least class a patient with this support belongs to, whatever the score (WHO clinical progression scale 5, 6, 7–9). */
export const CLASS_BY_OXYGEN: Record<OxygenSupport, Severity> = {
  room_air: 'asymptomatic',
  nasal_cannula: 'moderate',
  mask: 'moderate',
  hfnc: 'severe',
  niv: 'severe',
  imv: 'critical',
  ecmo: 'critical',
}

/** The least class by consciousness; without a whole score the guideline's sorting counts: reduced consciousness is critical. */
export const CLASS_BY_CONSCIOUSNESS: Record<'scored' | 'unscored', Record<Consciousness, Severity>> = {
  scored: { alert: 'asymptomatic', voice: 'severe', pain: 'critical', unresponsive: 'critical' },
  unscored: { alert: 'asymptomatic', voice: 'critical', pain: 'critical', unresponsive: 'critical' },
}
export const CLASS_ON_VASOPRESSORS: Severity = 'critical'

/** Below this age, and in pregnancy, the adult scores are not valid (RCP 2017). */
export const ADULT_SCORE_FROM_AGE_YEARS = 16

/** Outside these a living patient's value is a slip of the keyboard. */
export const PLAUSIBLE: Record<
  'pulse' | 'systolicBp' | 'respiratoryRate' | 'temperature' | 'spo2',
  readonly [number, number]
> = {
  pulse: [20, 300],
  systolicBp: [30, 300],
  respiratoryRate: [1, 80],
  temperature: [25, 45],
  spo2: [30, 100],
}
