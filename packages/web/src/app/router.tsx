import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { stubborn } from '../offline/stubborn.ts'
import { Crashed } from '../ui/states.tsx'
import { Missing } from './missing.tsx'
import { Shell } from './shell.tsx'
import { SignedIn } from './signed-in.tsx'

/** While nothing else happens every page is fetched, so that a lost network loses no screen. */
const pages: (() => Promise<unknown>)[] = []
const page = <T extends Record<string, unknown>>(load: () => Promise<T>) => {
  const there = stubborn(load)
  pages.push(there)
  return there
}
export const fetchAllPages = async (): Promise<void> => {
  for (const load of pages) await load()
}

const root = createRootRoute({ component: Shell, notFoundComponent: Missing })
const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: SignedIn })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(
    page(() => import('../features/people/sign-in.tsx')),
    'SignIn',
  ),
})
const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(
    page(() => import('../features/beds/home.tsx')),
    'Home',
  ),
})
const newRequest = createRoute({
  getParentRoute: () => signedIn,
  path: '/requests/new',
  component: lazyRouteComponent(
    page(() => import('../features/beds/request-form/page.tsx')),
    'RequestFormPage',
  ),
})
const request = createRoute({
  getParentRoute: () => signedIn,
  path: '/requests/$id',
  component: lazyRouteComponent(
    page(() => import('../features/beds/request/page.tsx')),
    'RequestPage',
  ),
})
const desk = createRoute({
  getParentRoute: () => signedIn,
  path: '/desk',
  validateSearch: z.object({
    request: z.string().max(64).optional().catch(undefined),
    view: z.enum(['queue', 'batch']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(
    page(() => import('../features/beds/desk/page.tsx')),
    'DeskPage',
  ),
})
const hospital = createRoute({
  getParentRoute: () => signedIn,
  path: '/hospital',
  component: lazyRouteComponent(
    page(() => import('../features/beds/hospital/page.tsx')),
    'HospitalDeskPage',
  ),
})
const board = createRoute({
  getParentRoute: () => signedIn,
  path: '/board',
  component: lazyRouteComponent(
    page(() => import('../features/beds/board/page.tsx')),
    'BoardPage',
  ),
})
const national = createRoute({
  getParentRoute: () => signedIn,
  path: '/national',
  component: lazyRouteComponent(
    page(() => import('../features/national/board.tsx')),
    'NationalBoardPage',
  ),
})
const notices = createRoute({
  getParentRoute: () => signedIn,
  path: '/notices',
  component: lazyRouteComponent(
    page(() => import('../features/national/notices-page.tsx')),
    'NoticesPage',
  ),
})
const packs = createRoute({
  getParentRoute: () => signedIn,
  path: '/packs',
  component: lazyRouteComponent(
    page(() => import('../features/national/packs-page.tsx')),
    'PacksPage',
  ),
})
/** Of the demo of several cells; elsewhere its API does not exist and the page says that it is missing. */
const control = createRoute({
  getParentRoute: () => root,
  path: '/demo/control',
  component: lazyRouteComponent(
    stubborn(() => import('../features/national/control.tsx')),
    'ControlPage',
  ),
})
const hospitals = createRoute({
  getParentRoute: () => signedIn,
  path: '/hospitals',
  component: lazyRouteComponent(
    page(() => import('../features/facilities/directory.tsx')),
    'DirectoryPage',
  ),
})
const hospitalPage = createRoute({
  getParentRoute: () => signedIn,
  path: '/hospitals/$id',
  component: lazyRouteComponent(
    page(() => import('../features/facilities/hospital.tsx')),
    'HospitalPage',
  ),
})
const sources = createRoute({
  getParentRoute: () => signedIn,
  path: '/sources',
  component: lazyRouteComponent(
    page(() => import('../features/facilities/sources.tsx')),
    'SourcesPage',
  ),
})

const rooms = createRoute({
  getParentRoute: () => signedIn,
  path: '/rooms',
  component: lazyRouteComponent(
    page(() => import('../features/rooms/page.tsx')),
    'RoomsPage',
  ),
})
const room = createRoute({
  getParentRoute: () => signedIn,
  path: '/rooms/$id',
  component: lazyRouteComponent(
    page(() => import('./room-page.tsx')),
    'RoomPage',
  ),
})
const roomOfRequest = createRoute({
  getParentRoute: () => signedIn,
  path: '/requests/$id/room',
  component: lazyRouteComponent(
    page(() => import('../features/rooms/page.tsx')),
    'RoomOfRequestPage',
  ),
})
const roster = createRoute({
  getParentRoute: () => signedIn,
  path: '/roster',
  component: lazyRouteComponent(
    page(() => import('../features/rosters/page.tsx')),
    'RosterPage',
  ),
})
const guest = createRoute({
  getParentRoute: () => root,
  path: '/guest',
  component: lazyRouteComponent(
    stubborn(() => import('../features/rooms/guest/page.tsx')),
    'GuestPage',
  ),
})
const phone = createRoute({
  getParentRoute: () => signedIn,
  path: '/phone',
  // An address typed by hand carries a number, and a code may begin with a nought.
  validateSearch: z.object({
    code: z
      .union([z.string().max(8), z.int().transform((code) => String(code).padStart(4, '0'))])
      .optional()
      .catch(undefined),
  }),
  component: lazyRouteComponent(
    page(() => import('../features/channels/phone-desk.tsx')),
    'PhoneDeskPage',
  ),
})
const channels = createRoute({
  getParentRoute: () => signedIn,
  path: '/channels',
  component: lazyRouteComponent(
    page(() => import('../features/channels/page.tsx')),
    'ChannelsPage',
  ),
})
const darkSheet = createRoute({
  getParentRoute: () => signedIn,
  path: '/dark-sheet',
  component: lazyRouteComponent(
    page(() => import('../features/channels/dark-sheet-page.tsx')),
    'DarkSheetPage',
  ),
})
/** The demo's own; elsewhere its page says that there is no such screen. */
const demoPhones = createRoute({
  getParentRoute: () => root,
  path: '/demo/phones',
  component: lazyRouteComponent(() => import('../features/channels/demo-phones.tsx'), 'DemoPhonesPage'),
})

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(
    page(() => import('../features/people/sign-up.tsx')),
    'SignUpPage',
  ),
})
const organisationReturn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/organisation',
  component: lazyRouteComponent(
    page(() => import('../features/people/organisation-return.tsx')),
    'OrganisationReturn',
  ),
})
const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  component: lazyRouteComponent(
    page(() => import('../features/people/account.tsx')),
    'AccountPage',
  ),
})
const people = createRoute({
  getParentRoute: () => signedIn,
  path: '/people',
  component: lazyRouteComponent(
    page(() => import('../features/people/people-page.tsx')),
    'PeoplePage',
  ),
})
const breakGlass = createRoute({
  getParentRoute: () => signedIn,
  path: '/break-glass',
  component: lazyRouteComponent(
    page(() => import('../features/people/break-glass.tsx')),
    'BreakGlassPage',
  ),
})
const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/access',
  component: lazyRouteComponent(
    page(() => import('../features/people/access-page.tsx')),
    'AccessPage',
  ),
})
const keys = createRoute({
  getParentRoute: () => signedIn,
  path: '/keys',
  component: lazyRouteComponent(
    page(() => import('../features/people/keys-page.tsx')),
    'KeysPage',
  ),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signUp,
    organisationReturn,
    control,
    demoPhones,
    guest,
    signedIn.addChildren([
      home,
      newRequest,
      request,
      desk,
      hospital,
      board,
      national,
      notices,
      packs,
      hospitals,
      hospitalPage,
      sources,
      rooms,
      room,
      roomOfRequest,
      roster,
      phone,
      channels,
      darkSheet,
      account,
      people,
      breakGlass,
      access,
      keys,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: ({ reset }) => <Crashed onRetry={reset} />,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
