/**
 * When what became known, Korean time. A court's hour is the minute of the first public report found; where none was found
 * the day counts from 00:00, in favour of the visitor.
 * @see docs/sources/rules.md#publications
 */
export const PUBLISHED = {
  firstReform: '2021-10-29T11:00:00+09:00',
  sixteenTypes: '2021-12-03T11:00:00+09:00',
  fourPersons: '2021-12-16T11:00:00+09:00',
  validity180: '2021-12-20T14:00:00+09:00',
  largeStores: '2021-12-31T11:00:00+09:00',
  courtEducation: '2022-01-04T17:05:00+09:00',
  sixPersons: '2022-01-14T11:00:00+09:00',
  courtSeoul: '2022-01-14T16:47:00+09:00',
  elevenTypes: '2022-01-17T11:00:00+09:00',
  rapidTests: '2022-01-25T14:00:00+09:00',
  sevenDays: '2022-02-16T00:00:00+09:00',
  courtGyeonggi: '2022-02-17T16:41:00+09:00',
  courtsThreeCities: '2022-02-18T00:00:00+09:00',
  youthApril: '2022-02-18T09:00:00+09:00',
  courtChungbuk: '2022-02-21T00:00:00+09:00',
  courtDaegu: '2022-02-23T00:00:00+09:00',
  end: '2022-02-28T11:00:00+09:00',
  eightPersons: '2022-03-18T11:00:00+09:00',
  tenPersons: '2022-04-01T11:00:00+09:00',
  noLimit: '2022-04-15T11:00:00+09:00',
} as const

export const PUBLICATIONS: readonly string[] = Object.values(PUBLISHED)

/** 00:00 of a Korean date, as rule sets write it. */
export const midnight = (date: string): string => `${date}T00:00:00+09:00`

/** The days on which the law changed. @see docs/sources/rules.md#dates */
export const DAY = {
  start: midnight('2021-11-01'),
  graceEndsFive: midnight('2021-11-08'),
  graceEndsGyms: midnight('2021-11-15'),
  sixteen: midnight('2021-12-06'),
  graceEndsSixteen: midnight('2021-12-13'),
  restaurantsAlone: midnight('2021-12-18'),
  validity180: midnight('2022-01-03'),
  graceEndsValidity: midnight('2022-01-10'),
  largeStores: midnight('2022-01-10'),
  graceEndsLargeStores: midnight('2022-01-17'),
  sixPersons: midnight('2022-01-17'),
  eleven: midnight('2022-01-18'),
  rapidTests: midnight('2022-01-26'),
  sevenDays: midnight('2022-02-16'),
  end: midnight('2022-03-01'),
  eightPersons: midnight('2022-03-21'),
  tenPersons: midnight('2022-04-04'),
  noLimit: midnight('2022-04-18'),
  youthFirstPlan: midnight('2022-02-01'),
  youthSecondPlan: midnight('2022-03-01'),
  youthSecondPlanGraceEnds: midnight('2022-04-01'),
  youthThirdPlan: midnight('2022-04-01'),
} as const
