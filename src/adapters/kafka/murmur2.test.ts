import { Partitioners } from "kafkajs"
import { Random } from "../../services/lib"
import { murmur2, partitionOf } from "./murmur2"

it("hashes as Kafka's own clients do", () => {
  // Out of Kafka's UtilsTest.testMurmur2.
  const known = { "21": -973932308, foobar: -790332482, "a-little-bit-long-string": -985981536 }
  for (const [key, hash] of Object.entries(known)) expect(murmur2(key)).toBe(hash)
})

it("puts every key where the partitioner of kafkajs puts it", () => {
  const random = new Random(1)
  const choose = Partitioners.DefaultPartitioner()
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  for (let n = 0; n < 500; n++) {
    const key = Array.from({ length: random.int(20) + 1 }, () => random.pick([..."abc-019é漢😀"])).join("")
    expect(partitionOf(key, 12)).toBe(choose({ topic: "t", partitionMetadata, message: { key, value: "" } }))
  }
})
