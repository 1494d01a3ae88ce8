import type { bedEndpoints } from './beds.ts'
import type { cellEndpoints } from './cells.ts'
import type { channelEndpoints, demoChannelEndpoints } from './channels.ts'
import type { controlEndpoints } from './control.ts'
import type { Endpoint } from './endpoint.ts'
import type { exchangeEndpoints } from './exchange.ts'
import type { facilityEndpoints } from './facilities.ts'
import type { nationEndpoints } from './nation.ts'
import type { peopleEndpoints } from './people.ts'
import type { roomEndpoints } from './rooms/index.ts'
import type { rosterEndpoints } from './rosters.ts'
import type { signUpEndpoints } from './sign-up.ts'
import { ROLES, type Role } from './vocabulary.ts'

/**
 * Who may do what: the one table. The server admits by it, OpenAPI is written from it, and a test walks every route × role ×
 * relation and compares what happened with what stands here. A route of these contracts without a row does not compile.
 */

/** What a person can be to a patient's request. The first eight are the actors of the placement tables. */
export const PATIENT_RELATIONS = [
  'requester',
  'placement_desk',
  'neighbour_desk',
  'national_desk',
  'asked_hospital',
  'holding_hospital',
  'transport',
  /** Was asked and has answered, or was passed over: goes on seeing what it saw, and nothing newer. */
  'asked_before',
  /** Holds an open break-glass access to this request. */
  'break_glass',
  'admin',
  'none',
] as const
export type PatientRelation = (typeof PATIENT_RELATIONS)[number]

/** What may be done with a patient's request, as far as it depends on the relation. */
export const PATIENT_REACHES = [
  'see',
  'see_all',
  'see_identity',
  'record_identity',
  'edit',
  'act',
  'place',
  'extend',
  'answer',
  'follow_up',
] as const
export type PatientReach = (typeof PATIENT_REACHES)[number]

type Row = Record<PatientRelation, boolean>
const only = (...relations: readonly PatientRelation[]): Row =>
  Object.fromEntries(PATIENT_RELATIONS.map((one) => [one, relations.includes(one)])) as Row

const DESKS = ['placement_desk', 'neighbour_desk', 'national_desk'] as const

/** Reach × relation, whole. What `act` may do is told event by event in the placement tables (REQUEST_EVENT_ACTORS). */
export const PATIENT_ACCESS: Record<PatientReach, Row> = {
  see: only(
    'requester',
    ...DESKS,
    'asked_hospital',
    'holding_hospital',
    'transport',
    'asked_before',
    'break_glass',
    'admin',
  ),
  // Transport sees everything once a bed is confirmed; before that what an asked hospital sees.
  see_all: only('requester', ...DESKS, 'holding_hospital', 'break_glass', 'admin'),
  // Access follows the request: those who treat. A desk places patients without knowing their names.
  see_identity: only('requester', 'holding_hospital', 'break_glass'),
  record_identity: only('requester', 'placement_desk'),
  edit: only('requester', 'placement_desk'),
  act: only('requester', ...DESKS, 'asked_hospital', 'holding_hospital', 'transport'),
  place: only(...DESKS),
  extend: only('requester', ...DESKS, 'holding_hospital'),
  answer: only('asked_hospital', ...DESKS),
  // The request that follows an admission.
  follow_up: only('holding_hospital', 'placement_desk'),
}

/** How far a permission goes beside the role. */
export type Reach =
  /** The same for everybody of these roles. */
  | 'all'
  /** Only what is the person's own: sessions, passkeys, devices, account. */
  | 'own'
  /** People and applications of the own facility; of the region for `desk_lead` and `admin`. */
  | 'colleagues'
  /** Hospital roles: their own hospital. Desks: hospitals of their region. */
  | 'hospital'
  /** What the route lists is cut down to what the reader may see. */
  | 'filtered'
  /** Members of the room; who is one follows from the request, the desk, or an invitation. */
  | 'room'
  /** The roster of the own hospital or desk. */
  | 'roster'
  /** A bed of the own hospital that was promised to another region. */
  | 'grant'
  | PatientReach

export interface Permission {
  readonly who: 'public' | 'signed-in' | readonly Role[]
  readonly reach: Reach
  /** Every use of the route, given or refused, is a row of the access log before anything is answered. */
  readonly logged?: true
}

const open: Permission = { who: 'public', reach: 'all' }
const signedIn: Permission = { who: 'signed-in', reach: 'all' }
const own: Permission = { who: 'signed-in', reach: 'own' }
const for_ = (who: Permission['who'], reach: Reach): Permission => ({ who, reach })
const patient = (who: Permission['who'], reach: PatientReach): Permission => ({ who, reach, logged: true })

const ASKING = ['requester', 'hospital_desk', 'placement_desk', 'transport'] as const
const BEDS = ['hospital_desk', 'placement_desk', 'admin'] as const
const PLACING = ['placement_desk', 'national_desk', 'admin'] as const
const APPROVING = ['sponsor', 'desk_lead', 'admin'] as const
const REVIEWING = ['desk_lead', 'privacy_officer', 'admin'] as const

