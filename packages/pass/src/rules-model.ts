/**
 * The shape of a rule set: plain JSON that can be signed, shipped in a policy pack and read by a person.
 *
 * Times are RFC 3339 texts with their offset (`2021-12-06T00:00:00+09:00`). Every interval is half-open `[from, to)`;
 * `to: null` means "until further notice". Texts for people are Korean; ids and codes are ASCII.
 * How to write one: packages/pass/docs/rules.md. Checked by `checkRuleSet`.
 */
export const RULE_SET_SCHEMA = 1

export type RuleSet = {
  readonly schema: typeof RULE_SET_SCHEMA
  readonly id: string
  /** Rises with every publication; a pack with a lower one is a rollback. */
  readonly version: number
  /** When this version became known; what was decided later is not in it. */
  readonly published: string
  readonly timeZone: 'Asia/Seoul'
  readonly title: string
  /** Region codes this rule set speaks about, e.g. `"11": "서울특별시"`. Any other region gets `unknown`. */
  readonly regions: { readonly [code: string]: string }
  /** Facility types this rule set knows. A type it does not know gets `unknown`, never `pass`. */
  readonly facilityTypes: { readonly [type: string]: string }
  readonly products: { readonly [code: string]: VaccineProduct }
  readonly ageBands: readonly AgeBand[]
  readonly conditions: { readonly [id: string]: Condition }
  readonly policies: { readonly [id: string]: readonly PolicyPeriod[] }
  readonly rules: readonly Rule[]
  readonly gatherings: readonly GatheringLimit[]
  readonly suspensions: readonly Suspension[]
}

export type Basis = {
  /** The order, notice or decision in Korean. */
  readonly legalBasis: string
  /** Row of docs/sources/rules.md. */
  readonly source: string
}

export type Interval = { readonly from: string; readonly to: string | null }

export type VaccineProduct = { readonly name: string; readonly primaryDoses: number }

/**
 * The first band whose bounds hold is the holder's. `bornFrom` and `bornUntil` are dates, both inclusive; `ageBelow` is
 * an age in completed years on the day of the question. A band without bounds takes everybody left.
 */
export type AgeBand = {
  readonly band: string
  readonly bornFrom?: string
  readonly bornUntil?: string
  readonly ageBelow?: number
}

export type CredentialKind = 'vaccination' | 'recovery' | 'test' | 'exemption' | 'strip'

/**
 * When a credential satisfies: `if` (CertLogic, truthy) says whether it is of the right sort, `from` and `until`
 * (CertLogic yielding date-times) when. It never reads the clock, so the answer can change only at `from` and `until`.
 * With two kinds in `needs` every pair of credentials is tried.
 */
export type Condition = {
  readonly needs: readonly CredentialKind[]
  readonly if: unknown
  readonly from: unknown
  /** null: no end. */
  readonly until: unknown
}

/** Which conditions satisfy during the interval. `tolerates`: satisfied in the past, still let in while rules settle. */
export type PolicyPeriod = Interval &
  Basis & {
    readonly accepts: readonly string[]
    readonly tolerates?: readonly string[]
  }

export type Place = { readonly sido?: readonly string[]; readonly sigungu?: readonly string[] }

/** Who may enter without a pass although one is required. */
export type Allowance =
  /** Only a visitor without company. */
  | { readonly kind: 'alone' }
  /** At most `max` persons of one party. */
  | { readonly kind: 'per-party'; readonly max: number }

export type Rule = Interval &
  Place &
  Basis & {
    readonly id: string
    readonly facilities: readonly string[]
  } & (
    | { readonly effect: 'not-required'; readonly lifted?: true }
    | {
        readonly effect: 'required'
        /** Id in `policies`. */
        readonly policy: string
        /** Ages the duty does not reach, each for as long as that holds. */
        readonly exempt: readonly (Interval & { readonly bands: readonly string[] })[]
        /** 계도기간: visitors without a pass are informed and let in; of these bands only, if bands are named. */
        readonly grace: readonly (Interval & { readonly bands?: readonly string[] })[]
        readonly allowance?: Allowance
      }
  )

/** Largest party of a private gathering. Households and care are exempt (`party.household`). */
export type GatheringLimit = Interval & Place & Basis & { readonly id: string; readonly max: number }

/** A court's decision laid over the rules: what it names needs no pass, whatever the rules say. It never tightens. */
export type Suspension = Interval &
  Place &
  Basis & {
    readonly id: string
    /** Absent: all types. */
    readonly facilities?: readonly string[]
    /** Absent: all ages. */
    readonly ageBands?: readonly string[]
    /** What the decision says of its end, when that is not a date yet. */
    readonly until?: string
  }
