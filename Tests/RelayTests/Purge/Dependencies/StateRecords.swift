import KafkaClient

/// An event of `record-states` in structured mode, under the key that it must have.
func mark(_ verb: String, _ type: String, _ id: String, offset: Int64 = 0) -> KafkaRecord {
    stateRecord(
        key: "\(type)/\(id)",
        #"{"specversion":"1.0","id":"e","source":"/lifecycle","type":"record.\#(verb)","#
            + #""data":{"resourceType":"\#(type)","id":"\#(id)"}}"#, offset: offset)
}

/// A record of `record-states` as it comes.
func stateRecord(
    key: String?, _ value: String?, headers: [KafkaHeader] = [], offset: Int64 = 0
) -> KafkaRecord {
    KafkaRecord(
        partition: TopicPartition("record-states", 2), offset: offset, key: key.map { Array($0.utf8) },
        value: value.map { Array($0.utf8) }, headers: headers)
}
