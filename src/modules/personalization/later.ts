/** Something that is made when it is first needed; a making that failed is tried again at the next need. */
export class Later<T> {
  private making: Promise<T> | undefined
  /** Set once it is there. */
  made: T | undefined

  constructor(private readonly make: () => Promise<T>) {}

  get(): Promise<T> {
    this.making ??= this.make().then(
      (made) => (this.made = made),
      (error) => {
        this.making = undefined
        throw error
      }
    )
    return this.making
  }
}
