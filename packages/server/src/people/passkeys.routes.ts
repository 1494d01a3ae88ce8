import { signUpEndpoints as e, ok } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import {
  ownPasskeys,
  register,
  registrationOptions,
  remove,
  rename,
  signIn,
  signInOptions,
} from './passkeys.service.ts'
import { type People, refuse } from './people.service.ts'

/**
 * A hospital's people share an address and come on shift together; one passkey belongs to one person.
 * @see docs/sources/people.md#limits
 */
export const SIGN_IN_LIMITS = { perAddressPerMinute: 120, perPasskeyPerMinute: 10, registrationsPerHour: 30 }

export const registerPasskeys = (http: Http, people: People): void => {
  const route = serve(http)
  const perAddress = makeRateLimit(SIGN_IN_LIMITS.perAddressPerMinute, 60_000)
  const perPasskey = makeRateLimit(SIGN_IN_LIMITS.perPasskeyPerMinute, 60_000)
  const registrations = makeRateLimit(SIGN_IN_LIMITS.registrationsPerHour, 3_600_000)
  const tooMany = refuse('too-many-requests')
  const anew = { once: false } as const

  route(
    e.startPasskeySignIn,
    async ({ address, now }) => (perAddress.take(address, now) ? signInOptions(people, now) : tooMany),
    anew,
  )
  route(
    e.signInWithPasskey,
    async (context) => {
      const { address, now, body } = context
      if (!perAddress.take(address, now) || !perPasskey.take(body.response.id, now)) return tooMany
      return signIn(people, context, body.response)
    },
    anew,
  )

  route(e.listPasskeys, async ({ person }) => ok({ passkeys: await ownPasskeys(people, person) }))
  route(
    e.startPasskeyRegistration,
    async ({ person, sessionToken, now }) =>
      registrations.take(person.id, now) ? registrationOptions(people, person, sessionToken, now) : tooMany,
    anew,
  )
  route(
    e.registerPasskey,
    ({ person, sessionToken, body, now }) => register(people, person, sessionToken, body, now),
    anew,
  )
  route(e.renamePasskey, ({ person, params, body, now }) => rename(people, person, params.id, body.name, now))
  route(e.removePasskey, ({ person, params, now }) => remove(people, person, params.id, now))
}
