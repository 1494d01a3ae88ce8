import type { LicenceKind } from '@dure/contract'

/**
 * What a licence number looks like. The ministry publishes no check digit, so the form is all a program can look at; whether the
 * number is this person's is what the sponsor vouches for, card in hand.
 * @see docs/sources/people.md#licences
 */
const FORMS: Record<LicenceKind, RegExp> = {
  doctor: /^[1-9][0-9]{0,5}$/,
  nurse: /^[1-9][0-9]{0,5}$/,
  paramedic: /^[1-9][0-9]{0,5}$/,
  /** Officials have a staff number of their organisation, which may carry letters. */
  official: /^[0-9A-Z]{4,12}$/,
}

/** How many of the last digits are kept in the clear: enough to compare with a card, too few to be a number. */
const TAIL = 3

export interface Licence {
  readonly kind: LicenceKind
  /** Digits without 제, 호, blanks and hyphens. */
  readonly number: string
  /** Never the whole number. */
  readonly tail: string
}

/** `제 12345 호` and `12345` are the same number. Undefined: not a number of this kind. */
export const parseLicence = (kind: LicenceKind, raw: string): Licence | undefined => {
  const number = raw
    .normalize('NFKC')
    .replace(/[\s-]|^제|호$/g, '')
    .replace(/^제|호$/g, '')
    .toUpperCase()
  if (!FORMS[kind].test(number)) return undefined
  return { kind, number, tail: number.slice(-Math.min(TAIL, Math.max(1, number.length - 1))) }
}
