import type { CryptoBackend } from './crypto.ts'
import { type Presented, presented, text } from './door-credentials.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { Checked } from './refusals.ts'
import { ok } from './result.ts'
import { type RevocationState, type Revocations, shcRevocation } from './revocation.ts'
import type { Credential } from './rules-credentials.ts'
import { decodeShc, type Shc, verifyShc } from './shc.ts'
import type { Trust } from './trust.ts'

/** SMART Health Cards at the door: a chunk of its own, loaded when the first such card is shown. */
export const verifyShcAtDoor = async (
  crypto: CryptoBackend,
  scanned: string,
  check: { readonly trust: Trust; readonly at: number; readonly skewMs: number; readonly revocations: Revocations },
): Promise<Checked<Presented & { readonly revocation: RevocationState }>> => {
  const card = decodeShc(scanned)
  if (!card.ok) return card
  const { jws, rid, notBefore = 0 } = card.value
  const trusted = await check.trust.keysFor(jws.kid ?? '', 'shc', check.at)
  if (!trusted.ok) return trusted
  const keys = trusted.value.map(({ issuer, key }) => ({
    publicKey: key,
    ...(issuer.issuer !== undefined && { issuer: issuer.issuer }),
  }))
  const verified = await verifyShc(crypto, card.value, { keys, at: check.at, skewMs: check.skewMs })
  if (!verified.ok) return verified
  const revocation = shcRevocation(check.revocations, jws.kid, rid, notBefore)
  return ok({ ...presentedShc(verified.value), revocation })
}

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
