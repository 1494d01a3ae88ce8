import {
  type AuthenticationResponse,
  signUpEndpoints as e,
  type Me,
  type Problem,
  type RegistrationResponse,
} from '@dure/contract'
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { call } from '../../offline/api.ts'

export type PasskeyOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem | 'cancelled' }

const cancelled = { ok: false, problem: 'cancelled' } as const

/** Asks the browser for any passkey it has for us; nobody types who they are. */
export const signInWithPasskey = async (): Promise<PasskeyOutcome<Me>> => {
  const asked = await call(e.startPasskeySignIn)
  if (!asked.ok) return { ok: false, problem: asked.error }
  const optionsJSON = asked.value.options as unknown as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON }).catch(() => null)
  if (response === null) return cancelled
  const answer = await call(e.signInWithPasskey, { body: { response: response as unknown as AuthenticationResponse } })
  return answer.ok ? answer : { ok: false, problem: answer.error }
}

export const addPasskey = async (name: string): Promise<PasskeyOutcome<null>> => {
  const asked = await call(e.startPasskeyRegistration)
  if (!asked.ok) return { ok: false, problem: asked.error }
  const optionsJSON = asked.value.options as unknown as PublicKeyCredentialCreationOptionsJSON
  const response = await startRegistration({ optionsJSON }).catch(() => null)
  if (response === null) return cancelled
  const answer = await call(e.registerPasskey, {
    body: { name, response: response as unknown as RegistrationResponse },
  })
  return answer.ok ? { ok: true, value: null } : { ok: false, problem: answer.error }
}
