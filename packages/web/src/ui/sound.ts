import { getSetting } from '../app/settings.ts'

let context: AudioContext | null = null

/** Browsers allow sound only after somebody touched the page; the first touch opens it. */
export const readySound = (): void => {
  const open = () => {
    context ??= new AudioContext()
    void context.resume()
  }
  addEventListener('pointerdown', open, { once: true })
  addEventListener('keydown', open, { once: true })
}

/** Two rising tones, twice: an offer has arrived. Made here, so that no file has to load first. */
export const chime = (): void => {
  if (!getSetting('sound') || context === null || context.state !== 'running') return
  const tones = [659, 880, 659, 880]
  tones.forEach((hertz, index) => {
    if (context !== null) tone(context, hertz, context.currentTime + index * 0.18)
  })
}

const tone = (audio: AudioContext, hertz: number, at: number): void => {
  const wave = audio.createOscillator()
  const volume = audio.createGain()
  wave.frequency.value = hertz
  volume.gain.setValueAtTime(0.0001, at)
  volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.16)
  wave.connect(volume).connect(audio.destination)
  wave.start(at)
  wave.stop(at + 0.17)
}
