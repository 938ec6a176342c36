import type { DataSource } from "typeorm"
import { trainingLockContract } from "../../services/testing/training-lock.contract"
import { schemaOf } from "./data-source"
import { PostgresTrainingLock } from "./postgres-training-lock"
import { describeWithPostgres } from "./__tests__/describe-with-postgres"

describeWithPostgres("PostgreSQL training lock", ({ open }) => {
  let [ours, theirs]: DataSource[] = []
  beforeAll(async () => {
    ;[ours, theirs] = [await open(), await open()]
  })

  trainingLockContract("postgres", async () => ({
    ours: new PostgresTrainingLock(ours),
    theirs: new PostgresTrainingLock(theirs),
  }))

  /** Ends the connection that holds the lock, as the death of its process does. */
  const cut = async () => {
    const ended = await theirs.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND application_name = $1`,
      [schemaOf(ours)]
    )
    expect(ended).toHaveLength(1)
  }

  it("is free when the trainer's connection is gone, and taken again if nobody came first", async () => {
    const held = await new PostgresTrainingLock(ours).acquire()
    await cut()
    expect(await held!.renew()).toBe(true)
    expect(await new PostgresTrainingLock(theirs).acquire()).toBeUndefined()
    await held!.release()
  })

  it("is lost to another trainer who came first", async () => {
    const held = await new PostgresTrainingLock(ours).acquire()
    await cut()
    const next = await new PostgresTrainingLock(theirs).acquire()
    expect(next).toBeDefined()
    expect(await held!.renew()).toBe(false)
    await held!.release()
    await next!.release()
  })
})
