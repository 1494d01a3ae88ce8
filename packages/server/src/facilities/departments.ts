import type { Capability } from '@dure/contract'

/**
 * What a department of the register says about a hospital's abilities. A department is permission, not proof: it makes a
 * hospital worth asking. A department that is not listed proves nothing either, so its absence is unknown and never no.
 * @see docs/sources/facilities.md#departments
 */
export const DEPARTMENT_CAPABILITIES: Readonly<Record<string, readonly Capability[]>> = {
  흉부외과: ['thoracic_surgery'],
  심장혈관흉부외과: ['thoracic_surgery', 'cardiac_surgery'],
  신경외과: ['neurosurgery'],
  산부인과: ['obstetrics'],
  소아청소년과: ['paediatrics'],
  정신건강의학과: ['psychiatry'],
  정신과: ['psychiatry'],
}

/** Known abilities, each once, in the order of the table. */
export const capabilitiesOfDepartments = (departments: readonly string[]): readonly Capability[] => {
  const own = new Set(departments)
  const found = Object.entries(DEPARTMENT_CAPABILITIES).flatMap(([name, codes]) => (own.has(name) ? codes : []))
  return [...new Set(found)]
}
