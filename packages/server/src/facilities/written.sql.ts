/**
 * Is this hospital's own word kept here? By the cell of its region, and by a neighbour for as long as it stands in for it: what was
 * said here then is not news any more once the region's cell writes again.
 * @param sido expression for the region of the hospital
 */
export const speaksHere = (sido: string): string =>
  `${sido} in (select c.region from platform.cell c union all select w.origin from platform.writing w)`
