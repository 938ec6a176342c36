/** A wait that can be cut short, for loops that are to stop at once. */
export class Pause {
  private ended = false
  private wake: (() => void) | undefined

  /** Resolves after `ms`, or at once when it is ended. */
  async wait(ms: number): Promise<void> {
    if (this.ended) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wake = undefined
  }

  /** Ends the wait under way and all later ones. */
  end(): void {
    this.ended = true
    this.wake?.()
  }
}
