/** What the story says. Every line in Korean and in English; figures are filled in from what really happened. */
export interface Line {
  readonly ko: string
  readonly en: string
}

/** @see ../../../../docs/sources/beds.md: KBS News 9, 17 October 2022 */
export const STORY = {
  title: {
    ko: '2022년 10월 15일: 병상을 배정하던 메신저가 멈춘 날',
    en: '15 October 2022: the day the messenger stopped in which beds were placed',
  },
  watch: {
    ko: '이 화면들을 열어 두고 보십시오 (이름을 눌러 로그인):',
    en: 'Watch these screens (sign in by the name):',
  },
  before: {
    ko: '네 셀이 이어져 있습니다. 어느 지역도 중앙에 묻고 일하지 않습니다.',
    en: 'Four cells are connected. No region asks the centre before it works.',
  },
  dark: {
    ko: '중앙이 꺼집니다 (프로세스 강제 종료).',
    en: 'The centre goes dark (its process is killed).',
  },
  darkSeen: {
    ko: '인천 화면: 중앙 연결 끊김. 배정은 계속됩니다.',
    en: "Incheon's screens: the centre is cut. Placing goes on.",
  },
  patient: {
    ko: '인천 응급실: 늑골 골절, 기흉, 코로나19 확진 환자. 음압 중환자 병상과 흉부외과가 필요합니다.',
    en: 'An emergency room in Incheon: broken ribs, a punctured lung, COVID. A critical bed with negative pressure and thoracic surgery.',
  },
  seoulCut: {
    ko: '서울이 모두와 끊깁니다.',
    en: 'Seoul is cut from everybody.',
  },
  seoulAlone: {
    ko: '서울은 관할 지역만으로 일합니다. 같은 환자가 서울에 오면:',
    en: 'Seoul works as a region only. The same kind of patient, in Seoul:',
  },
  ask: {
    ko: '서울 배정반이 끊긴 동안 인천에 병상을 묻습니다. 답이 올 때까지 아무것도 약속되지 않습니다.',
    en: "Cut off, Seoul's desk asks Incheon for a bed. Until the answer comes nothing is promised.",
  },
  partial: {
    ko: '경기와 인천은 그동안에도 서로 배정합니다. 경기가 인천에 묻습니다.',
    en: 'Gyeonggi and Incheon go on placing with each other meanwhile. Gyeonggi asks Incheon.',
  },
  back: {
    ko: '서울이 돌아옵니다. 묻어 둔 질문이 전달되고 인천이 답합니다.',
    en: 'Seoul comes back. Its question travels, and Incheon answers.',
  },
  centreBack: {
    ko: '중앙이 다시 켜지고, 놓친 기록을 이어받습니다.',
    en: 'The centre is started again and takes up what it missed.',
  },
  verify: {
    ko: '모두 같은 기록을 가졌는지 네 데이터베이스를 직접 읽어 확인합니다.',
    en: 'Do all have the same record? The four databases are read directly.',
  },
} as const satisfies Record<string, Line>

export const seconds = (ms: number): string => (ms / 1_000).toFixed(1)

export const placedLine = (hospital: string, ms: number): Line => ({
  ko: `병상 확정: ${hospital}, 요청부터 ${seconds(ms)}초 (그날은 약 24시간)`,
  en: `Bed confirmed: ${hospital}, ${seconds(ms)} s after the request (that day: about 24 hours)`,
})
export const askedLine = (state: string): Line => ({
  ko: state === 'asked' ? '서울의 질문은 아직 전해지지 않았고, 약속된 병상도 없습니다.' : `서울의 질문: ${state}`,
  en:
    state === 'asked'
      ? "Seoul's question has not been heard yet, and no bed is promised."
      : `Seoul's question: ${state}`,
})
export const acrossLine = (from: Line, hospital: string, ms: number): Line => ({
  ko: `${from.ko} 환자의 병상 확정: 인천 ${hospital}, ${seconds(ms)}초`,
  en: `A bed for ${from.en}'s patient: ${hospital} in Incheon, ${seconds(ms)} s`,
})
export const PLACES = {
  '11': { ko: '서울', en: 'Seoul' },
  '41': { ko: '경기', en: 'Gyeonggi' },
  '28': { ko: '인천', en: 'Incheon' },
  '00': { ko: '중앙', en: 'the centre' },
} as const