type IdsOf<T> = T extends Readonly<Record<string, { readonly id: infer I }>> ? I : never
/** Every route of these contracts by id. */
export type RouteId =
  | IdsOf<typeof bedEndpoints>
  | IdsOf<typeof facilityEndpoints>
  | IdsOf<typeof signUpEndpoints>
  | IdsOf<typeof cellEndpoints>
  | IdsOf<typeof nationEndpoints>
  | IdsOf<typeof channelEndpoints>
  | IdsOf<typeof demoChannelEndpoints>
  | IdsOf<typeof controlEndpoints>
  | IdsOf<typeof exchangeEndpoints>
  | IdsOf<typeof roomEndpoints>
  | IdsOf<typeof rosterEndpoints>
  | (typeof peopleEndpoints)[number]['id']

export const PERMISSIONS: Readonly<Record<RouteId, Permission>> = {
  // the own person
  getMe: own,
  signIn: open,
  signOut: own,
  listDemoPeople: open,
  demoSignIn: open,

  // hospitals
  listHospitals: signedIn,
  getHospital: signedIn,
  listBedCountHistory: signedIn,
  stateHospital: for_(BEDS, 'hospital'),
  listStatements: signedIn,
  listRegions: open,
  listSources: signedIn,

  // beds
  listSlots: signedIn,
  addSlot: for_(['hospital_desk', 'admin'], 'hospital'),
  changeSlot: for_(BEDS, 'hospital'),
  stillTrue: for_(BEDS, 'hospital'),
  listCapacity: signedIn,
  reportCapacity: for_(BEDS, 'hospital'),
  suggestSeverity: signedIn,
  board: signedIn,
  figures: signedIn,
  setMode: for_(['placement_desk', 'admin'], 'all'),

  // patients
  createRequest: for_(ASKING, 'all'),
  listRequests: for_('signed-in', 'filtered'),
  getRequest: patient('signed-in', 'see'),
  editRequest: patient(ASKING, 'edit'),
  actOnRequest: for_('signed-in', 'act'),
  timeline: patient('signed-in', 'see'),
  setIdentity: patient(['requester', 'hospital_desk', 'placement_desk', 'transport'], 'record_identity'),
  getIdentity: patient('signed-in', 'see_identity'),
  identityAccess: for_(['requester', 'placement_desk', 'admin'], 'see_all'),
  listCandidates: for_(PLACING, 'see_all'),
  settleByPhone: for_(['placement_desk', 'national_desk'], 'place'),
  draftFollowUp: for_(['hospital_desk', 'placement_desk'], 'follow_up'),
  suggestAssignment: for_(PLACING, 'all'),
  sendOffers: for_(['placement_desk', 'national_desk'], 'place'),
  listOffers: for_(['hospital_desk'], 'filtered'),
  actOnOffer: for_(['hospital_desk', 'placement_desk'], 'answer'),
  extendHold: for_(['hospital_desk', 'placement_desk', 'requester'], 'extend'),

  // coming in
  searchSignUpPlaces: open,
  apply: open,
  readOwnApplication: open,
  withdrawApplication: open,
  startPasskeySignIn: open,
  signInWithPasskey: open,
  listIdentityProviders: open,
  startOrganisationSignIn: open,
  signInWithOrganisation: open,
  startCredentialSignIn: open,
  signInWithCredential: open,
  readRevocations: open,

  // answering for others
  listApplications: for_(APPROVING, 'colleagues'),
  decideApplication: for_(APPROVING, 'colleagues'),
  applicationEvents: for_(APPROVING, 'colleagues'),
  invitePerson: for_(['desk_lead', 'admin'], 'colleagues'),
  listColleagues: for_(APPROVING, 'colleagues'),
  recoverPerson: for_(APPROVING, 'colleagues'),
  endSessionsOf: for_(APPROVING, 'colleagues'),
  disableColleague: for_(APPROVING, 'colleagues'),

  // the own access
  accountEvents: own,
  listPasskeys: own,
  startPasskeyRegistration: own,
  registerPasskey: own,
  renamePasskey: own,
  removePasskey: own,
  listSessions: own,
  endSession: own,
  endOtherSessions: own,
  listOrganisationAccounts: own,
  startOrganisationLink: own,
  linkOrganisation: own,
  unlinkOrganisation: own,
  enrolDevice: own,
  openDeviceStore: own,
  listCredentials: own,
  revokeCredential: own,

  // keys of the region
  listAuthorityKeys: for_(['admin', 'desk_lead'], 'all'),
  rotateFacilityKey: for_(['admin'], 'all'),
  revokeAuthorityKey: for_(['admin'], 'all'),
  importRevocations: for_(['admin', 'desk_lead'], 'all'),

  // between regions
  askRegion: for_(['placement_desk', 'national_desk'], 'place'),
  listAsks: for_('signed-in', 'see'),
  giveUpAsk: for_(['placement_desk', 'national_desk'], 'all'),
  listGrants: for_(['hospital_desk', 'placement_desk', 'admin'], 'grant'),
  actOnGrant: for_(['hospital_desk', 'placement_desk'], 'grant'),
  grantPatient: { who: ['hospital_desk'], reach: 'grant', logged: true },
  overview: signedIn,
  publishNotice: for_(['national_desk'], 'all'),
  listNotices: signedIn,
  withdrawNotice: for_(['national_desk'], 'all'),
  acknowledgeNotice: own,
  listPacks: signedIn,
  publishPack: for_(['national_desk', 'admin'], 'all'),
  reconciliation: for_(['placement_desk', 'national_desk', 'admin'], 'all'),
  listOps: for_(['admin', 'placement_desk', 'national_desk'], 'all'),
  listCells: signedIn,
  listServers: open,

  // rooms
  listRooms: for_('signed-in', 'filtered'),
  openRoom: signedIn,
  getRoom: for_('signed-in', 'room'),
  roomOfRequest: for_('signed-in', 'room'),
  roomTimeline: for_('signed-in', 'room'),
  roomMembers: for_('signed-in', 'room'),
  changeMembers: for_('signed-in', 'room'),
  closeRoom: for_('signed-in', 'room'),
  findParties: for_('signed-in', 'filtered'),
  postMessage: for_('signed-in', 'room'),
  retractMessage: own,
  acknowledge: for_('signed-in', 'room'),
  listAcknowledgements: own,
  sendReceipts: for_('signed-in', 'room'),
  messageReceipts: for_('signed-in', 'room'),
  searchRooms: for_('signed-in', 'filtered'),
  uploadFile: for_('signed-in', 'room'),
  inviteGuest: for_('signed-in', 'room'),
  listInvitations: for_('signed-in', 'room'),
  revokeInvitation: for_('signed-in', 'room'),
  guestEnter: open,
  guestRoom: open,
  guestPost: open,
  guestLeave: open,

  // rosters
  onCall: signedIn,
  getRoster: signedIn,
  addShift: for_('signed-in', 'roster'),
  cancelShift: for_('signed-in', 'roster'),
  rosterWarnings: for_('signed-in', 'filtered'),
  proposeSwap: own,
  answerSwap: own,
  listSwaps: for_('signed-in', 'filtered'),
  handOver: for_('signed-in', 'roster'),
  listHandovers: for_('signed-in', 'filtered'),
  acknowledgeHandover: for_('signed-in', 'roster'),
  holidays: signedIn,

  // when a screen is not enough
  listNumbers: for_('signed-in', 'filtered'),
  registerNumber: own,
  confirmNumber: own,
  resendNumberCode: own,
  removeNumber: own,
  listTexts: for_(['placement_desk', 'desk_lead', 'admin'], 'all'),
  channelHealth: for_(['admin', 'desk_lead', 'placement_desk', 'hospital_desk', 'sponsor'], 'all'),
  listCallBacks: for_(['placement_desk', 'desk_lead', 'admin'], 'all'),
  doneCallBack: for_(['placement_desk', 'desk_lead', 'admin'], 'all'),
  darkSheet: for_(
    ['placement_desk', 'desk_lead', 'hospital_desk', 'requester', 'national_desk', 'transport', 'admin'],
    'filtered',
  ),
  getPushKey: signedIn,
  listPushSubscriptions: own,
  subscribePush: own,
  unsubscribePush: own,
  carrierReport: open,
  carrierInbound: open,

  // the demo's own
  showControl: open,
  control: open,
  demoPhones: open,
  demoReply: open,
  demoCarrierMood: open,

  // looking without a part in it, and who looked
  openBreakGlass: for_(ASKING, 'all'),
  listBreakGlass: for_('signed-in', 'filtered'),
  reviewBreakGlass: for_(REVIEWING, 'all'),
  readAccessLog: for_(REVIEWING, 'all'),
}

/** The row of a route; a route of another contract says by itself whether it is public, and its relations are its own. */
export const permissionOf = (endpoint: Pick<Endpoint, 'id' | 'auth' | 'roles'>): Permission => {
  const row = (PERMISSIONS as Readonly<Record<string, Permission>>)[endpoint.id]
  if (row !== undefined && Object.hasOwn(PERMISSIONS, endpoint.id)) return row
  return { who: endpoint.auth === 'public' ? 'public' : (endpoint.roles ?? 'signed-in'), reach: 'all' }
}

/** Do these roles open the route at all? The relation is looked at where the thing itself is known. */
export const rolesMay = (permission: Permission, roles: readonly Role[]): boolean =>
  typeof permission.who === 'string' || permission.who.some((role) => roles.includes(role))

/** Roles that a route is for; all of them when it is for everybody signed in. */
export const rolesOf = (permission: Permission): readonly Role[] =>
  typeof permission.who === 'string' ? ROLES : permission.who
