import type { VerifiedHc1 } from './hc1.ts'
import { isJsonObject, type Json } from './json.ts'
import { maskName } from './masked-name.ts'
import type { Holder } from './rules.ts'
import { type Credential, credentialOfStrip, credentialsOfDcc } from './rules-credentials.ts'
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

export const presented = (
  credentials: readonly Credential[],
  family: string,
  given: string,
  bornOn: string,
): Presented => ({
  holder: { credentials, ...(bornOn !== '' && { bornOn }) },
  shown: { name: maskName({ family, given }), ...(bornOn.length === 10 && { birth: bornOn.slice(5) }) },
})

export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
