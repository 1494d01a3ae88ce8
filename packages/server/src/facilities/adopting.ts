import { CAPABILITIES, CAPABILITY_ANSWERS, type Capability, HOSPITAL_KINDS, HOSPITAL_STATES } from '@dure/contract'
import { z } from 'zod'
import { NEMC_ANSWER_USABLE_H } from './staleness.ts'
import type { CapabilitySource } from './types.ts'

/** A hospital as a region's log says it, as rows of these tables take it. Pure. */

const code = (digits: number) => z.string().regex(new RegExp(`^[0-9]{${digits}}$`))

const toldHospital = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{3,40}$/),
  hpid: z
    .string()
    .regex(/^[A-Z][0-9]{7}$/)
    .nullable()
    .catch(null),
  name: z.string().min(1).max(200),
  kind: z.enum(HOSPITAL_KINDS),
  sidoCode: code(2),
  sigunguCode: code(5).nullable().catch(null),
  lat: z.number().min(32).max(40),
  lon: z.number().min(123).max(133),
  phone: z.string().nullable(),
  erPhone: z.string().nullable(),
  licensedBeds: z.int().min(0).nullable(),
  state: z.enum(HOSPITAL_STATES),
  source: z.enum(['register', 'demo', 'hospital']),
})
export type AdoptedHospital = z.infer<typeof toldHospital>

export interface AdoptedAnswer {
  readonly hospitalId: string
  readonly code: Capability
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly source: Exclude<CapabilitySource, 'hospital'>
  readonly asOf: Date | null
}

const toldAnswer = z.object({
  answer: z.enum(CAPABILITY_ANSWERS),
  /** Absent in what older cells say. */
  source: z.enum(['register', 'nemc', 'demo', 'hospital']).optional(),
  usableUntil: z.coerce.date().nullable(),
})

/** The hospital, if it is one of that region and these tables can hold it. */
export const hospitalTold = (facts: unknown, sido: string): AdoptedHospital | undefined => {
  const { data } = toldHospital.safeParse(facts)
  return data?.sidoCode === sido ? data : undefined
}

/**
 * What others say a hospital can do. Its own words are not taken from here: they are records of their own, and what is taken back
 * there must not live on here. An answer whose source is not known and that ends may be such a word.
 */
export const answersTold = (facts: unknown): readonly AdoptedAnswer[] => {
  const { data } = z.object({ id: z.string(), answers: z.record(z.string(), z.unknown()) }).safeParse(facts)
  return Object.entries(data?.answers ?? {}).flatMap(([key, said]) => {
    const name = z.enum(CAPABILITIES).safeParse(key)
    const read = toldAnswer.safeParse(said)
    if (data === undefined || !name.success || !read.success) return []
    const { answer, usableUntil, source = usableUntil === null ? 'register' : 'hospital' } = read.data
    if (source === 'hospital') return []
    return [
      { hospitalId: data.id, code: name.data, answer, source, asOf: source === 'nemc' ? asOf(usableUntil) : null },
    ]
  })
}

/** The emergency centre's answers age from when it gave them. */
const asOf = (usableUntil: Date | null): Date | null =>
  usableUntil === null ? null : new Date(usableUntil.getTime() - NEMC_ANSWER_USABLE_H * 3_600_000)
