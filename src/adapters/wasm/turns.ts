interface Job {
  cost: number
  run(): void
}

/**
 * Shares the event loop: jobs run first come, first served, and when those of one turn have cost `budget` together,
 * the rest waits for the next turn. So neither one long job cut into pieces nor many short ones hold the loop.
 */
export class Turns {
  private readonly waiting: Job[] = []
  private spent = 0
  private scheduled = false

  /** `budget`: cost that may be spent between two turns; one job is always let through. */
  constructor(private readonly budget: number) {}

  /** Runs a short synchronous job, now if this turn has room for it; resolves to its result. */
  run<T>(cost: number, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error as Error)
        }
      }
      this.waiting.push({ cost, run })
      this.drain()
    })
  }

  private drain(): void {
    while (
      this.waiting.length > 0 &&
      (this.spent === 0 || this.spent + this.waiting[0].cost <= this.budget)
    ) {
      const job = this.waiting.shift() as Job
      this.spent += job.cost
      job.run()
    }
    if (this.scheduled || this.spent === 0) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      this.spent = 0
      this.drain()
    })
  }
}
