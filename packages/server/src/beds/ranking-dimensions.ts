import { BED_CLASSES } from '@dure/contract'
import { CARE_GROUPS, careGroup } from './candidate-classes.ts'

/** Widths of the columns a snapshot is made of. */
export const CLASSES = BED_CLASSES.length
export const GROUPS = CARE_GROUPS.length
/** Quarters of the local day: 00–06, 06–12, 12–18, 18–24. */
export const QUARTERS = 4

/** Care group of each class, by number. */
export const GROUP_OF_CLASS: readonly number[] = BED_CLASSES.map(careGroup)

/** Quarter of the day in Korea, UTC+9 all year. */
export const quarterOf = (nowMs: number): number => Math.floor(((Math.floor(nowMs / 3_600_000) + 9) % 24) / 6)
