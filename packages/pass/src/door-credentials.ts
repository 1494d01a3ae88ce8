import type { VerifiedHc1 } from './hc1.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { maskName } from './masked-name.ts'
import type { Holder } from './rules.ts'
import { type Credential, credentialOfStrip, credentialsOfDcc } from './rules-credentials.ts'
import type { Shc } from './shc.ts'
import { birthText, type StripClaims } from './strip.ts'

/** What the door compares with an identity card: a masked name, and month and day of birth. Nothing else is shown. */
export type Shown = { readonly name: string; readonly birth?: string }

/** A verified thing, as rules and door see it. */
export type Presented = { readonly holder: Holder; readonly shown: Shown }

export const presentedStrip = (claims: StripClaims): Presented => {
  const birth = birthText(claims.birth)
  return { holder: { credentials: [credentialOfStrip(claims)] }, shown: { name: claims.name, ...(birth && { birth }) } }
}

export const presentedHc1 = ({ certificate }: VerifiedHc1): Presented => {
  const name = isJsonObject(certificate.nam) ? certificate.nam : {}
  const bornOn = typeof certificate.dob === 'string' ? certificate.dob.slice(0, 10) : ''
  return presented(
    credentialsOfDcc(certificate),
    text(name.fn) || text(name.fnt),
    text(name.gn) || text(name.gnt),
    bornOn,
  )
}

const presented = (credentials: readonly Credential[], family: string, given: string, bornOn: string): Presented => ({
  holder: { credentials, ...(bornOn !== '' && { bornOn }) },
  shown: { name: maskName({ family, given }), ...(bornOn.length === 10 && { birth: bornOn.slice(5) }) },
})

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/**
 * Vaccine codes of FHIR immunizations: CVX as the code of the DCC value set that rules know, with the length of the
 * primary series. @see docs/sources/pass.md#cvx
 */
const CVX: Readonly<Record<string, readonly [product: string, series: number]>> = {
  '207': ['EU/1/20/1507', 2],
  '208': ['EU/1/20/1528', 2],
  '210': ['EU/1/21/1529', 2],
  '211': ['EU/1/21/1618', 2],
  '212': ['EU/1/20/1525', 1],
  '217': ['EU/1/20/1528', 2],
  '218': ['EU/1/20/1528', 2],
  '219': ['EU/1/20/1528', 2],
  '221': ['EU/1/20/1507', 2],
  '229': ['EU/1/20/1507', 2],
  '300': ['EU/1/20/1528', 2],
  '510': ['BBIBP-CorV', 2],
  '511': ['CoronaVac', 2],
}
const CVX_SYSTEM = 'http://hl7.org/fhir/sid/cvx'

/** The first patient of the bundle and every completed COVID-19 immunization of it, numbered by date. */
export const presentedShc = ({ fhirBundle }: Pick<Shc, 'fhirBundle'>): Presented => {
  const resources = (Array.isArray(fhirBundle.entry) ? fhirBundle.entry : []).flatMap((entry) =>
    isJsonObject(entry) && isJsonObject(entry.resource) ? [entry.resource] : [],
  )
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient') ?? {}
  const name = Array.isArray(patient.name) && isJsonObject(patient.name[0]) ? patient.name[0] : {}
  const given = Array.isArray(name.given) ? name.given.map(text).join(' ') : ''
  return presented(vaccinations(resources), text(name.family), given, text(patient.birthDate))
}

const vaccinations = (resources: readonly JsonObject[]): Credential[] =>
  resources
    .filter(({ resourceType, status }) => resourceType === 'Immunization' && status === 'completed')
    .flatMap((one) => {
      const [product, series] = CVX[cvxOf(one)] ?? []
      return product && series ? [{ product, series, date: text(one.occurrenceDateTime).slice(0, 10) }] : []
    })
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .map(({ product, series, date }, i) => ({
      kind: 'vaccination',
      product,
      dose: i + 1,
      of: Math.max(series, i + 1),
      date,
    }))

const cvxOf = ({ vaccineCode }: JsonObject): string => {
  const coding = isJsonObject(vaccineCode) && Array.isArray(vaccineCode.coding) ? vaccineCode.coding : []
  const found = coding.find((one) => isJsonObject(one) && one.system === CVX_SYSTEM)
  return isJsonObject(found) ? text(found.code) : ''
}
