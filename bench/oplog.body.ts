/** Body of the size a bed's change has. */
export const BODY = {
  id: 'S-1-1',
  hospitalId: 'H-001',
  state: 'held',
  bedClass: 'CRITICAL',
  fencing: 12,
  version: 3,
  asOf: '2026-01-01',
}
