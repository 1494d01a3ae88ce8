import type { Me } from '@dure/contract'
import { hasRole } from './session.ts'

/** Where a person's work is. */
export const homeOf = (me: Me): '/desk' | '/hospital' | '/' | '/board' | '/national' => {
  if (me.cell.region === '00') return '/national'
  if (hasRole(me, 'placement_desk', 'national_desk')) return '/desk'
  if (hasRole(me, 'hospital_desk')) return '/hospital'
  return hasRole(me, 'requester', 'transport') ? '/' : '/board'
}
