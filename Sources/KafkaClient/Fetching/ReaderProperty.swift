/// The librdkafka properties of a client that reads partitions outside of any group.
enum ReaderProperty {
    static func all(forLibrary version: Int32) -> [(name: String, value: String)] {
        let all = [
            (name: "enable.partition.eof", value: "true"),
            // Retention may move the log's start while it is read: what is gone is no state.
            (name: "auto.offset.reset", value: "earliest"),
            // From the leader alone: another replica may not have everything yet.
            (name: "client.rack", value: ""),
            // At the end of one partition another's records should not wait.
            (name: "fetch.wait.max.ms", value: "100"),
            // Of each partition, and many are read at once; with much less, versions before 2.2.0 wait between fetches.
            (name: "queued.max.messages.kbytes", value: "16384"),
        ]
        // After a full queue fetching rests for as long; before 2.2.0 it did not.
        return version < 0x0202_0000 ? all : all + [(name: "fetch.queue.backoff.ms", value: "10")]
    }
}
