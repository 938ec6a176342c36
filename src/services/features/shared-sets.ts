/** Numbers for lists of ids that many products share; a list that nobody has any more is dropped. */
export class SharedSets {
  private readonly numbers = new Map<string, number>()
  private readonly lists: { key: string; ids: readonly string[]; users: number }[] = []
  private readonly free: number[] = []

  idsOf(number: number): readonly string[] {
    return this.lists[number].ids
  }

  usersOf(number: number): number {
    return this.lists[number].users
  }

  take(ids: readonly string[]): number {
    const key = JSON.stringify(ids)
    let number = this.numbers.get(key)
    if (number === undefined) {
      number = this.free.pop() ?? this.lists.length
      this.lists[number] = { key, ids: [...ids], users: 0 }
      this.numbers.set(key, number)
    }
    this.lists[number].users++
    return number
  }

  giveBack(number: number): void {
    const list = this.lists[number]
    if (--list.users > 0) return
    this.numbers.delete(list.key)
    this.free.push(number)
  }
}
