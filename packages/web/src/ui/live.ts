/** Says something to people who listen to the screen. `urgent` interrupts. */
export const announce = (text: string, urgent = false): void => {
  const region = document.getElementById(urgent ? 'live-urgent' : 'live-polite')
  if (region === null) return
  region.textContent = ''
  requestAnimationFrame(() => {
    region.textContent = text
  })
}
