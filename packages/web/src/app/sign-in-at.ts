import { demoSignIn, getMe, Me } from '@dure/contract'
import { callAt } from '../offline/api.ts'
import { kept } from '../offline/device-store.ts'

/**
 * Lets this person in at another server before anything is asked there: with the session that is there already, else with the
 * credential of this device, which every cell of the nation can check by itself; in a demo as the same invented person.
 * Otherwise the sign-in screen of that server comes.
 */
export const signInAt = async (origin: string): Promise<'in' | 'refused' | 'nobody'> => {
  const me = Me.safeParse(kept('me', 'me')).data
  if (me === undefined) return 'nobody'
  const call = callAt(origin)
  const there = await call(getMe, {}).catch(() => null)
  if (there?.ok === true && there.value.id === me.id) return 'in'
  const { signInWithDevice } = await import('../features/people/device-key.ts')
  const entered = await signInWithDevice(call).catch(() => null)
  if (entered !== null && 'id' in entered && entered.id === me.id) return 'in'
  if (!me.cell.demo) return 'refused'
  const chosen = await call(demoSignIn, { body: { personId: me.id } }).catch(() => null)
  return chosen?.ok === true ? 'in' : 'refused'
}
