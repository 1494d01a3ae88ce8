import type { Scene } from './scene.ts'

export interface Screen {
  readonly name: string
  /** null = nobody is signed in. */
  readonly as: string | null
  readonly path: string
  /** There when the screen is ready to be looked at. */
  readonly ready: string
}

/** Every screen of the bed work, with someone in front of it. */
export const screensOf = (scene: Scene): readonly Screen[] => [
  { name: 'sign-in', as: null, path: '/sign-in', ready: '.person-button' },
  { name: 'home', as: 'demo-28-er-1', path: '/', ready: '.queue-row' },
  { name: 'request-form', as: 'demo-28-er-1', path: '/requests/new', ready: '.request-form' },
  { name: 'request', as: 'demo-28-er-1', path: `/requests/${scene.held}`, ready: '.timeline li' },
  { name: 'desk', as: 'demo-28-placement-1', path: '/desk', ready: '.queue-row' },
  { name: 'desk-looking', as: 'demo-28-placement-1', path: `/desk?request=${scene.looking}`, ready: '.candidate' },
  {
    name: 'desk-offered',
    as: 'demo-28-placement-1',
    path: `/desk?request=${scene.offered}`,
    ready: '.offer .countdown',
  },
  { name: 'desk-batch', as: 'demo-28-placement-1', path: '/desk?view=batch', ready: '.page-desk .card' },
  { name: 'hospital-desk', as: scene.hospitalDesk, path: '/hospital', ready: '.offer-card .hold' },
  { name: 'hospital-request', as: scene.hospitalDesk, path: `/requests/${scene.held}`, ready: '.timeline li' },
  { name: 'board', as: 'demo-28-placement-1', path: '/board', ready: '.headline' },
  { name: 'hospitals', as: 'demo-28-er-1', path: '/hospitals', ready: '.hospital-line' },
  { name: 'hospital', as: 'demo-28-er-1', path: `/hospitals/${scene.hospitalId}`, ready: '.capabilities' },
  { name: 'sources', as: 'demo-28-placement-1', path: '/sources', ready: '.source-grid' },
  { name: 'rooms', as: 'demo-28-placement-1', path: '/rooms', ready: '.room-row' },
  { name: 'room', as: 'demo-28-placement-1', path: `/requests/${scene.offered}/room`, ready: '.room-card' },
  { name: 'roster', as: 'demo-28-placement-1', path: '/roster', ready: '.on-call' },
  { name: 'national', as: 'demo-28-placement-1', path: '/national', ready: '.region-cards li' },
  { name: 'notices', as: 'demo-28-placement-1', path: '/notices', ready: '.page .state' },
  { name: 'packs', as: 'demo-28-placement-1', path: '/packs', ready: '.page .state' },
  { name: 'missing', as: 'demo-28-er-1', path: '/no/such/place', ready: '.state' },
]
