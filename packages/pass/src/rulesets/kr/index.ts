import { RULE_SET_SCHEMA, type RuleSet } from '../../rules-model.ts'
import { KOREA_VACCINES } from '../../value-sets.ts'
import { RULES } from './duties.ts'
import { knownAt } from './editions.ts'
import { GATHERINGS, SUSPENSIONS } from './overlays.ts'
import { CONDITIONS, POLICIES } from './policies.ts'
import { PUBLICATIONS } from './publications.ts'
import { AGE_BANDS, FACILITY_TYPES, REGIONS } from './vocabulary.ts'

const version = (published: string, index: number): RuleSet => ({
  schema: RULE_SET_SCHEMA,
  id: 'kr-pass',
  version: index + 1,
  published,
  timeZone: 'Asia/Seoul',
  title: '대한민국 방역패스 (접종증명·음성확인제)',
  regions: REGIONS,
  facilityTypes: FACILITY_TYPES,
  products: KOREA_VACCINES,
  ageBands: AGE_BANDS,
  conditions: CONDITIONS,
  policies: {
    ordinary: knownAt(POLICIES.ordinary, published),
    strict: knownAt(POLICIES.strict, published),
  },
  rules: knownAt(RULES, published),
  gatherings: knownAt(GATHERINGS, published),
  suspensions: knownAt(SUSPENSIONS, published),
})

/**
 * The Korean pass from 1 November 2021 to its end on 1 March 2022, one rule set for every publication, oldest first. Each
 * knows what had been decided when it was published; the last tells the whole story as it happened.
 */
export const KOREA_RULE_SETS: readonly RuleSet[] = PUBLICATIONS.map(version)

/** The last of them. */
export const KOREA_RULES: RuleSet = version(PUBLICATIONS.at(-1) ?? '', PUBLICATIONS.length - 1)

/** The rule set that was in the hands of door devices at `at` (milliseconds); undefined before the first publication. */
export const koreaRulesAt = (at: number): RuleSet | undefined =>
  KOREA_RULE_SETS.findLast((set) => Date.parse(set.published) <= at)
