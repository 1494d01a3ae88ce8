import { z } from 'zod'
import { BED_CLASSES, CAPABILITIES, CAPABILITY_ANSWERS, SIDO_CODES } from './vocabulary.ts'

/**
 * general = 종합병원, hospital = 병원, long_term_care = 요양병원, psychiatric = 정신병원, korean_medicine = 한방병원,
 * dental = 치과병원.
 */
export const HOSPITAL_KINDS = [
  'general',
  'hospital',
  'long_term_care',
  'psychiatric',
  'korean_medicine',
  'dental',
  'other',
] as const
export type HospitalKind = (typeof HOSPITAL_KINDS)[number]

/** missing = was in its source's earlier file and is not in the newest one. */
export const HOSPITAL_STATES = ['open', 'missing', 'closed'] as const
export type HospitalState = (typeof HOSPITAL_STATES)[number]

/** How a raw bed figure was read. `not_entered` and `unusable` are both unknown, for different reasons. */
export const READING_KINDS = ['known', 'not_entered', 'unusable'] as const
export type ReadingKind = (typeof READING_KINDS)[number]

export const FIGURE_FLAGS = [
  'over_capacity',
  'count_above_total',
  'not_a_number',
  'total_unusable',
  'total_not_entered',
  'clock_ahead',
  'clock_unreadable',
  'unknown_answer',
] as const
export type FigureFlag = (typeof FIGURE_FLAGS)[number]

/**
 * fresh: use it. stale: use it last and ask whether it is still true. expired: show it with its age, do not place on it.
 * unknown: the age itself is not known.
 */
export const FRESHNESS = ['fresh', 'stale', 'expired', 'unknown'] as const
export type Freshness = (typeof FRESHNESS)[number]
