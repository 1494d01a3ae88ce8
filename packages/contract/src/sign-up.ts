import { accessEndpoints } from './access-log.ts'
import { applicationEndpoints } from './applications.ts'
import { colleagueEndpoints } from './colleagues.ts'
import { organisationEndpoints } from './organisations.ts'
import { passkeyEndpoints } from './passkeys.ts'
import { sessionEndpoints } from './sessions.ts'
import { credentialEndpoints } from './staff-credentials.ts'

/** How people come in, prove who they are, and answer for what they looked at. docs/adr/0020 gives the reasons. */
export const signUpEndpoints = {
  ...applicationEndpoints,
  ...colleagueEndpoints,
  ...passkeyEndpoints,
  ...sessionEndpoints,
  ...organisationEndpoints,
  ...credentialEndpoints,
  ...accessEndpoints,
} as const
